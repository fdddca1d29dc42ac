"""What of the process a task may change and the next one must not see."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from importlib import import_module
from typing import Any

from cellburst.errors import PayloadError
from cellburst.model.payload import Payload
from cellburst.wire.worker import MARKER
from cellburst.worker.limits import Limits

_SIGNAL_NAMES = "SIGALRM SIGCHLD SIGHUP SIGPIPE SIGPROF SIGQUIT SIGTERM SIGUSR1 SIGUSR2 SIGVTALRM"
_SIGNALS = tuple(int(getattr(signal, name)) for name in _SIGNAL_NAMES.split())
_getsignal: Any = import_module("_signal").getsignal  # signal.getsignal makes an enum, at several times the cost
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


class Surroundings:
    """The process as every task of a run finds it: folder, environment, module path, streams, signals, filters, limits.

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
        self._hooks = (sys.displayhook, sys.excepthook, sys.getrecursionlimit(), sys.gettrace(), sys.getprofile())
        self._filters = list(warnings.filters)
        self._showwarning = warnings.showwarning
        self._environ = dict(self._own_environ)
        self._encoded = _encoded_environ()
        self._path = self._own_path
        self._umask = self._own_umask
        self._own_cwd = self._cwd = os.getcwd()
        self._limits = Limits()
        self.spoilt = False

    def enter(self, payload: Payload) -> None:
        """Make the process as the tasks of ``payload`` find it.

        Raises PayloadError if the working directory cannot be entered.
        """
        self._environ = {**self._own_environ, **payload.env}
        if payload.keep_children:
            self._environ.pop(MARKER, None)  # what it starts is to stay when the worker has gone
        _set_environ(self._environ)
        self._encoded = _encoded_environ()
        self._path = [_here(entry) for entry in payload.path] or self._own_path
        self._umask = self._own_umask if payload.umask is None else payload.umask
        self._cwd = _enter_folder(_here(payload.cwd) or self._own_cwd)
        self.settle()

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
        if warnings.filters != self._filters:
            self._filters = _filters_of_libraries(self._filters) + self._filters
            warnings.filters[:] = self._filters  # type: ignore[index]
            getattr(warnings, "_filters_mutated", int)()  # as the module's own functions do: forget what was decided
        warnings.showwarning = self._showwarning
        displayhook, excepthook, limit, trace, profile = self._hooks
        sys.displayhook = displayhook
        sys.excepthook = excepthook
        if sys.getrecursionlimit() != limit:
            sys.setrecursionlimit(limit)
        if sys.gettrace() is not trace:
            sys.settrace(trace)
        if sys.getprofile() is not profile:
            sys.setprofile(profile)


def _filters_of_libraries(known: list[Any]) -> list[Any]:
    """New warning filters that a library has set for itself when it was imported: it is imported only once.

    The user's own are blanket ones as a rule, like ``warnings.simplefilter("ignore")``.
    """
    return [
        found
        for found in warnings.filters
        if found not in known and (found[1] or found[3] or found[2].__module__ != "builtins")
    ]


def _encoded_environ() -> Any:
    """The environment in the form that is the cheapest to compare."""
    return dict(getattr(os.environ, "_data", os.environ))


def _set_environ(wanted: dict[str, str]) -> None:
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


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
