"""Arrays, frames, random generators, bytes, and objects that only their pickle tells something about."""

from __future__ import annotations

from array import array
from mmap import mmap
from typing import Any

import xxhash

from cellburst.payload import decimal_contexts, library_objects
from cellburst.payload.kinds import Judge, Kind, NotReplaceableError, by_digest, fixed, same_digest, set_state

# Bytes


def _freeze_bytes(obj: Any, _: Judge) -> Any:
    return xxhash.xxh3_128(obj).hexdigest()


def _same_bytes(frozen: Any, obj: Any, _: Judge) -> bool:
    return bool(frozen == xxhash.xxh3_128(obj).hexdigest())


def _replace_bytes(obj: Any, content: Any) -> None:
    obj[:] = content


# numpy's random generators: their state is in another object


def _replace_generator(obj: Any, content: Any) -> None:
    obj.bit_generator.state = content


# Anything else


def _opaque_content(obj: Any, _: Any) -> Any:
    if not hasattr(type(obj), "__setstate__"):
        raise NotReplaceableError
    reduced = obj.__reduce_ex__(5)
    if not isinstance(reduced, tuple) or len(reduced) < 3 or reduced[2] is None or any(reduced[3:]):
        raise NotReplaceableError
    return reduced[2]


BYTES = Kind("bytes", _freeze_bytes, _same_bytes, lambda obj, _: obj[:], _replace_bytes)
GENERATOR = Kind("generator", by_digest, same_digest, lambda obj, _: obj.bit_generator.state, _replace_generator)
DECIMAL_CONTEXT = Kind(
    "decimal context",
    lambda obj, _: decimal_contexts.settings_of(obj),
    lambda frozen, obj, _: bool(frozen == decimal_contexts.settings_of(obj)),
    lambda obj, _: decimal_contexts.settings_of(obj),
    decimal_contexts.apply,
)
FIXED = fixed("fixed")
OPAQUE = Kind("opaque", by_digest, same_digest, _opaque_content, set_state)


def data_kind(obj: Any) -> Kind:
    """The kind of an object that is not pickled by its attributes and items."""
    kind = type(obj)
    if kind in (bytearray, array):
        return BYTES
    module = kind.__module__.partition(".")[0]
    if module == "pyarrow" or library_objects.is_ufunc(kind) or kind.__name__ == "BlockValuesRefs" or kind is mmap:
        return FIXED
    if module == "decimal" and kind.__name__ == "Context":
        return DECIMAL_CONTEXT
    if module == "numpy" and kind.__name__ == "Generator":
        return GENERATOR
    return OPAQUE
