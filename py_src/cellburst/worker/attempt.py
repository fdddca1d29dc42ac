"""One try at a task: its namespace, the user's code in it, and what is left when it has ended."""

from __future__ import annotations

import builtins
import inspect
import sys
from types import ModuleType
from typing import Any

from cellburst.abc import BlobStore
from cellburst.errors import PayloadError
from cellburst.payload.snapshot import Snapshot
from cellburst.wire.board import Board, Stage
from cellburst.worker.cellcode import await_here, run_cell
from cellburst.worker.loaded import LoadedRun
from cellburst.worker.seeding import leave_unseeded, seed_task
from cellburst.worker.task import task
from cellburst.worker.text import text_of, type_name

Namespace = dict[str, Any]
_EXECUTING = int(Stage.EXECUTING)


class Attempt:
    """``run`` executes it; then ``value``, ``has_value``, ``before`` and ``namespace`` say what came of it.

    ``started`` is False as long as the user's code has not begun.
    """

    __slots__ = ("_blobs", "_board", "_index", "_run", "before", "has_value", "module", "namespace", "started", "value")

    def __init__(self, run: LoadedRun, index: int, blobs: BlobStore, board: Board) -> None:
        self._run = run
        self._index = index
        self._blobs = blobs
        self._board = board
        self.module = ModuleType("__main__")
        self.namespace: Namespace = self.module.__dict__
        self.namespace["__builtins__"] = builtins
        self.before: Snapshot | None = None
        self.started = False
        self.has_value = False
        self.value: Any = None

    def run(self) -> None:
        """Execute the user's code. Raises what it raises, and what its inputs raise when they are unpickled."""
        sys.modules["__main__"] = self.module
        run, index = self._run, self._index
        inputs = run.inputs.make(self.namespace)
        params = run.parameters.make(index, self.namespace)
        if run.single:
            leave_unseeded()
        else:
            task.params = params
            seed_task(task.get_seed)
        if run.payload.kind == "function":
            self._start()
            self._call(inputs, params)
        else:
            self.namespace.update(inputs)
            self._execute(params)

    def out(self, names: tuple[str, ...]) -> tuple[Namespace, list[str]]:
        """The named variables, and the names that the cell did not assign."""
        found = {name: self.namespace[name] for name in names if name in self.namespace}
        return found, [name for name in names if name not in found]

    def rejection(self, error: BaseException) -> str:
        """Why the task could not be started."""
        if isinstance(error, PayloadError):
            return text_of(error)
        return f"its inputs cannot be unpickled in the worker: {type_name(error)}: {text_of(error, 2000)}"

    def forget(self) -> None:
        """Let go of everything, newest first, so that finalisers still find what they use."""
        self.value = self.before = None
        namespace = self.namespace
        try:
            for _ in range(len(namespace)):
                namespace.popitem()
        except KeyError:
            pass  # a finaliser, or a thread of the task, was faster
        namespace.clear()

    def _start(self) -> None:
        self.started = True
        self._board.reach(_EXECUTING)

    def _call(self, inputs: Any, params: dict[str, Any]) -> None:
        function, args, kwargs = inputs
        if self._run.payload.positional:
            value = function(*args, *params.values(), **kwargs)
        else:
            value = function(*args, **kwargs, **params)
        self.value = await_here(value) if inspect.iscoroutine(value) else value
        self.has_value = True

    def _execute(self, params: dict[str, Any]) -> None:
        run = self._run
        if run.single:
            self.before = Snapshot.take(self.namespace, self._blobs)
        else:
            self.namespace.update(params)
            self.namespace["task"] = task
        self._start()
        code = run.code()
        self.value = run_cell(code, self.namespace)
        self.has_value = code.last is not None and not (run.single and code.quiet)
