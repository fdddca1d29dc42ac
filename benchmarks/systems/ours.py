"""cellburst through its front door: cells in a real IPython shell, every outcome durable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

from benchmarks.systems.base import System
from benchmarks.work import WORKERS


class Cellburst(System):
    """What a notebook does, without the browser."""

    def start(self) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        self._shell = InteractiveShell.instance()
        self._shell.history_manager.enabled = False
        self._cell("%load_ext cellburst")

    def one(self) -> None:
        self._cell("%%remote local --quiet\npass")

    def many(self, function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        self._shell.user_ns.update(function=function, items=items)
        self._cell("%%remote local --quiet -p item=items --into found\nfunction(item)")
        return list(self._shell.user_ns["found"])

    def shared(self, function: Callable[[Any, Any], Any], array: Any, items: Sequence[Any]) -> list[Any]:
        self._shell.user_ns.update(function=function, array=array, items=items)
        self._cell("%%remote local --quiet -p item=items --into found\nfunction(array, item)")
        return list(self._shell.user_ns["found"])

    def executor(self) -> Executor:
        import cellburst

        return cellburst.Executor(parallel=WORKERS)

    def stop(self) -> None:
        from cellburst.client.connecting.discover import connect
        from cellburst.wire.client import Shutdown

        connection = connect(start=False)
        connection.request(Shutdown(0, force=True))

    def _cell(self, text: str) -> None:
        self._shell.run_cell(text, store_history=False).raise_error()
