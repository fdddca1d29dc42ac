"""The context of decimal numbers."""

from __future__ import annotations

import sys
from contextvars import copy_context
from typing import Any

from cellburst.library_state.registry import State

_FIELDS = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
_Value = tuple[tuple[Any, ...], frozenset[str], frozenset[str]]  # fields, flags that are up, traps
_FRESH: _Value = (
    (28, "ROUND_HALF_EVEN", -999999, 999999, 1, 0),
    frozenset(),
    frozenset({"InvalidOperation", "DivisionByZero", "Overflow"}),
)


def _is_there() -> bool:
    """Whether anybody has asked for the context: only then is there one, which others inherit."""
    if not sys.modules["decimal"].HAVE_CONTEXTVAR:
        return True
    return any(variable.name == "decimal_context" for variable in copy_context())


def _get() -> _Value | None:
    if not _is_there():
        return None
    context = sys.modules["decimal"].getcontext()
    now = tuple([getattr(context, name) for name in _FIELDS]), _up(context.flags), _up(context.traps)
    return None if now == _FRESH else now


def _up(signals: Any) -> frozenset[str]:
    return frozenset([signal.__name__ for signal, is_up in signals.items() if is_up])


def _set(value: _Value | None) -> None:
    """In place: the user's code may hold the context."""
    if value is None and not _is_there():
        return
    context = sys.modules["decimal"].getcontext()
    fields, flags, traps = value or _FRESH
    for name, field in zip(_FIELDS, fields, strict=True):
        setattr(context, name, field)
    for signals, up in ((context.flags, flags), (context.traps, traps)):
        for signal in signals:
            signals[signal] = signal.__name__ in up


STATES = (State("decimal context", "decimal", _get, _set),)
