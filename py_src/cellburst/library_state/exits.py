"""Functions for the end of the process, and codecs, that a cell registers: the kernel is where they belong.

Python does not tell what is registered, so a worker listens; what is registered in the kernel stays there.
"""

from __future__ import annotations

import atexit
import codecs
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from cellburst.library_state.interpreter import is_users
from cellburst.library_state.registry import State

_Step = tuple[str, Any, tuple[Any, ...], dict[str, Any]]
_TARGETS: dict[str, tuple[Any, str]] = {
    "exit": (atexit, "register"),
    "no exit": (atexit, "unregister"),
    "codec": (codecs, "register"),
    "no codec": (codecs, "unregister"),
}
_UNDO: dict[str, Callable[[Any], Any]] = {"exit": atexit.unregister, "codec": codecs.unregister}
_real = {what: getattr(home, name) for what, (home, name) in _TARGETS.items()}
_heard: dict[str, list[_Step]] = {"exit": [], "codec": []}
_kept: list[Any] = []  # codecs that cells have registered here


def listen() -> None:
    """In a worker, before its first task."""
    for what, (home, name) in _TARGETS.items():
        setattr(home, name, _listener(what))


def _listener(what: str) -> Callable[..., Any]:
    real, subject = _real[what], what.rpartition(" ")[2]

    @wraps(real)
    def called(function: Any, *args: Any, **options: Any) -> Any:
        found = real(function, *args, **options)
        if is_users(function) or sys._getframe(1).f_globals.get("__name__") == "__main__":
            _heard[subject].append((what, function, args, options))
        return found

    return called


def _get_exits() -> list[_Step] | None:
    return list(_heard["exit"]) or None


def _set_exits(value: list[_Step] | None) -> None:
    """In a kernel: do the same. In a worker, which is only ever told to forget: its end is not the notebook's."""
    for what, function, args, options in value or ():
        _real[what](function, *args, **options)
    if value is None:
        _forget("exit")


def _forget(subject: str) -> None:
    for _, function, _, _ in _heard[subject]:
        _UNDO[subject](function)
    _heard[subject].clear()


def _get_codecs() -> list[Any] | None:
    """The search functions, in their order."""
    found = list(_kept)
    for what, function, _, _ in _heard["codec"]:
        if what == "codec":
            found.append(function)
        elif function in found:
            found.remove(function)
    return found or None


def _set_codecs(value: list[Any] | None) -> None:
    _forget("codec")
    wanted = value or []
    for function in [known for known in _kept if not any(known is one for one in wanted)]:
        _real["no codec"](function)
    for function in wanted:
        if not any(known is function for known in _kept):
            _real["codec"](function)
    _kept[:] = wanted


STATES = (
    State("functions at the end", "", _get_exits, _set_exits, holds=True),
    State("codecs", "", _get_codecs, _set_codecs, holds=True, calls=True),
)
