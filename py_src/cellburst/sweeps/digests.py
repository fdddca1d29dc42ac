"""A digest of a task's parameters that is the same in every process, wherever the task stands in its sweep.

Equal scalars have equal digests (1, 1.0 and numpy's 1), and the order of names does not matter. What is neither a
scalar nor made of scalars counts by its pickle.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import xxhash

_DEEPEST = 50  # containers inside of each other; deeper ones, and those that hold themselves, are pickled
_IN_STREAM = 1 << 62  # bytes; no buffer is as large


def params_digest(params: Mapping[str, Any]) -> bytes:
    """XXH3-128, 16 bytes. Raises what pickling raises."""
    return xxhash.xxh3_128(_encoded(dict(params), 0)).digest()


def words_of(digest: bytes) -> tuple[int, ...]:
    """Its 32-bit words, the highest first: the key of a seed (``task_seed_by``)."""
    return tuple(int.from_bytes(digest[at : at + 4], "big") for at in range(0, len(digest), 4))


def _encoded(value: Any, depth: int) -> bytes:
    """Bytes that tell the value from all that are not equal to it; each says where it ends."""
    kind = type(value)
    if value is None or kind is bool:
        return str(value)[:1].encode()
    if kind is int:
        return b"i%x;" % value if value >= 0 else b"i-%x;" % -value
    if kind is float:
        return _encoded(int(value), depth) if value.is_integer() else b"d" + _spelled(value)
    if kind is str:
        return b"s" + _counted(value.encode("utf-8", "surrogatepass"))
    if kind is bytes:
        return b"b" + _counted(value)
    found = _of_numpy(value, depth) if kind.__module__ == "numpy" else None
    if found is None and depth < _DEEPEST:
        found = _of_container(value, kind, depth + 1)
    return _pickled(value) if found is None else found


def _of_container(value: Any, kind: type, depth: int) -> bytes | None:
    if kind is list or kind is tuple:
        return _joined(b"l" if kind is list else b"u", (_encoded(item, depth) for item in value))
    if kind is dict:
        pairs = (_encoded(name, depth) + _encoded(item, depth) for name, item in value.items())
        return _joined(b"m", sorted(pairs))
    if kind is set or kind is frozenset:
        return _joined(b"e", sorted(_encoded(item, depth) for item in value))
    return None


def _of_numpy(value: Any, depth: int) -> bytes | None:
    """A scalar as Python's own, an array by its bytes; None for anything else."""
    if getattr(value, "ndim", None) == 0 and callable(getattr(value, "item", None)):
        own = value.item()
        return None if type(own).__module__ == "numpy" else _encoded(own, depth)
    dtype = getattr(value, "dtype", None)
    if type(value).__name__ != "ndarray" or dtype is None or dtype.hasobject:
        return None
    return _joined(b"a", (_counted(dtype.str.encode()), _encoded(value.shape, depth), _counted(value.tobytes())))


def _pickled(value: Any) -> bytes:
    from cellburst.payload.pickling import dump  # most parameters are scalars

    chunks, _ = dump(value, _IN_STREAM)
    return b"p" + _counted(b"".join(chunks))


def _spelled(value: float) -> bytes:
    return (value.hex() if math.isfinite(value) else str(value)).encode() + b";"


def _counted(data: bytes) -> bytes:
    return b"%d:" % len(data) + data


def _joined(kind: bytes, parts: Iterable[bytes]) -> bytes:
    found = list(parts)
    return kind + b"%d:" % len(found) + b"".join(found)
