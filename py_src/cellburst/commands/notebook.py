"""A notebook as a task, on the worker: executed with its parameters in a kernel of its own, and kept as it is then."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cellburst.commands.injection import inject
from cellburst.errors import NotebookFailed, UsageError
from cellburst.worker.task import task


@dataclass(frozen=True)
class NotebookTask:
    """``body`` is the notebook as it was when it was submitted (JSON), ``folder`` where its kernel runs.

    ``reads`` and ``placed`` are as of a ``Command``.
    """

    name: str
    body: str
    folder: str
    reads: str = ""
    placed: bool = False

    def __call__(self, **params: Any) -> None:
        """Raises NotebookFailed at the first cell that raises, and UsageError without nbclient."""
        try:
            nbformat: Any = import_module("nbformat")
            from jupyter_client.manager import AsyncKernelManager
            from nbclient import NotebookClient
            from nbclient.exceptions import CellExecutionError, DeadKernelError
        except ImportError:
            raise UsageError('running a notebook needs nbclient here: pip install "cellburst[notebooks]"') from None
        book = nbformat.reads(json.dumps(inject(json.loads(self.body), params)), as_version=4)
        steps = _Steps(book)
        kernel = book.metadata.get("kernelspec", {}).get("name", "python3")
        try:
            with tempfile.TemporaryDirectory(
                prefix="cb-"
            ) as sockets:  # nobody else reaches these, as they would a port
                manager = AsyncKernelManager(
                    kernel_name=kernel, transport="ipc", connection_file=os.path.join(sockets, "kernel.json")
                )
                client = NotebookClient(book, manager, timeout=None, resources={"metadata": {"path": self._place()}})
                client.on_cell_start = steps.started
                client.on_cell_executed = steps.executed
                client.execute()
        except CellExecutionError as error:
            steps.executed(steps.cell, steps.index, None)
            raise NotebookFailed(self.name, steps.index, error.ename, error.evalue) from None
        except DeadKernelError:
            raise NotebookFailed(self.name, steps.index, "DeadKernelError", "its kernel has died") from None
        finally:
            with open(task.output_dir / self.name, "w", encoding="utf-8") as file:
                nbformat.write(book, file)

    def _place(self) -> str:
        return self.folder if os.path.isdir(self.folder) else os.getcwd()  # another machine


class _Steps:
    """Says how far a notebook is, and what its cells print."""

    def __init__(self, book: Any) -> None:
        self._count = sum(cell.cell_type == "code" for cell in book.cells)
        self._done = 0
        self._shown = -1
        self.index = 0
        self.cell: Any = None

    def started(self, cell: Any, cell_index: int) -> None:
        """A cell begins."""
        self.cell, self.index = cell, cell_index
        if cell.cell_type == "code":
            self._done += 1
            task.progress((self._done - 1) / max(1, self._count), f"cell {self._done} of {self._count}")

    def executed(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        """A cell has ended: its text is the task's output."""
        if cell is None or cell_index == self._shown:
            return
        self._shown = cell_index
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                print(output.text, end="", file=sys.stderr if output.name == "stderr" else sys.stdout)
            elif output.output_type == "error":
                print("\n".join(output.traceback), file=sys.stderr)
