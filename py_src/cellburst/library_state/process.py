"""Limits of the interpreter and of the process that a notebook may set."""

from __future__ import annotations

import _thread
import resource
import sys

from cellburst.library_state.registry import State

_RECURSION = 1000
_DIGITS = getattr(sys.int_info, "default_max_str_digits", 0)
_Pair = tuple[int, int]  # soft and hard
# Neither the processor time, of which each process has used its own, nor what the system counts by user.
_RESOURCES = ("RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_STACK")
_NUMBERS = tuple(getattr(resource, name) for name in _RESOURCES if hasattr(resource, name))
_getrlimit, _setrlimit = resource.getrlimit, resource.setrlimit  # a worker watches the first use of the module
_at_start: dict[int, _Pair] = {number: _getrlimit(number) for number in _NUMBERS}
limits_wanted: dict[int, _Pair] = {}
"""In a worker, what tasks find in place of the limits that it was started with."""


def _get_recursion() -> int | None:
    now = sys.getrecursionlimit()
    return None if now == _RECURSION else now


def _set_recursion(value: int | None) -> None:
    sys.setrecursionlimit(value or _RECURSION)


def _get_digits() -> int | None:
    now = sys.get_int_max_str_digits() if _DIGITS else _DIGITS
    return None if now == _DIGITS else now


def _set_digits(value: int | None) -> None:
    if _DIGITS:
        sys.set_int_max_str_digits(_DIGITS if value is None else value)


def _get_limits() -> dict[int, _Pair] | None:
    now = {number: _getrlimit(number) for number in _NUMBERS}
    return None if now == _at_start else {number: pair for number, pair in now.items() if pair != _at_start[number]}


def _set_limits(value: dict[int, _Pair] | None) -> None:
    limits_wanted.clear()
    for number, start in _at_start.items():
        wanted = (value or {}).get(number, start)
        if _getrlimit(number) != wanted:
            _setrlimit(number, wanted)
        if wanted != start:
            limits_wanted[number] = wanted


def _get_stack() -> int | None:
    now = _thread.stack_size()  # which makes it the usual one
    if now:
        _thread.stack_size(now)
    return now or None


def _set_stack(value: int | None) -> None:
    _thread.stack_size(value or 0)


STATES = (
    State("stack size of threads", "", _get_stack, _set_stack, holds=True),
    State("recursion limit", "", _get_recursion, _set_recursion, holds=True),
    State("longest integer as text", "", _get_digits, _set_digits),
    State("resource limits", "", _get_limits, _set_limits),
)
