"""A value's type in a few words, for tables: ``DataFrame`` with its rows and columns."""

from __future__ import annotations

from collections.abc import Sized

_TIMES = "\N{MULTIPLICATION SIGN}"
_COUNTED: dict[type, str] = {
    list: "items",
    tuple: "items",
    dict: "entries",
    set: "items",
    frozenset: "items",
    bytearray: "bytes",
}


def describe(value: object) -> str:
    """The name of the type and what its size is in its own terms; never raises, never runs for long."""
    kind = type(value)
    words = kind.__qualname__
    try:
        extent = _extent(value)
    except Exception:
        return words
    return f"{words} {extent}" if extent else words


def _extent(value: object) -> str:
    kind = type(value)
    if kind in _COUNTED and isinstance(value, Sized):
        return f"({len(value)} {_COUNTED[kind]})"
    shape, dtype = getattr(kind, "shape", None), getattr(kind, "dtype", None)
    if shape is None or isinstance(value, type):
        return ""
    sizes = tuple(value.shape)  # type: ignore[attr-defined]
    if not all(isinstance(size, int) for size in sizes):
        return ""
    text = _TIMES.join(map(str, sizes)) or "scalar"
    return f"{text} {value.dtype}" if dtype is not None else text  # type: ignore[attr-defined]
