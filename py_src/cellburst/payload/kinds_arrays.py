"""numpy arrays: what they show, and the memory they show, which is judged and sent once whoever shows it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from operator import is_
from typing import Any

from cellburst.payload import file_maps, memory, views
from cellburst.payload.kinds import (
    Judge,
    Kind,
    NotReplaceableError,
    Part,
    attribute_changes,
    same_attributes,
    set_attributes,
)
from cellburst.payload.kinds_objects import ATOMS, only_atoms
from cellburst.payload.silence import no_warnings
from cellburst.payload.spans import MemoryState
from cellburst.payload.steps import own_attributes

Form = tuple[tuple[int, ...], tuple[int, ...], Any, bool]


class _Frozen:
    """How an array was. ``memory`` is that of its owner, or None if another array answers for it."""

    __slots__ = ("address", "attributes", "form", "memory", "values")

    def __init__(self, array: Any, judge: Judge) -> None:
        self.form = _form(array)
        self.attributes = _attributes(array)
        self.address = memory.address(array)
        self.values: Any = None
        self.memory: MemoryState | None = None
        owner = memory.owner_of(array)
        claimed = judge.claim(owner, array)
        if array.dtype.hasobject:
            self.values = objects(array) if array.dtype.kind == "O" else judge(array)
        elif memory.is_whole(owner):
            if claimed and memory.source_of(owner) is None:
                self.memory = MemoryState(owner, self.address if owner is array else None)
        else:
            self.values = judge(array)

    def same_values(self, array: Any, judge: Judge) -> bool:
        if self.memory is not None:
            return not self.memory.changes()
        if self.values is None:
            return True
        if array.dtype.kind == "O":
            return len(self.values) == array.size and all(map(is_, self.values, objects(array)))
        return bool(self.values == judge(array))


def objects(array: Any) -> list[Any]:
    """The elements of an array of objects."""
    return array.ravel().tolist()  # type: ignore[no-any-return]


def _form(array: Any) -> Form:
    return array.shape, array.strides, array.dtype, array.flags.writeable


def _attributes(array: Any) -> dict[str, Any]:
    return {} if type(array) is memory.numpy().ndarray else own_attributes(array)


def _parts(array: Any) -> Iterable[Part]:
    if array.base is not None:
        owner = memory.owner_of(array)
        if owner is not array:
            yield ("root",), owner
        source = memory.source_of(owner)
        if source is not None:
            yield ("buffer",), source
    if array.dtype.kind == "O":
        elements = objects(array)
        if not only_atoms(elements):
            yield from ((("element", i), part) for i, part in enumerate(elements) if type(part) not in ATOMS)
    yield from (((".", name), part) for name, part in _attributes(array).items() if type(part) not in ATOMS)


def _same(frozen: Any, array: Any, judge: Judge) -> bool:
    return bool(
        frozen.form == _form(array)
        and frozen.same_values(array, judge)
        and same_attributes(frozen.attributes, _attributes(array))
    )


def _content(array: Any, frozen: Any) -> Any:
    """Its form, by which offsets count, the new form if it has another, bytes or objects, and attributes."""
    kind = array.dtype.kind
    if frozen is not None and (
        memory.address(array) != frozen.address or array.dtype.hasobject != frozen.form[2].hasobject
    ):
        raise NotReplaceableError
    attributes = attribute_changes(frozen and frozen.attributes, _attributes(array))
    form = _form(array) if frozen is not None and frozen.form != _form(array) else None
    was = _form(array) if frozen is None else frozen.form
    values: Any = None  # of one in its old form it was just asked whether its memory is the same
    if kind == "O":
        values = _changed_objects(array, frozen)
    elif frozen is None or frozen.values is not None:
        values = array.copy()
    elif frozen.memory is not None and (frozen.memory.found if form is None else frozen.memory.changes)():
        values = [(frozen.memory.low + first - frozen.address, part) for first, part in frozen.memory.contents()]
    return was, form, values, attributes


def _changed_objects(array: Any, frozen: Any) -> list[tuple[int, Any]]:
    now = objects(array)
    before = None if frozen is None or len(frozen.values) != len(now) else frozen.values
    return [(i, part) for i, part in enumerate(now) if before is None or before[i] is not part]


def _replace(array: Any, content: Any) -> None:
    was, form, values, attributes = content
    if array.shape != was[0] or array.dtype != was[2]:
        raise ValueError(f"it has become {array.shape} {array.dtype} here meanwhile")
    if isinstance(values, list) and values:
        if array.dtype.kind == "O":
            _put_objects(array, values)
        else:
            _put_bytes(array, was[1], values)
    elif values is not None and not isinstance(values, list):
        _put_elements(array, values)
    if form is not None:
        _reform(array, form)
    set_attributes(array, attributes)


def _put_objects(array: Any, pairs: list[tuple[int, Any]]) -> None:
    with _unlocked(array):
        if array.ndim == 0:
            array.reshape(1)[0] = pairs[0][1]
            return
        for number, value in pairs:
            array[memory.numpy().unravel_index(number, array.shape)] = value


def _put_elements(array: Any, values: Any) -> None:
    with _unlocked(array):
        array[...] = values


def _put_bytes(array: Any, strides: tuple[int, ...], spans: list[tuple[int, Any]]) -> None:
    """Write what is so many bytes after the first element, on the side that has the array in these strides."""
    if memory.same_layout(strides, array):
        _write(array, memory.owner_of(array), spans)
        return
    other = views.mirror(array, strides)
    _write(other, other, spans)
    _put_elements(array, other)


def _write(array: Any, owner: Any, spans: list[tuple[int, Any]]) -> None:
    start = memory.address(array)
    low, high = memory.extent(owner)
    views_of_bytes = [(start + first, memoryview(part)) for first, part in spans]
    if any(first < low or first + part.nbytes > high for first, part in views_of_bytes):
        raise ValueError("it has become smaller here meanwhile")
    for first, part in views_of_bytes:
        source = memory.numpy().frombuffer(part, "u1")
        ctypes.memmove(first, memory.address(source), part.nbytes)


def _reform(array: Any, form: Form) -> None:
    shape, strides, dtype, writeable = form
    with no_warnings():  # it is what the cell did
        if array.dtype != dtype:
            array.dtype = dtype
        if array.shape != shape:
            array.shape = shape
    if not memory.same_layout(strides, array):
        raise ValueError("its elements were put into another order")
    if array.flags.writeable != writeable:
        array.flags.writeable = writeable


class _unlocked:  # noqa: N801 - used as a function
    """The array may be written to inside."""

    def __init__(self, array: Any) -> None:
        self._array = array
        self._locked = not array.flags.writeable

    def __enter__(self) -> None:
        if self._locked:
            views.set_writeable(self._array, True)

    def __exit__(self, *_: object) -> None:
        if self._locked:
            self._array.flags.writeable = False


def _map_parts(array: Any) -> Iterable[Part]:
    yield ("file",), file_maps.find(array)._mmap


# An array over a file that is mapped on both sides, where all see each other's changes.
FILE_MAP = Kind(
    "file map", lambda array, _: _form(array), lambda frozen, array, _: bool(frozen == _form(array)), parts=_map_parts
)
# One element of a structured array, which shows the array's memory.
RECORD = Kind("record", lambda *_: None, lambda *_: True, parts=lambda record: [(("record",), record.base)])
ARRAY = Kind("array", _Frozen, _same, _content, _replace, _parts)
