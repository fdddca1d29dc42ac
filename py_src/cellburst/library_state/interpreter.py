"""What a notebook may set of the interpreter itself: garbage collection, arguments, the time zone, hooks, signals."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from importlib import import_module
from typing import Any

from cellburst.library_state.registry import State
from cellburst.payload import collecting

_THRESHOLD = gc.get_threshold()
_INTERVAL = round(sys.getswitchinterval(), 6)
_ALARMS = tuple(
    int(getattr(signal, name))
    for name in ("SIGALRM", "SIGVTALRM", "SIGPROF", "SIGUSR1", "SIGUSR2", "SIGHUP", "SIGTERM", "SIGPIPE")
    if hasattr(signal, name)
)
_getsignal: Any = import_module("_signal").getsignal  # signal.getsignal makes an enum, at several times the cost


def is_users(value: Any) -> bool:
    """Whether a function, a method or an object that can be called was made in the notebook."""
    function = getattr(value, "__func__", value)
    return getattr(function, "__module__", None) == "__main__" or type(value).__module__ == "__main__"


def _get_collection() -> tuple[bool, tuple[int, int, int]] | None:
    now = collecting.is_wanted(), gc.get_threshold()
    return None if now == (True, _THRESHOLD) else now


def _set_collection(value: tuple[bool, tuple[int, int, int]] | None) -> None:
    enabled, threshold = value or (True, _THRESHOLD)
    collecting.want(enabled)
    gc.set_threshold(*threshold)


def _get_arguments() -> list[str] | None:
    return None if sys.argv == [""] else list(sys.argv)


def _set_arguments(value: list[str] | None) -> None:
    sys.argv = value or [""]


def _get_interval() -> float | None:
    now = round(sys.getswitchinterval(), 6)  # kept in whole microseconds
    return None if now == _INTERVAL else now


def _set_interval(value: float | None) -> None:
    sys.setswitchinterval(value or _INTERVAL)


def _get_zone() -> tuple[str, tuple[str, str]] | None:
    zone = os.environ.get("TZ")
    return None if zone is None else (zone, time.tzname)


def _set_zone(_: tuple[str, tuple[str, str]] | None) -> None:
    time.tzset()  # from the environment, whose state is set before


def _hooks() -> dict[str, tuple[Any, Any, Any]]:
    """By name, the module that has a hook, its attribute, and what Python has there."""
    threading: Any = sys.modules.get("threading")
    found: dict[str, tuple[Any, Any, Any]] = {
        "sys.excepthook": (sys, "excepthook", sys.__excepthook__),
        "sys.unraisablehook": (sys, "unraisablehook", sys.__unraisablehook__),
    }
    if threading is not None and hasattr(threading, "__excepthook__"):
        found["threading.excepthook"] = threading, "excepthook", threading.__excepthook__
    return found


def _get_hooks() -> dict[str, Any] | None:
    found = {name: getattr(home, attribute) for name, (home, attribute, _) in _hooks().items()}
    return {name: hook for name, hook in found.items() if is_users(hook)} or None


def _set_hooks(value: dict[str, Any] | None) -> None:
    wanted = value or {}
    for name, (home, attribute, own) in _hooks().items():
        if name in wanted:
            setattr(home, attribute, wanted[name])
        elif is_users(getattr(home, attribute)):
            setattr(home, attribute, own)


def _get_signals() -> dict[int, Any] | None:
    found = {number: _getsignal(number) for number in _ALARMS}
    return {number: handler for number, handler in found.items() if callable(handler) and is_users(handler)} or None


def _set_signals(value: dict[int, Any] | None) -> None:
    wanted = value or {}
    for number in _ALARMS:
        if number in wanted:
            signal.signal(number, wanted[number])
        elif is_users(_getsignal(number)):
            signal.signal(number, signal.SIG_DFL)


STATES = (
    State("garbage collection", "", _get_collection, _set_collection),
    State("arguments", "", _get_arguments, _set_arguments, holds=True),
    State("switch interval", "", _get_interval, _set_interval),
    State("time zone", "", _get_zone, _set_zone),
    State("hooks", "", _get_hooks, _set_hooks, holds=True, calls=True),
    State("signal handlers", "", _get_signals, _set_signals, holds=True, calls=True),
)
