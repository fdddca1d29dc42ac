"""The table by which a pandas index finds labels: made when it is first asked for one, and kept with it.

Where pyarrow keeps the labels, making it enters `warnings.catch_warnings`, which makes Python forget what it has shown
once. So whether such a table is there is a part of what an index is.
"""

from __future__ import annotations

import sys
from typing import Any

from cellburst.payload.silence import filters_unmoved

_MOST_LABELS = 10_000  # a table of more takes longer than to see a warning twice is worth


def is_telling(kind: Any) -> bool:
    """Whether indexes of a type may have such a table."""
    return bool(kind.__name__ == "Index" and kind.__module__.partition(".")[0] == "pandas")


def is_made(index: Any) -> bool:
    """Whether there is a table the making of which can be noticed."""
    return (
        "_engine" in getattr(index, "_cache", ())
        and is_telling(type(index))
        and type(index._data) is not sys.modules["numpy"].ndarray
        and len(index) <= _MOST_LABELS
    )


def make(index: Any, _: Any = None) -> None:
    """Make the table, unnoticed."""
    with filters_unmoved():
        getattr(index, "_engine", None)


def reduce_index(index: Any, pickler: Any) -> Any:
    """By pandas' own way, and with its table."""
    if not pickler.tells_tables or not is_made(index):
        return NotImplemented
    maker, arguments, *_ = index.__reduce_ex__(5)
    return maker, arguments, True, None, None, make
