"""Compiling a cell to look at it, without the warnings that it gives when it runs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_IGNORE = ("ignore", re.compile(""), Warning, None, 0)


@contextmanager
def no_warnings() -> Iterator[None]:
    """As ``catch_warnings`` with an ignoring filter, which however makes Python forget what it has shown once."""
    filters: Any = warnings.filters
    filters.insert(0, _IGNORE)
    try:
        yield
    finally:
        if _IGNORE in filters:
            filters.remove(_IGNORE)
