"""Containers that need no trial: large ones of nothing but numbers and texts, whose size is told from a sample."""

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


def few_members(value: Any) -> list[Any]:
    """What a plain container holds, an array of objects too; nothing for anything else, and for one with many."""
    kind = type(value)
    if kind is list or kind is tuple or kind is dict:
        if len(value) > _MANY:
            return []
        return list(value) if kind is not dict else [*value, *value.values()]
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray" and value.dtype.kind == "O" and value.size <= _MANY:
        return value.ravel().tolist()  # type: ignore[no-any-return]
    return []
