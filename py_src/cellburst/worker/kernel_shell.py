"""The shell of a worker: IPython's, which tells the task's outbox what a kernel's shell would tell the front end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from cellburst.errors import UsageError
from cellburst.worker.bundle import bundle_record
from cellburst.worker.inner_cells import compiler_class
from cellburst.worker.outputs import Record

if TYPE_CHECKING:
    from cellburst.worker.outbox import Outbox
    from cellburst.worker.shell import ShellHost

_OF_KERNELS = frozenset({"autosave", "clear", "less", "man", "more"})  # magics that ipykernel adds to IPython's


def build_shell(host: ShellHost, outbox: Outbox) -> Any:
    """An InteractiveShell without history database, threads, files and completion, which answers as a kernel's does."""
    from IPython.core.autocall import ZMQExitAutocall
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.getipython import get_ipython
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

    class TaskDisplayHook(DisplayHook):
        """Records the value of a cell inside the cell (``get_ipython().run_cell``)."""

        exec_result = None

        def start_displayhook(self) -> None:
            """Nothing is written."""

        def write_output_prompt(self) -> None:
            """The record has the number."""

        def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
            record = bundle_record("execute_result", format_dict, md_dict)
            outbox.show({**record, "execution_count": self.prompt_count, "inner": True})

        def finish_displayhook(self) -> None:
            """Nothing was held back."""

        def update_user_ns(self, result: Any) -> None:
            """The kernel's hook does it, with the values of the whole cell in their order."""
            if host.single:
                shell: Any = self.shell
                shell.shown_values.append(result)
            else:
                parent: Any = super()
                parent.update_user_ns(result)

    class ZMQInteractiveShell(InteractiveShell):
        """The shell of a worker, in whatever task runs; tasks are not its cells.

        Libraries tell a notebook from a terminal by this class name.
        """

        compiler_class = compiler_class()
        display_pub_class = Type(TaskDisplayPublisher)
        displayhook_class = Type(TaskDisplayHook)
        shown_values: list[Any] = []  # inside the cell
        handler_of_cell: Any = None  # what the cell gave to set_custom_exc
        cell_looks_at_all_names = False
        visited: list[Any] | None = None  # what the cell finds as _dh
        keepkernel_on_exit: Any = None

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

        def init_completer(self) -> None:
            """Nobody types here."""

        def enable_gui(self, gui: Any = None) -> None:
            """There is no event loop of a toolkit here."""

        def init_user_ns(self) -> None:
            """Each task's variables are entered when it starts."""

        def init_hooks(self) -> None:
            shell: Any = self
            parent: Any = super()
            parent.init_hooks()
            shell.set_hook("show_in_pager", import_module("IPython.core.page").as_hook(self.payloadpage_page), 99)

        def payloadpage_page(self, strg: Any, start: int = 0, screen_lines: int = 0, pager_cmd: Any = None) -> None:
            data = strg if isinstance(strg, dict) else {"text/plain": strg}
            self._tell({"source": "page", "data": data, "start": max(0, start)})

        def set_next_input(self, s: str, replace: bool = False) -> None:
            self._tell({"source": "set_next_input", "text": s, "replace": replace})

        def ask_exit(self) -> None:
            if not host.single:
                raise SystemExit
            self._tell({"source": "ask_exit", "keepkernel": self.keepkernel_on_exit})

        def _tell(self, payload: dict[str, Any]) -> None:
            manager: Any = self.payload_manager
            manager.write_payload(payload)

        def find_line_magic(self, magic_name: str) -> Any:
            self._add_kernels(magic_name)
            parent: Any = super()
            return parent.find_line_magic(magic_name)

        def _find_with_lazy_load(self, kind: Any, magic_name: str) -> Any:
            self._add_kernels(magic_name)
            parent: Any = super()
            return parent._find_with_lazy_load(kind, magic_name)

        def __reduce__(self) -> Any:
            return get_ipython, ()  # whoever unpickles it has a shell

        def _add_kernels(self, magic_name: str) -> None:
            if magic_name in _OF_KERNELS and "KernelMagics" not in self.magics_manager.registry:
                with suppress(ImportError):
                    self.register_magics(import_module("ipykernel.zmqshell").KernelMagics)

        def knows(self, namespace: dict[str, Any], own: Iterable[str]) -> None:
            """A task's variables, of which the ``own`` names are IPython's."""
            self.ns_table.update(user_global=namespace, user_local=namespace)
            if self.visited is not None:
                self.visited = namespace["_dh"]
            self.user_ns_hidden.clear()
            self.user_ns_hidden.update({name: namespace[name] for name in own})

        def set_custom_exc(self, exc_tuple: Any, handler: Any) -> None:
            parent: Any = super()
            parent.set_custom_exc(exc_tuple, handler)
            self.handler_of_cell = (exc_tuple, handler)

        def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
            text = {"ename": str(etype.__name__), "evalue": str(evalue), "traceback": list(stb)}
            outbox.show({"output_type": "error", **text, "inner": True} if host.single else _as_text(text))

        @property
        def kernel(self) -> Any:
            return _ABSENT_KERNEL  # libraries tell a notebook from a terminal by there being one

    ZMQInteractiveShell.__module__ = "ipykernel.zmqshell"
    ZMQInteractiveShell.__qualname__ = "ZMQInteractiveShell"
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    if find_spec("ipywidgets") is None:
        config.IPKernelApp.tqdm = "as in a kernel"  # else tqdm.auto would look for widgets, which need the kernel
    shell = ZMQInteractiveShell.instance(config=config, **_folders())
    exiter: Any = ZMQExitAutocall
    shell.exiter = exiter(shell)
    return shell


class _AbsentKernel:
    """Stands for the kernel, which is elsewhere."""

    def __reduce__(self) -> Any:
        return getattr, (import_module("IPython.core.getipython").get_ipython(), "kernel")

    def __getattr__(self, name: str) -> Any:
        raise UsageError(
            f"get_ipython().kernel.{name} is not on the worker: use it in a cell without %%remote, and give the cell "
            "what it needs of it as a variable"
        )


_ABSENT_KERNEL = _AbsentKernel()


def _as_text(error: dict[str, Any]) -> Record:
    return {"output_type": "stream", "name": "stderr", "text": "\n".join(error["traceback"]) + "\n"}


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
