"""Whether Python is to write tracebacks when it crashes.

A worker always does, for the sake of the run's output; a cell finds, and switches, what the notebook has chosen.
"""

from __future__ import annotations

import faulthandler
import sys
from functools import wraps
from typing import Any

from cellburst.library_state.registry import State

_real = {name: getattr(faulthandler, name) for name in ("enable", "disable", "is_enabled")}
_chosen: list[bool] = []  # in a worker: the notebook's choice


def listen() -> None:
    """In a worker, before its first task: the choice is kept apart from what the worker does."""
    _chosen[:] = [False]
    for name, stand_in in (("enable", _enable), ("disable", _disable), ("is_enabled", _is_enabled)):
        setattr(faulthandler, name, wraps(_real[name])(stand_in))


def _enable(*_args: Any, **_options: Any) -> None:
    _chosen[:] = [True]


def _disable() -> bool:
    was = _chosen[0]
    _chosen[:] = [False]
    return was


def _is_enabled() -> bool:
    return _chosen[0]


def _get() -> bool | None:
    return (_chosen[0] if _chosen else _real["is_enabled"]()) or None


def _set(value: bool | None) -> None:
    if _chosen:
        _chosen[:] = [bool(value)]
    elif value:
        _real["enable"](sys.__stderr__)
    else:
        _real["disable"]()


STATES = (State("fault handler", "", _get, _set),)
