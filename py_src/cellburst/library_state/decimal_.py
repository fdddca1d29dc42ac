"""The context of decimal numbers: which one is the current, and what it says.

A notebook may keep the current context and go on to change it, so the object itself travels and not only what it says.
"""

from __future__ import annotations

import sys
from contextvars import Context, copy_context
from typing import Any, NamedTuple

from cellburst.library_state.registry import State
from cellburst.payload.decimal_contexts import FRESH, Settings, apply, settings_of

_usual_count: list[int] = []


class Current(NamedTuple):
    """The current context, with what it says now: of contexts only the same one is equal."""

    context: Any
    settings: Settings


def _is_there() -> bool:
    """Whether anybody has asked for the context: only then is there one, which others inherit."""
    if not sys.modules["decimal"].HAVE_CONTEXTVAR:
        return True
    return any(variable.name == "decimal_context" for variable in copy_context())


def _count() -> int:
    return sys.getrefcount(sys.modules["decimal"].getcontext())


def _is_kept() -> bool:
    """Whether somebody besides the decimal module may refer to the current context."""
    if not _usual_count:
        _usual_count.append(Context().run(_count))
    return _count() > _usual_count[0]


def _get() -> Current | None:
    if not _is_there():
        return None
    context = sys.modules["decimal"].getcontext()
    now = settings_of(context)
    if now == FRESH:
        del context
        return Current(sys.modules["decimal"].getcontext(), now) if _is_kept() else None
    return Current(context, now)


def _set(value: Current | None) -> None:
    decimal = sys.modules["decimal"]
    if value is None:
        if _get() is not None:  # a new one: the user's code may keep the old one, as it is
            made = decimal.Context()
            apply(made, FRESH)
            decimal.setcontext(made)
        return
    if decimal.getcontext() is not value.context:
        decimal.setcontext(value.context)
    apply(value.context, value.settings)


STATES = (State("decimal context", "decimal", _get, _set, holds=True),)
