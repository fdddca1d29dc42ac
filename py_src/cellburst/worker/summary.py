"""A scalar, a few named scalars, or a few words that stand for a value in tables."""

from __future__ import annotations

from typing import Any

from cellburst.worker.text import clean, shorten, type_name

_LONGEST = 200
_LONGEST_NAME = 40
_SCALARS = frozenset({type(None), bool, int, float, str})
_INT64 = 1 << 63
_MOST_FIELDS = 8
Scalar = bool | int | float | str | None
Summary = Scalar | dict[str, Scalar]


def summarise(value: Any) -> Summary:
    """The value itself if it is a scalar or a record of a few, else its type and size. Never raises."""
    if type(value) is dict and 0 < len(value) <= _MOST_FIELDS:
        fields = _record(value)
        if fields is not None:
            return fields
    return _in_short(value)


def _record(value: dict[Any, Any]) -> dict[str, Scalar] | None:
    """What a mapping from short names to scalars says; None if it is another kind of mapping."""
    if not all(type(name) is str and len(name) <= _LONGEST_NAME for name in value):
        return None
    fields = {clean(name): _in_short(part) for name, part in value.items()}
    plain = (type(part) in _SCALARS or getattr(part, "shape", None) == () for part in value.values())
    return fields if all(plain) else None


def _in_short(value: Any) -> Scalar:
    kind = type(value)
    if value is None or kind is bool or kind is float:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return value if -_INT64 <= value < _INT64 else shorten(hex(value), 60)
    if kind is str:
        return clean(value) if len(value) <= _LONGEST else f"str of {len(value)} characters"
    try:
        return _describe(value)
    except BaseException:  # its methods are the user's
        return type_name(value)


def summarise_named(values: dict[str, Any]) -> str:
    """The same for named values: ``a=1, b=DataFrame 3x4``."""
    return shorten(", ".join(f"{name}={_in_short(value)}" for name, value in values.items()), _LONGEST)


def _describe(value: Any) -> Scalar:
    name = type_name(value)
    if isinstance(value, float):
        return float(value)  # numpy's float64 among others
    shape = getattr(value, "shape", None)
    if type(shape) is tuple:
        return _of_shape(value, name, shape)
    if isinstance(value, bytes | bytearray):
        return f"{name} of {len(value)} bytes"
    if type(value) in (list, tuple) and len(value) <= _MOST_FIELDS and all(type(part) in _SCALARS for part in value):
        text = repr([_rounded(part) for part in value])[1:-1]
        if len(text) <= _LONGEST_NAME and text.isprintable():
            return f"[{text}]" if type(value) is list else f"({text}{',' * (len(value) == 1)})"
    if isinstance(value, list | tuple | set | frozenset | dict):
        return f"{name} of {len(value)}"
    return name


def _rounded(part: Scalar) -> Scalar:
    return float(f"{part:.4g}") if type(part) is float else part


def _of_shape(value: Any, name: str, shape: tuple[Any, ...]) -> Scalar:
    """Arrays, frames, series, tensors, and numpy's scalars."""
    if shape == () and callable(getattr(value, "item", None)):
        scalar = value.item()
        if type(scalar) in (bool, int, float, str):
            return _in_short(scalar)
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return f"{name} {'x'.join(str(int(side)) for side in shape)}"
    return shorten(clean(f"{name} {tuple(int(side) for side in shape)} {dtype}"), _LONGEST)
