"""IPython inside a task: get_ipython(), magics, display(), figures. Loaded when something asks for it."""

from __future__ import annotations

import builtins
import os
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from cellburst.worker.bundle import bundle_record
from cellburst.worker.outbox import Outbox

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

    def install(self) -> None:
        """Make ``get_ipython`` and ``display`` known, without loading anything."""
        builtins.get_ipython = self.get  # type: ignore[attr-defined]
        builtins.display = self._display  # type: ignore[attr-defined]

    @property
    def loaded(self) -> bool:
        """Whether the shell is there."""
        return self._shell is not None

    def get(self) -> Any:
        """The shell; the first call takes some tenths of a second, unless it was loaded before."""
        if self._shell is None and not self._building:
            self._building = True
            try:
                self._shell = _build(self, self._outbox)
            finally:
                self._building = False
            builtins.get_ipython = self._shell.get_ipython  # type: ignore[attr-defined]
            builtins.display = sys.modules["IPython.display"].display  # type: ignore[attr-defined]
            self._callbacks = self._shell.events.callbacks
            self._own_callbacks = {event: len(found) for event, found in self._callbacks.items()}
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

    def begin(self, module: ModuleType, source: str) -> None:
        """A task starts whose variables are those of ``module``."""
        self._module = module
        if self._shell is not None:
            self._trigger("pre_execute")
            self._trigger("pre_run_cell", _execution_info, source)

    def finish(self) -> None:
        """The task's code has ended: show its figures, as a notebook does after a cell."""
        if self._shell is not None:
            self._trigger("post_execute")
            self._trigger("post_run_cell", _execution_result)

    def leave(self) -> None:
        """Take our names out of the task's variables again."""
        module, self._module = self._module, None
        if self._entered is None or module is None:
            return
        entered, self._entered = self._entered, None
        namespace = vars(module)
        for name, value in entered.items():
            if namespace.get(name) is value:
                del namespace[name]

    def enter(self) -> ModuleType:
        """The module of the running task, with the names that magics expect in it."""
        if self._module is None:  # between tasks, as a library may ask at any time
            return ModuleType("__main__")
        if self._entered is None and self._shell is not None:
            self._shell.history_manager.reset(new_session=False)
            self._entered = _names(self._shell)
            for name, value in self._entered.items():
                vars(self._module).setdefault(name, value)
        return self._module

    def format(self, value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The MIME bundle of a value and its metadata."""
        data, metadata = self.get().display_formatter.format(value)
        return data, metadata

    def _trigger(self, event: str, make: Any = None, *args: Any) -> None:
        """Call what extensions and libraries have registered; the shell's own callbacks have nothing to do here."""
        if self._is_registered(event):
            self._shell.events.trigger(event, *([make(*args)] if make else []))

    def _is_registered(self, event: str) -> bool:
        return len(self._callbacks[event]) > self._own_callbacks.get(event, 0)

    def _display(self, *objects: Any, **options: Any) -> Any:
        self.get()
        return sys.modules["IPython.display"].display(*objects, **options)


def _names(shell: Any) -> dict[str, Any]:
    """Names that magics expect in the user's variables."""
    history = shell.history_manager
    return {
        "_ih": history.input_hist_parsed,
        "_oh": history.output_hist,
        "_dh": history.dir_hist,
        "In": history.input_hist_parsed,
        "Out": history.output_hist,
    }


def _execution_info(source: str) -> Any:
    return SimpleNamespace(
        raw_cell=source, transformed_cell=source, store_history=False, silent=False, shell_futures=True, cell_id=None
    )


def _execution_result() -> Any:
    from IPython.core.interactiveshell import ExecutionResult

    made: Any = ExecutionResult
    return made(_execution_info(""))


def _build(host: ShellHost, outbox: Outbox) -> Any:
    """An InteractiveShell without history, threads, files, colours and completion."""
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets import Type
    from traitlets.config import Config

    class TaskDisplayPublisher(DisplayPublisher):
        """Records what is displayed among the task's output."""

        def publish(
            self,
            data: Any,
            metadata: Any = None,
            source: Any = None,
            *,
            transient: Any = None,
            update: bool = False,
            **_: Any,
        ) -> None:
            if not isinstance(data, dict):
                raise TypeError(f"data must be a dict, got: {data!r}")
            kind = "update_display_data" if update else "display_data"
            outbox.show(bundle_record(kind, data, metadata, transient))

        def clear_output(self, wait: bool = False) -> None:
            outbox.show({"output_type": "clear_output", "wait": bool(wait)})

    class ZMQInteractiveShell(InteractiveShell):
        """The shell of a worker, in whatever task runs; tasks are not its cells.

        Libraries tell a notebook from a terminal by this class name.
        """

        display_pub_class = Type(TaskDisplayPublisher)

        @property
        def user_module(self) -> Any:
            return host.enter()

        @user_module.setter
        def user_module(self, module: Any) -> None:
            """It is the task's."""

        @property
        def user_ns(self) -> Any:
            return vars(host.enter())

        @user_ns.setter
        def user_ns(self, namespace: Any) -> None:
            """It is the task's."""

        def init_virtualenv(self) -> None:
            """The worker has the kernel's interpreter."""

        def init_sys_modules(self) -> None:
            """``__main__`` is the task's."""

        def init_user_ns(self) -> None:
            """Each task's variables are entered when it starts."""

        def init_completer(self) -> None:
            """Nobody types here."""

        def enable_gui(self, gui: Any = None) -> None:
            """There is no event loop of a toolkit here."""

        def ask_exit(self) -> None:
            raise SystemExit

    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    return ZMQInteractiveShell.instance(config=config, **_folders())


def _folders() -> dict[str, Any]:
    """The user's own profile if there is one; no folder is made."""
    import tempfile  # with a chain of compression modules behind it

    from IPython.core.profiledir import ProfileDir, ProfileDirError
    from IPython.paths import get_ipython_dir

    profiles: Any = ProfileDir
    folder = os.path.expanduser(os.environ.get("IPYTHONDIR", "~/.ipython"))
    if not os.path.isdir(folder):
        return {"ipython_dir": tempfile.gettempdir(), "profile_dir": profiles()}
    folder = get_ipython_dir()
    try:
        profile = profiles.find_profile_dir_by_name(folder, "default")
    except ProfileDirError:
        profile = profiles()
    return {"ipython_dir": folder, "profile_dir": profile}
