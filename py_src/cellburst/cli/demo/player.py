"""Executes a notebook in a real kernel, cell by cell, and tells a screen what happens."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from cellburst.cli.demo.screen import Screen
from cellburst.cli.demo.watch import RunWatch
from cellburst.errors import RunError

_RUN = "application/vnd.cellburst.run+json"
_LOOK = 0.2


class _ThisPython(KernelSpecManager):
    """The kernel of this interpreter, whatever kernels the user has installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        return KernelSpec(argv=argv, language="python", display_name="Python 3")


class _Player(NotebookClient):
    """A notebook client that shows what the kernel sends at once."""

    def watch_with(self, screen: Screen, watch: RunWatch) -> None:
        self._screen, self._watch = screen, watch

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        content = msg["content"]
        data = content.get("data", {}) if isinstance(content, dict) else {}
        if _RUN in data:
            self._watch.look_at(data[_RUN]["run"])
        return super().process_message(msg, cell, cell_index)


def play(path: Path, screen: Screen) -> None:
    """Execute the notebook at ``path`` in place; its outputs are saved also when a cell fails.

    Raises RunError naming the cell that failed.
    """
    book = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    try:
        with tempfile.TemporaryDirectory(prefix="cb-") as sockets:  # a port might be taken meanwhile by another
            asyncio.run(_play(book, path, screen, os.path.join(sockets, "kernel.json")))
    except CellExecutionError as error:
        raise RunError(f"a cell of {path} failed: {error.ename}: {error.evalue}") from error
    finally:
        nbformat.write(book, path)  # type: ignore[no-untyped-call]


async def _play(book: Any, path: Path, screen: Screen, connection: str) -> None:
    watch = RunWatch(screen)
    manager = AsyncKernelManager(kernel_spec_manager=_ThisPython(), transport="ipc", connection_file=connection)
    player = _Player(
        book,
        km=manager,
        timeout=None,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=lambda cell, cell_index: _announce(book.cells, cell_index, screen),
        on_cell_executed=lambda cell, **_: _finish(cell, screen, watch),
    )
    player.watch_with(screen, watch)
    looking = asyncio.create_task(_look_regularly(watch))
    try:
        await player.async_execute(cleanup_kc=True)  # we gave the manager, so it is ours to end
    finally:
        looking.cancel()


async def _look_regularly(watch: RunWatch) -> None:
    while True:
        await asyncio.sleep(_LOOK)
        watch.look()


def _announce(cells: list[Any], index: int, screen: Screen) -> None:
    """Show the heading of the text right above a code cell."""
    above = cells[index - 1] if index else None
    if cells[index].cell_type == "code" and above is not None and above.cell_type == "markdown":
        first = above.source.partition("\n")[0]
        if first.startswith("#"):
            screen.heading(first.lstrip("# "))


def _finish(cell: Any, screen: Screen, watch: RunWatch) -> None:
    watch.finish()
    if "terminal" in cell.metadata.get("tags", []):
        for output in cell.outputs:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            if text:
                screen.text(text.rstrip())
