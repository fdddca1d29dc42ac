"""What of the process a task may change and the next one must not see."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Collection
from importlib import import_module
from typing import Any

from cellburst.errors import PayloadError
from cellburst.library_state import surroundings
from cellburst.library_state.environment import THREADS
from cellburst.library_state.sealing import seal
from cellburst.model.payload import Payload
from cellburst.wire.worker import MARKER
from cellburst.worker.limits import Limits

_SIGNAL_NAMES = "SIGALRM SIGCHLD SIGHUP SIGPIPE SIGPROF SIGQUIT SIGTERM SIGUSR1 SIGUSR2 SIGVTALRM"
_SIGNALS = tuple(int(getattr(signal, name)) for name in _SIGNAL_NAMES.split())
_getsignal: Any = import_module("_signal").getsignal  # signal.getsignal makes an enum, at several times the cost
_LATE = ("MPLBACKEND", "PAGER", "GIT_PAGER")  # set when a worker starts, and by a kernel after others
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


class Surroundings:
    """The process as every task of a run finds it: folder, environment, module path, streams, signals, limits.

    ``spoilt`` says that a task has changed something that cannot be put back.
    """

    def __init__(self) -> None:
        """As the process is now."""
        self._own_environ = dict(os.environ)
        self._own_path = list(sys.path)
        self._own_umask = os.umask(0o077)
        os.umask(self._own_umask)
        self._handlers = tuple((number, _getsignal(number)) for number in _SIGNALS)
        self._streams = (sys.stdin, sys.stdout, sys.stderr)
        self._hooks = (sys.displayhook, sys.excepthook, sys.gettrace(), sys.getprofile())
        self._environ = dict(self._own_environ)
        self._encoded = _encoded_environ()
        self._path = self._own_path
        self._seal = b""
        self._umask = self._own_umask
        self._own_cwd = self._cwd = os.getcwd()
        self._limits = Limits()
        self.spoilt = False

    def enter(self, payload: Payload, gpus: tuple[str, ...] = ()) -> None:
        """Make the process as the tasks of ``payload`` find it; they see these GPUs, if there are any.

        Raises PayloadError if the working directory cannot be entered, or if variables of the environment are missing.
        """
        if payload.dropped:
            raise PayloadError(_missing(payload.dropped))
        own = {name: value for name, value in self._own_environ.items() if name not in _LATE or name not in payload.env}
        self._environ = {**own, **payload.ambient, **payload.env, **_visible(gpus)}
        hidden = self._hidden(payload) if payload.collect == "namespace" else set()
        for name in payload.unset:
            self._environ.pop(name, None)
        self._seal = payload.seal
        if payload.keep_children:
            self._environ.pop(MARKER, None)  # what it starts is to stay when the worker has gone
        _set_environ(self._environ)
        for name in hidden & set(self._environ):
            _hide(name)
            del self._environ[name]
        _set_in_order(self._environ)
        self._encoded = _encoded_environ()
        self._path = [_here(entry) for entry in payload.path] or self._own_path
        self._umask = self._own_umask if payload.umask is None else payload.umask
        self._cwd = _enter_folder(_here(payload.cwd) or self._own_cwd)
        self.settle()

    def _hidden(self, payload: Payload) -> set[str]:
        """What only workers have, and a cell is not to find: how many threads to use, and whose its processes are."""
        return {name for name in (*THREADS, MARKER) if name not in payload.ambient and name not in payload.env}

    def settle(self, *, thoroughly: bool = True) -> None:
        """Put back what a task changed; what it did not change costs a comparison each.

        Unless ``thoroughly``, what only a task that takes longer could have changed unnoticed is not looked at.
        """
        if getattr(os.environ, "_data", os.environ) != self._encoded:
            _set_environ(self._environ)
        if sys.path != self._path:
            sys.path[:] = self._path
        if _folder() != self._cwd:
            _return_to(self._cwd)
        os.umask(self._umask)
        if not self._limits.restore(certainly=thoroughly):
            self.spoilt = True
        self._settle_signals()
        self._settle_interpreter()

    def left(self) -> dict[str, Any]:
        """Which of it a cell has changed, as states of ``library_state.surroundings``; variables are sealed."""
        found: dict[str, Any] = {}
        if (folder := _folder()) != self._cwd:
            found[surroundings.FOLDER] = folder or ""
        mask = os.umask(self._umask)
        if mask != self._umask:
            found[surroundings.FILE_MASK] = mask
        if sys.path != self._path:
            found[surroundings.PATH] = self._path, list(sys.path)
        if getattr(os.environ, "_data", os.environ) != self._encoded:
            now, before = dict(os.environ), self._environ
            changes = {name: now.get(name) for name in {**now, **before} if now.get(name) != before.get(name)}
            found[surroundings.ENVIRONMENT] = seal(changes, self._seal) if self._seal else b""
        return found

    def are_as_before(self) -> bool:
        """Whether what an import depends on is as the cell found it: folder, environment, module path."""
        variables = getattr(os.environ, "_data", os.environ)
        return variables == self._encoded and sys.path == self._path and _folder() == self._cwd

    def _settle_signals(self) -> None:
        for number, handler in self._handlers:
            if _getsignal(number) is not handler:
                for timer in _TIMERS:
                    signal.setitimer(timer, 0)
                # None is a handler that C code has set: Python cannot set it again, so the default must do
                signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _settle_interpreter(self) -> None:
        sys.stdin, sys.stdout, sys.stderr = self._streams
        if sys.stdin.closed:  # as exit() does
            self._streams = (open(os.devnull), *self._streams[1:])  # noqa: SIM115 - for good
            sys.stdin = self._streams[0]
        if sys.argv != [""]:
            sys.argv = [""]
        displayhook, excepthook, trace, profile = self._hooks
        sys.displayhook = displayhook
        sys.excepthook = excepthook
        if sys.gettrace() is not trace:
            sys.settrace(trace)
        if sys.getprofile() is not profile:
            sys.setprofile(profile)


def _visible(gpus: tuple[str, ...]) -> dict[str, str]:
    """What CUDA looks at when it is loaded; its own order of devices is another one than that of NVML."""
    return {"CUDA_VISIBLE_DEVICES": ",".join(gpus), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"} if gpus else {}


def _encoded_environ() -> Any:
    """The environment in the form that is the cheapest to compare."""
    return dict(getattr(os.environ, "_data", os.environ))


def _hide(name: str) -> None:
    """From Python; libraries and children find it all the same."""
    variables: Any = os.environ
    variables._data.pop(variables.encodekey(name), None)


def _missing(names: Collection[str]) -> str:
    """Why a task does not start."""
    return (
        f"the notebook had set {', '.join(names)} in os.environ, and such values are not stored: they are lost since "
        "the controller was replaced or the run ended; submit the cell again, or `%remote retry` it from the notebook "
        "that has them"
    )


def _set_environ(wanted: dict[str, str]) -> None:
    zone = os.environ.get("TZ")
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
    if os.environ.get("TZ") != zone and hasattr(time, "tzset"):
        time.tzset()


def _set_in_order(wanted: Collection[str]) -> None:
    """List the variables in this order: a notebook may look at all of them."""
    variables: Any = os.environ
    if list(variables) != list(wanted):
        found = {variables.encodekey(name): variables._data[variables.encodekey(name)] for name in wanted}
        variables._data.clear()
        variables._data.update(found)


def _folder() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # the task has removed it
        return None


def _here(path: str) -> str:
    """A path that was sent as UTF-8, as this process's locale spells it."""
    return os.fsdecode(path.encode())


def _enter_folder(cwd: str) -> str:
    try:
        os.chdir(cwd)
        return os.getcwd()
    except OSError as error:
        raise PayloadError(
            f"the working directory {cwd} cannot be entered: {error.strerror}; make it, or chdir in the notebook"
        ) from None


def _return_to(cwd: str) -> None:
    try:
        os.chdir(cwd)
    except OSError:  # it is gone; the next run enters its own
        os.chdir("/")
