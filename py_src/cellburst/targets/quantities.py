"""Amounts as people write them: ``20`` dollars, ``2h``, ``32GB``, ``4+`` cores."""

from __future__ import annotations

import re

from cellburst.errors import UsageError

_NUMBER = r"\s*(\d+(?:\.\d*)?|\.\d+)\s*"
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_BYTES = {
    **dict.fromkeys(("k", "kb"), 10**3),
    **dict.fromkeys(("m", "mb"), 10**6),
    **dict.fromkeys(("g", "gb"), 10**9),
    **dict.fromkeys(("t", "tb"), 10**12),
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40,
}


def dollars(value: object) -> float:
    """Dollars above 0: ``20``, ``0.5``, ``"$20"``. Raises UsageError."""
    found = value if _is_number(value) else _matched(r"\$?" + _NUMBER + r"(?:\$|usd)?\s*", value)
    if found is None:
        raise UsageError(f"{value!r} is no amount of dollars; write 20, or 0.50")
    return _positive(float(found), value, "an amount of dollars")  # type: ignore[arg-type]


def seconds(value: object) -> float:
    """A time above 0: seconds, or ``90s``, ``10m``, ``1.5h``. Raises UsageError."""
    if _is_number(value):
        return _positive(float(value), value, "a time")  # type: ignore[arg-type]
    match = re.fullmatch(_NUMBER + r"([a-z]*)\s*", str(value).lower())
    if match is None or match[2] not in _SECONDS:
        raise UsageError(f"{value!r} is not a time; write seconds, or 90s, 10m, 1.5h")
    return _positive(float(match[1]) * _SECONDS[match[2]], value, "a time")


def size(value: object) -> int:
    """Bytes above 0: ``32GB`` (10^9 each, as machines are sold), ``32GiB``, ``500MB``; a bare number is bytes.

    A bare number below a million is meant otherwise. Raises UsageError.
    """
    if _is_number(value):
        if value < 10**6:  # type: ignore[operator]
            raise UsageError(f"{value} is no size; write its unit: {value:g}GB")
        return int(value)  # type: ignore[call-overload, no-any-return]
    match = re.fullmatch(_NUMBER + r"([a-z]*)\+?\s*", str(value).lower())
    if match is not None and not match[2]:
        raise UsageError(f"{value} is no size; write its unit: {match[1]}GB")
    if match is None or match[2] not in _BYTES:
        raise UsageError(f"{value!r} is no size; write 32GB, 500MB, 64GiB")
    return int(_positive(float(match[1]), value, "a size") * _BYTES[match[2]])


def at_least(value: object) -> int:
    """A whole number from 1 on, at least so many: ``4``, ``"4"``, ``"4+"``. Raises UsageError."""
    found = str(value).strip().removesuffix("+") if not isinstance(value, bool) else ""
    if not found.isdecimal() or int(found) < 1:
        raise UsageError(f"{value!r} is no number of them; write 4, or 4+ (at least)")
    return int(found)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _matched(pattern: str, value: object) -> str | None:
    match = re.fullmatch(pattern, str(value).lower())
    return None if match is None else match[1]


def _positive(found: float, value: object, what: str) -> float:
    if not 0 < found < float("inf"):
        raise UsageError(f"{value!r}: {what} above 0 is needed")
    return found
