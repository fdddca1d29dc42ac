"""Doing something without its warnings or log records, and without a trace of that."""

from __future__ import annotations

import _thread
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

IGNORE = ("ignore", re.compile(""), Warning, None, 0)
"""The filter that is there meanwhile. This very object is it: a user's may be equal."""
Unlogged = tuple[Any, Any]
"""A logger, and a record that its handlers have not had."""


@contextmanager
def no_warnings() -> Iterator[None]:
    """No warnings; unlike `warnings.catch_warnings`, it does not make Python forget what was shown once."""
    filters: Any = warnings.filters
    filters.insert(0, IGNORE)
    try:
        yield
    finally:
        if IGNORE in filters:
            filters.remove(IGNORE)


@contextmanager
def filters_unmoved() -> Iterator[None]:
    """What enters `warnings.catch_warnings` meanwhile does not make Python forget what was shown once, either."""
    module: Any = warnings
    real, module._filters_mutated = module._filters_mutated, _nothing
    try:
        yield
    finally:
        module._filters_mutated = real


@contextmanager
def unlogged() -> Iterator[list[Unlogged]]:
    """What this thread logs reaches no handler, but the list that this gives: it may be logged in another process."""
    logger = getattr(sys.modules.get("logging"), "Logger", None)
    kept: list[Unlogged] = []
    if logger is None:
        yield kept
        return
    real = logger.callHandlers
    muted: int | None = _thread.get_ident()

    def call_handlers(self: Any, record: Any) -> None:
        if muted != _thread.get_ident():
            real(self, record)
        else:
            kept.append((self, record))

    logger.callHandlers = call_handlers
    try:
        yield kept
    finally:
        muted = None  # for those who keep it
        if logger.callHandlers is call_handlers:
            logger.callHandlers = real


def _nothing() -> None: ...
