"""One try at a task: its namespace, the user's code in it, and what is left when it has ended."""

from __future__ import annotations

import builtins
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from cellburst.abc import BlobStore
from cellburst.errors import PayloadError
from cellburst.library_state.pyplot import unannounced
from cellburst.library_state.quietly import quietly
from cellburst.model.blob import Packed
from cellburst.payload.collecting import uncollected
from cellburst.payload.lifetimes import finalizers_aside
from cellburst.payload.snapshot import Snapshot
from cellburst.wire.board import Board, Stage
from cellburst.worker import depth
from cellburst.worker.cellcode import await_here, run_cell
from cellburst.worker.loaded import LoadedRun
from cellburst.worker.places import ModulePlaces
from cellburst.worker.seeding import leave_unseeded, seed_task
from cellburst.worker.shell import ShellHost
from cellburst.worker.states import LibraryStates
from cellburst.worker.task import task
from cellburst.worker.text import text_of, type_name

Namespace = dict[str, Any]
_EXECUTING = int(Stage.EXECUTING)


class Attempt:
    """``prepare`` and ``execute`` do it; ``value``, ``has_value``, ``before`` and ``namespace`` say what came of it.

    ``started`` is False as long as the user's code has not begun.
    """

    __slots__ = (
        *("_arguments", "_blobs", "_board", "_given", "_index", "_places", "_run", "_shell", "_states"),
        *("before", "copies", "has_value", "held", "module", "namespace", "shown", "started", "value"),
    )

    def __init__(
        self,
        run: LoadedRun,
        index: int,
        given: Packed,
        blobs: BlobStore,
        board: Board,
        states: LibraryStates,
        places: ModulePlaces,
        shell: ShellHost,
    ) -> None:
        self._run = run
        self._index = index
        self._given = given
        self._blobs = blobs
        self._states = states
        self._places = places
        self._shell = shell
        self._board = board
        self.module = ModuleType("__main__")
        self.namespace: Namespace = self.module.__dict__
        self.namespace["__builtins__"] = builtins
        self._arguments: Any = None
        self.before: Snapshot | None = None
        self.copies: finalizers_aside | None = None
        self.held: Namespace = {}
        self.started = False
        self.has_value = False
        self.value: Any = None
        self.shown: dict[str, Any] | None = None
        """The task's parameters for tables, where its run does not tell them."""

    def prepare(self) -> None:
        """Make everything ready for the user's code. Raises what its inputs raise when they are unpickled."""
        with uncollected():
            self._prepare()

    def _prepare(self) -> None:
        sys.modules["__main__"] = self.module
        run, index = self._run, self._index
        if run.calls is not None:
            inputs = run.calls.make(self._given, self.namespace)
        elif run.single:
            with quietly():
                inputs = run.inputs.make(self.namespace)
        else:
            inputs = run.inputs.make(self.namespace)
        params = {} if run.calls is not None else run.parameters.make(index, self.namespace, self._given)
        if run.single:
            leave_unseeded()
        else:
            task.params = params
            if run.payload.shows_params:
                from cellburst.sweeps.shown import shown

                self.shown = {name: shown(value) for name, value in params.items()}
            if params and run.payload.seeding == "params":
                task.use_seed(run.seed_for(params))
            seed_task(task.get_seed)
        if run.payload.kind == "function":
            self._arguments = inputs, params
        else:
            self.namespace.update(inputs)
            inputs = None  # or this frame would keep what the cell lets go
            self._enter(params)

    def execute(self) -> None:
        """Execute the user's code. Raises what it raises. What this calls is counted in ``worker/depth.py``."""
        run = self._run
        self._start()
        if run.payload.kind == "function":
            (inputs, params), self._arguments = self._arguments, None
            self._call(inputs, params)
            return
        code = run.code()
        if not run.single:
            self.value = run_cell(code, self.namespace)
        else:
            lacking = depth.missing(run.payload.stack, awaits=code.awaits)
            loosened = None if self.before is None else self.before.loosened
            sweep = None if loosened is None else loosened.sweep
            if lacking.frames:
                self.value = depth.deeper(lacking, self._shell.run, code, self.namespace, sweep)
            else:
                self.value = self._shell.run(code, self.namespace, sweep)
        self.has_value = code.last is not None and not (run.single and code.quiet)

    def out(self, names: tuple[str, ...]) -> tuple[Namespace, list[str]]:
        """The named variables, and the names that the cell did not assign."""
        found = {name: self.namespace[name] for name in names if name in self.namespace}
        return found, [name for name in names if name not in found]

    def rejection(self, error: BaseException) -> str:
        """Why the task could not be started."""
        if isinstance(error, PayloadError):
            return text_of(error)
        return f"its inputs cannot be unpickled in the worker: {type_name(error)}: {text_of(error, 2000)}"

    @contextmanager
    def with_states(self) -> Iterator[None]:
        """What the cell may change in place of states stands among its variables meanwhile."""
        self.namespace.update(self.held)
        try:
            yield
        finally:
            for name in self.held:
                self.namespace.pop(name, None)

    def pass_on(self) -> None:
        """What is here has gone to the kernel: when these copies end, finalizers that the kernel will run do not."""
        if self.before is not None:
            classes = [found for found in self.namespace.values() if isinstance(found, type)]
            self.copies = finalizers_aside({*self.before.kinds, *classes}, for_good=True)
            self.copies.__enter__()

    def forget(self) -> None:
        """Let go of everything, newest first, so that finalisers still find what they use."""
        self.value = self.before = None
        self.held = {}
        namespace = self.namespace
        try:
            for _ in range(len(namespace)):
                namespace.popitem()
        except KeyError:
            pass  # a finaliser, or a thread of the task, was faster
        namespace.clear()
        if self.copies is not None:
            self.copies.__exit__()
            self.copies = None

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

    def _enter(self, params: dict[str, Any]) -> None:
        run = self._run
        self._places.enter(self.namespace, run.payload.source, single=run.single)
        if run.single:
            self._states.enter(run.states(self.namespace), seeded=True)
            self._shell.step_back()  # an extension that was loaded may have asked for the shell's names
            self.held = self._states.held()
            with self.with_states(), unannounced():
                self.before = Snapshot.take(self.namespace, self._blobs)
        self._places.hide(self.namespace)
        if not run.single:
            self.namespace.update(params)
            self.namespace["task"] = task
