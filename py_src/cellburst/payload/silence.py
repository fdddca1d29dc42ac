"""Doing something without its warnings, and without a trace of that."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

IGNORE = ("ignore", re.compile(""), Warning, None, 0)
"""The filter that is there meanwhile. This very object is it: a user's may be equal."""


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


def _nothing() -> None: ...
