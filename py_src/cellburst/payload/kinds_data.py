"""Arrays, frames, random generators, bytes, and objects that only their pickle tells something about."""

from __future__ import annotations

import pickle
from array import array
from typing import Any

import xxhash

from cellburst.payload.digests import content_id
from cellburst.payload.kinds import Digest, Kind, NotReplaceableError, by_digest, same_digest, set_state

# Bytes


def _freeze_bytes(obj: Any, _: Digest) -> Any:
    return xxhash.xxh3_128(obj).hexdigest()


def _same_bytes(frozen: Any, obj: Any, _: Digest) -> bool:
    return bool(frozen == xxhash.xxh3_128(obj).hexdigest())


def _replace_bytes(obj: Any, content: Any) -> None:
    obj[:] = content


# numpy arrays


def _freeze_array(obj: Any, digest: Digest) -> Any:
    return obj.shape, obj.dtype, obj.flags.writeable, digest(obj) if obj.dtype.hasobject else array_id(obj)


def _same_array(frozen: Any, obj: Any, digest: Digest) -> bool:
    return bool(frozen == _freeze_array(obj, digest))


def array_id(obj: Any) -> str:
    """What the elements are, without reading them where that is known."""
    if obj.flags.c_contiguous or obj.flags.f_contiguous:
        plain = obj.view("i8") if obj.dtype.kind in "mM" else obj
        try:
            return content_id(pickle.PickleBuffer(plain).raw())
        except (BufferError, ValueError):  # a type that the buffer protocol has no word for
            pass
    return xxhash.xxh3_128(obj.tobytes()).hexdigest()


def _array_content(obj: Any, frozen: Any) -> Any:
    if frozen is None or (obj.shape, obj.dtype) != frozen[:2]:
        raise NotReplaceableError
    return obj.view()  # another object, for the array itself is sent as a reference; it has the same memory


def _replace_array(obj: Any, content: Any) -> None:
    if obj.shape != content.shape or obj.dtype != content.dtype:
        raise ValueError(f"it has become {obj.shape} {obj.dtype} here meanwhile")
    locked = not obj.flags.writeable
    if locked:
        obj.flags.writeable = True
    obj[...] = content
    if locked and not content.flags.writeable:
        obj.flags.writeable = False


# pandas frames and series: their own pickled state, set again


def _replace_frame(obj: Any, state: Any) -> None:
    obj.__setstate__(state)
    for name in ("_reset_cache", "_clear_item_cache"):
        forget = getattr(obj, name, None)
        if forget is not None:
            forget()


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
ARRAY = Kind("array", _freeze_array, _same_array, _array_content, _replace_array)
FRAME = Kind("frame", by_digest, same_digest, lambda obj, _: obj.__getstate__(), _replace_frame)
GENERATOR = Kind("generator", by_digest, same_digest, lambda obj, _: obj.bit_generator.state, _replace_generator)
OPAQUE = Kind("opaque", by_digest, same_digest, _opaque_content, set_state)


def data_kind(obj: Any) -> Kind:
    """The kind of an object that is not pickled by its attributes and items."""
    kind = type(obj)
    if kind in (bytearray, array):
        return BYTES
    module = kind.__module__.partition(".")[0]
    if module == "numpy" and kind.__name__ == "ndarray":
        return ARRAY
    if module == "numpy" and kind.__name__ == "Generator":
        return GENERATOR
    return OPAQUE


def is_frame(obj: Any) -> bool:
    """Whether it is a pandas data frame or series, or of a subclass."""
    return any(cls.__name__ == "NDFrame" and cls.__module__.startswith("pandas.") for cls in type(obj).__mro__)
