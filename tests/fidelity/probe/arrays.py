"""numpy arrays, random states, and scipy's sparse matrices."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

from .atoms import is_a, token, type_name
from .containers import attributes
from .memory import stretch

if TYPE_CHECKING:
    from .walk import Walk

_MOST_OBJECTS = 2000


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    numpy: Any = sys.modules.get("numpy")
    if numpy is None:
        return None
    kind = type(obj)
    if is_a(obj, numpy.dtype):
        return f"dtype {obj!r}"
    if is_a(obj, numpy.ndarray):
        return _array(walk, path, obj, numpy)
    random: Any = sys.modules.get("numpy.random")
    if random is not None:
        if is_a(obj, random.RandomState):
            return f"{type_name(kind)} {_state(obj.get_state(legacy=False))}"
        if is_a(obj, random.Generator):
            return f"{type_name(kind)} {walk.child(f'{path}.bit_generator', obj.bit_generator)}"
        if is_a(obj, random.BitGenerator):
            return f"{type_name(kind)} {_state(obj.state)}"
    if is_a(obj, numpy.ufunc):
        return f"ufunc {obj.__name__}"
    return None


def _array(walk: Walk, path: str, obj: Any, numpy: Any) -> str:
    kind = type(obj)
    plain = numpy.ndarray.view(obj, numpy.ndarray) if kind is not numpy.ndarray else obj
    walk.fresh(plain)
    text = f"{type_name(kind)} {plain.dtype!r} shape={plain.shape} writeable={plain.flags.writeable}"
    text = f"{text} {content(walk, path, plain)}"
    note_memory(walk, path, plain)
    if not walk.inner:
        walk.note(f"{path}.strides", str(plain.strides))
        walk.note(f"{path}.flags.owndata", str(obj.flags.owndata))
    if kind is numpy.ndarray:
        return text
    if is_a(obj, numpy.ma.MaskedArray):
        mask = walk.child(f"{path}.mask", walk.fresh(obj._mask))
        return f"{text} mask={mask} fill={obj._fill_value!r} hard={obj._hardmask} shared={obj._sharedmask}"
    if is_a(obj, numpy.memmap):
        return f"{text} {obj.filename} {obj.mode} +{obj.offset}"
    return f"{text} {attributes(walk, path, getattr(obj, '__dict__', None) or {})}"


def note_memory(walk: Walk, path: str, array: Any) -> None:
    """Let the array take part in the description of shared memory."""
    found = stretch(path, array)
    if found is not None:
        walk.stretches.append(found)


def content(walk: Walk, path: str, array: Any) -> str:
    """Values if there are few, else a digest and the first; objects one by one."""
    walk.weigh(array.nbytes)
    if array.dtype.hasobject:
        return _objects(walk, path, array)
    digest = hashlib.sha1(array.tobytes() if array.size < 64 else _bytes(array), usedforsecurity=False).hexdigest()[:16]
    first = array[tuple(slice(0, 4) for _ in array.shape)] if array.ndim else array
    return f"{digest} {first.tolist()!r}"


def _bytes(array: Any) -> Any:
    if array.flags.c_contiguous:
        return memoryview(array.view("u1") if array.dtype.kind in "mMVU" else array).cast("B")
    return array.tobytes()


def _objects(walk: Walk, path: str, array: Any) -> str:
    flat = array.ravel().tolist() if array.dtype.names is None else [item.item() for item in array.ravel()]
    if len(flat) <= _MOST_OBJECTS:
        texts = [walk.child(f"{path}.flat[{number}]", item, flat=True) for number, item in enumerate(flat)]
    else:
        texts = [token(item, flat=True) or type_name(type(item)) for item in flat]
    return f"[{', '.join(texts)}]"


def _state(found: Any) -> str:
    numpy: Any = sys.modules["numpy"]

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(item) for name, item in value.items()}
        return value.tolist() if isinstance(value, numpy.ndarray) else value

    return repr(plain(found))
