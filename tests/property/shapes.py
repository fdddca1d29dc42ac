"""An object graph as data that can be compared: types, values, order, and which places hold one and the same object."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

_SHARED = (list, dict, deque, set, bytearray, np.ndarray)


def shape_of(value: Any, seen: dict[int, int] | None = None, alive: list[Any] | None = None) -> Any:
    """Equal for two graphs if and only if no program could tell them apart (as far as our generators go)."""
    seen = {} if seen is None else seen
    alive = [] if alive is None else alive
    attributes = _attributes(value)
    if isinstance(value, _SHARED) or attributes is not None:
        if id(value) in seen:
            return "same as", seen[id(value)]
        seen[id(value)] = len(seen)
        alive.append(value)  # so that no other object gets its id
    kind = type(value).__name__
    if attributes is not None:
        return kind, [(name, shape_of(part, seen, alive)) for name, part in attributes]
    if isinstance(value, dict):
        return kind, [(shape_of(key, seen, alive), shape_of(part, seen, alive)) for key, part in value.items()]
    if isinstance(value, (list, tuple, deque)):
        return kind, [shape_of(part, seen, alive) for part in value]
    if isinstance(value, (set, frozenset)):
        return kind, sorted(map(repr, value))
    if isinstance(value, np.ndarray):
        return kind, str(value.dtype), value.shape, value.tolist()
    return kind, repr(value)


def _attributes(value: Any) -> list[tuple[str, Any]] | None:
    if type(value).__module__.partition(".")[0] in ("builtins", "collections", "datetime", "decimal", "numpy"):
        return None
    slots = getattr(type(value), "__slots__", None)
    if slots is not None:
        return [(name, getattr(value, name)) for name in slots if hasattr(value, name)]
    return sorted(vars(value).items())
