"""IPython inside a task: get_ipython(), magics, display(), figures. Loaded when something asks for it."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from cellburst.cells.shell_names import DOC
from cellburst.library_state import shell as shell_state
from cellburst.library_state.inline_figures import forget_drawing
from cellburst.library_state.shell_part import is_users
from cellburst.worker.cell_loop import CellLoop
from cellburst.worker.cellcode import AfterEach, CellCode, run_single
from cellburst.worker.outbox import Outbox
from cellburst.worker.streams import OutStream

INLINE_BACKEND = "module://matplotlib_inline.backend_inline"
# What importing IPython loads, in the order of its needs, cut so that no step takes long.
PRELOAD = (
    "cellburst.cells.local_modules",
    "inspect", "typing", "pdb", "asyncio", "sqlite3", "traitlets.config", "pygments", "prompt_toolkit", "pexpect",
    "stack_data", "IPython.core.ultratb", "IPython",
)  # fmt: skip


class ShellHost:
    """The worker's one shell, and the module of the task that it works in."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._shell: Any = None
        self._building = False
        self._module: ModuleType | None = None
        self._entered: dict[str, Any] | None = None  # our names in the task's variables, once it has asked for them
        self._callbacks: dict[str, list[Any]] = {}
        self._own_callbacks: dict[str, int] = {}
        self.loop = CellLoop(lambda line: outbox.write("stderr", f"cellburst: {line}\n"))
        self.single = False

    def install(self) -> None:
        """Make ``get_ipython`` and ``display`` known, without loading anything."""
        builtins.get_ipython = self.get  # type: ignore[attr-defined]
        builtins.display = self._display  # type: ignore[attr-defined]
        shell_state.work_for(lambda: self._shell)

    @property
    def loaded(self) -> bool:
        """Whether the shell is there."""
        return self._shell is not None

    def get(self) -> Any:
        """The shell; the first call takes some tenths of a second, unless it was loaded before."""
        if self._shell is None and not self._building:
            self._building = True
            try:
                from cellburst.worker.kernel_shell import build_shell

                self._shell = build_shell(self, self._outbox)
            finally:
                self._building = False
            builtins.get_ipython = self._shell.get_ipython  # type: ignore[attr-defined]
            builtins.display = sys.modules["IPython.display"].display  # type: ignore[attr-defined]
            self._callbacks = self._shell.events.callbacks
            self._own_callbacks = {event: len(found) for event, found in self._callbacks.items()}
            shell_state.arrived(self._shell)
        return self._shell

    @property
    def waits_for_end(self) -> bool:
        """Whether ``finish`` has anything to do."""
        return self._shell is not None and (self._is_registered("post_execute") or self._is_registered("post_run_cell"))

    def load_quietly(self) -> None:
        """After somebody imported IPython: libraries look for a running shell, so there must be one."""
        try:
            self.get()
        except Exception as error:  # another IPython than we know: the task can still run without
            self._outbox.write("stderr", f"cellburst: no IPython shell in the worker: {error}\n")

    def begin(self, module: ModuleType, source: str, *, single: bool = False) -> None:
        """A task starts whose variables are those of ``module``; a ``single`` one is a kernel's cell."""
        self._module = module
        self.single = single
        module.__doc__ = DOC
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, OutStream):
                stream.as_in_kernel = single
        if self._shell is not None:
            self._trigger("pre_execute")
            self._trigger("pre_run_cell", _execution_info, source)

    def run(self, code: CellCode, namespace: dict[str, Any], after_each: AfterEach = None) -> Any:
        """Execute a single cell; its value. ``after_each`` is called after each statement."""
        if self._shell is not None and self._shell.cell_looks_at_all_names:
            namespace.setdefault("__builtin__", builtins)
            self.enter()
        if self._shell is None:
            return run_single(code, namespace, self.loop, after_each)
        forget_drawing()
        self._shell.last_execution_result = _execution_result()
        with self._shell.display_trap:  # cells inside of this one leave the hook as it is
            return run_single(code, namespace, self.loop, after_each)

    def finish(self) -> None:
        """The task's code has ended: show its figures, as a notebook does after a cell."""
        if self._shell is not None:
            self._outbox.after_value = True
            try:
                self._trigger("post_execute")
                self._trigger("post_run_cell", _execution_result)
            finally:
                self._outbox.after_value = False

    def leave(self) -> None:
        """Take our names out of the task's variables for good."""
        self.step_back()
        self._module = None

    def step_back(self) -> None:
        """Take our names out of the task's variables until somebody asks for them again."""
        if self._entered is None or self._module is None:
            return
        entered, self._entered = self._entered, None
        namespace = vars(self._module)
        for name, value in entered.items():
            if namespace.get(name) is value:
                del namespace[name]

    def enter(self) -> ModuleType:
        """The module of the running task, with the names that magics expect in it."""
        if self._module is None:  # between tasks, as a library may ask at any time
            return ModuleType("__main__")
        if self._entered is None and self._shell is not None:
            self._shell.history_manager.output_hist.clear()
            names, namespace = _names(self._shell), vars(self._module)
            self._entered = {name: value for name, value in names.items() if name not in namespace}
            namespace.update(self._entered)
            self._shell.knows(namespace, names)
        return self._module

    def format(self, value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The MIME bundle of a value and its metadata."""
        data, metadata = self.get().display_formatter.format(value)
        return data, metadata

    def _trigger(self, event: str, make: Any = None, *args: Any) -> None:
        """Call what extensions and libraries have registered; the shell's own callbacks have nothing to do here."""
        if not self._is_registered(event):
            return
        known = self._callbacks[event]
        of_cell = [one for one in known if is_users(one)] if self.single else []
        if of_cell:  # the kernel calls the user's own, for it is the kernel's cell
            known[:] = [one for one in known if one not in of_cell]
        try:
            self._shell.events.trigger(event, *([make(*args)] if make else []))
        finally:
            known += of_cell

    def _is_registered(self, event: str) -> bool:
        return len(self._callbacks[event]) > self._own_callbacks.get(event, 0)

    def _display(self, *objects: Any, **options: Any) -> Any:
        self.get()
        return sys.modules["IPython.display"].display(*objects, **options)


def _names(shell: Any) -> dict[str, Any]:
    """Names that magics expect in the user's variables."""
    history = shell.history_manager
    return {
        "get_ipython": shell.get_ipython,
        "exit": shell.exiter,
        "quit": shell.exiter,
        "open": _open(),
        "_": "",
        "__": "",
        "___": "",
        "_ih": history.input_hist_parsed,
        "_oh": history.output_hist,
        "_dh": [Path.cwd()] if shell.visited is None else shell.visited,
        "In": history.input_hist_parsed,
        "Out": history.output_hist,
    }


def _open() -> Any:
    from IPython.core.interactiveshell import _modified_open

    return _modified_open


def _execution_info(source: str) -> Any:
    return SimpleNamespace(
        raw_cell=source, transformed_cell=source, store_history=False, silent=False, shell_futures=True, cell_id=None
    )


def _execution_result() -> Any:
    from IPython.core.interactiveshell import ExecutionResult

    made: Any = ExecutionResult
    return made(_execution_info(""))
