"""What tables show of a parameter's value: a JSON scalar, or a short text."""

from __future__ import annotations

import math
from typing import Any

_LONGEST = 80
_INT_LIMIT = 1 << 63
_TIMES = "\N{MULTIPLICATION SIGN}"


def shown(value: object) -> Any:
    """``value`` if JSON has it exactly, else a text that stands for it; never raises."""
    try:
        return _shown(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _shown(value: object) -> Any:
    if value is None or type(value) is bool:
        return value
    if isinstance(value, str):
        return _cut(str(value))
    kind = type(value)
    if kind.__module__ == "numpy" and getattr(value, "ndim", None) == 0:
        value = value.item()  # type: ignore[attr-defined]
        return _shown(value) if type(value) in (bool, int, float, str) else _cut(str(value))
    if isinstance(value, int):
        return int(value) if -_INT_LIMIT <= value < _INT_LIMIT else _cut(str(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if callable(value) and isinstance(getattr(value, "__name__", None), str):
        return _cut(str(getattr(value, "__name__", "")))
    return _cut(_text_of(value))


def _text_of(value: object) -> str:
    kind = type(value)
    shape = getattr(value, "shape", None)
    if hasattr(kind, "shape") and isinstance(shape, tuple) and shape:
        return f"{kind.__name__} {_TIMES.join(map(str, shape))}"
    if isinstance(value, (list, tuple, set, frozenset, dict)) and len(value) > 20:
        return f"{kind.__name__} of {len(value)}"
    return str(value) if hasattr(value, "__fspath__") else repr(value)


def _cut(text: str) -> str:
    text = " ".join(text.split()) if "\n" in text else text
    text = text.encode("utf-8", "replace").decode()  # lone surrogates are no JSON
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
