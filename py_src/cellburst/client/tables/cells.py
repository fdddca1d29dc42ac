"""Cells of a column that other programs can hold: what they cannot becomes text."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

_INT_LIMIT = 1 << 63
_KEPT = (bool, int, float, str, bytes, datetime.datetime, datetime.date, datetime.time, datetime.timedelta)
_NUMBERS = frozenset({int, float})


def plain_column(cells: Sequence[Any], *, lists: bool = True) -> list[Any]:
    """The cells as values of one plain type: truth values, numbers, texts, bytes, times, lists of numbers; or as texts.

    Scalars of numpy become Python's; whole numbers among others become floats. ``lists=False`` makes texts of lists.
    None stays None. A column whose cells do not fit together is all text.
    """
    plain = [plain_cell(cell) for cell in cells]
    kinds = {_kind(cell) for cell in plain if cell is not None}
    if kinds <= _NUMBERS:
        return plain if len(kinds) < 2 else [None if cell is None else float(cell) for cell in plain]
    if len(kinds) == 1 and next(iter(kinds)) in (*_KEPT, *((list,) if lists else ())):
        return plain
    return [None if cell is None else text_of(cell) for cell in cells]


def plain_cell(value: Any) -> Any:
    """A numpy scalar as Python's own, an array or tuple of numbers as a list; anything else as it is."""
    kind = type(value)
    if kind.__module__ == "numpy":
        if getattr(value, "ndim", None) == 0:
            return value.item()
        if getattr(value, "ndim", None) == 1 and value.dtype.kind in "iuf":
            return value.tolist()
    return list(value) if kind is tuple and not hasattr(value, "_fields") else value


def text_of(value: Any) -> str:
    """What stands for an object in a text file."""
    if isinstance(value, str):
        return value
    if hasattr(value, "__fspath__"):
        return str(value)
    name = getattr(value, "__name__", None)
    return name if callable(value) and isinstance(name, str) else repr(value)


def _kind(cell: Any) -> object:
    kind = type(cell)
    if kind is list:
        return list if all(type(part) in _NUMBERS and _small(part) for part in cell) else object
    if kind is int:
        return int if _small(cell) else object
    if kind in _KEPT:
        return kind
    return next((known for known in _KEPT[3:] if isinstance(cell, known)), object)  # a Timestamp, a str of one's own


def _small(value: Any) -> bool:
    return type(value) is float or -_INT_LIMIT <= value < _INT_LIMIT
