"""Large containers of nothing but numbers and texts: they travel for certain, and their size is told from a sample."""

from __future__ import annotations

import pickle
from collections.abc import Collection
from itertools import chain, islice
from typing import Any

_ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None)})
_MANY = 1000  # members; with fewer, pickling them is as quick as looking at them


def plain_size(value: Any) -> int | None:
    """Roughly the bytes that a large container of plain values takes in a pickle; None for anything else."""
    kind = type(value)
    if kind not in (list, tuple, set, frozenset, dict) or len(value) <= _MANY:
        return None
    if kind is dict:
        return _size(value.keys(), value.values())
    return _size(value)


def plain_array_size(array: Any) -> int | None:
    """The same for an array of objects."""
    if array.dtype.kind != "O" or array.size <= _MANY:
        return None
    return _size(array.ravel().tolist())


def _size(*parts: Collection[Any]) -> int | None:
    if any(not set(map(type, part)) <= _ATOMS for part in parts):
        return None
    sample = list(chain.from_iterable(islice(part, _MANY) for part in parts))
    return len(pickle.dumps(sample, 5)) * len(parts[0]) // min(_MANY, len(parts[0]))
