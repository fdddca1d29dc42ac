"""pandas frames and series, block by block, their indexes, and arrays around numpy's."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from operator import is_
from typing import Any

from cellburst.payload import frames, index_tables, memory
from cellburst.payload.kinds import (
    Judge,
    Kind,
    Part,
    attribute_changes,
    by_digest,
    same_attributes,
    same_digest,
    set_attributes,
)
from cellburst.payload.kinds_objects import ATOMS
from cellburst.payload.steps import own_attributes

_MOST_LABELS = 10_000  # in an index of objects, which are compared one by one

# Frames and series


def _frame_parts(frame: Any) -> Iterable[Part]:
    for number, block in enumerate(frames.blocks_of(frame)):
        yield ("block", number), block.values
        yield ("refs", number), block.refs
    yield from ((("axis", number), axis) for number, axis in enumerate(frame._mgr.axes))
    if frame._attrs is not None:
        yield ("own", "_attrs"), frame._attrs
    for name, value in frames.state_of(frame).more.items():
        if type(value) not in ATOMS:
            yield ("own", name), value


def _same_frame(frozen: frames.FrameState, frame: Any, _: Judge) -> bool:
    now = frames.state_of(frame)
    return (
        len(frozen.axes) == len(now.axes)
        and all(before is after for before, after in zip(frozen.axes, now.axes, strict=True))
        and (frozen.attrs is now.attrs or not (frozen.attrs or now.attrs))
        and frozen.duplicates == now.duplicates
        and same_attributes(frozen.more, now.more)
        and (_same_blocks(frozen.blocks, now.blocks) or _same_columns(frozen.blocks, now.blocks))
    )


def _same_blocks(before: list[frames.BlockState], now: list[frames.BlockState]) -> bool:
    return len(before) == len(now) and all(
        old.values is new.values and old.refs is new.refs and _numbers(old) == _numbers(new)
        for old, new in zip(before, now, strict=True)
    )


def _numbers(block: frames.BlockState) -> Any:
    columns = block.columns
    return (columns.start, columns.stop, columns.step) if isinstance(columns, slice) else columns.tolist()


def _same_columns(before: list[frames.BlockState], now: list[frames.BlockState]) -> bool:
    """Whether pandas has only put the same values into other blocks, of which nothing else has a part."""
    known = {id(block.values) for block in before}
    if any(_is_shared(block) for block in now if id(block.values) not in known):
        return False
    old, new = _by_column(before), _by_column(now)
    return bool(old) and old.keys() == new.keys() and all(_same_values(old[number], new[number]) for number in old)


def _is_shared(block: frames.BlockState) -> bool:
    """Whether anything but its frame refers to a block's memory."""
    if not isinstance(block.values, memory.numpy().ndarray) or block.refs.has_reference():
        return True
    values = block.values
    owner = memory.owner_of(values)
    if owner is values:
        return sys.getrefcount(values) > 5  # pandas, ``block``, two names here, and the argument
    return sys.getrefcount(values) > 4 or sys.getrefcount(owner) > 3


def _by_column(blocks: list[frames.BlockState]) -> dict[int, Any]:
    """What holds each column of a frame; empty for a series."""
    found: dict[int, Any] = {}
    for block in blocks:
        columns = block.columns
        numbers = range(columns.start, columns.stop, columns.step) if isinstance(columns, slice) else columns.tolist()
        if not isinstance(block.values, memory.numpy().ndarray):
            found.update(dict.fromkeys(numbers, block.values))
        elif block.values.ndim == 2:
            found.update(zip(numbers, block.values, strict=True))
    return found


def _same_values(before: Any, now: Any) -> bool:
    if before is now:
        return True
    plain = memory.numpy().ndarray
    if not isinstance(before, plain) or not isinstance(now, plain) or before.dtype != now.dtype:
        return False
    if before.dtype.hasobject:
        return before.dtype.kind == "O" and all(map(is_, before.tolist(), now.tolist()))
    return bool((_bytes(before) == _bytes(now)).all())


def _bytes(column: Any) -> Any:
    return memory.numpy().ascontiguousarray(column).view("u1")


def _frame_content(frame: Any, _: Any) -> Any:
    return tuple(frames.state_of(frame))


def _replace_frame(frame: Any, content: Any) -> None:
    axes, blocks, attrs, duplicates, more = content
    state = frames.FrameState(axes, [frames.BlockState(*block) for block in blocks], attrs, duplicates, more)
    frames.set_state(frame, state)


# Frames that are kept in another way: their own pickled state, set again


def _replace_opaque_frame(frame: Any, state: Any) -> None:
    frame.__setstate__(state)
    for name in ("_reset_cache", "_clear_item_cache"):
        forget = getattr(frame, name, None)
        if forget is not None:
            forget()


# Indexes never change, but for their names; the array inside may be elsewhere, too (`idx.values`)


def _index_parts(index: Any) -> Iterable[Part]:
    values: Any = getattr(index, "_data", None)
    if type(values) is memory.numpy().ndarray and (values.size <= _MOST_LABELS or not values.dtype.hasobject):
        yield ("get", "_data"), values


def _names(index: Any) -> tuple[Any, ...]:
    return tuple(index.names)


def _index_state(index: Any) -> tuple[tuple[Any, ...], bool]:
    return _names(index), index_tables.is_made(index)


def has_new_table(index: Any, frozen: Any) -> bool:
    """Whether pandas has made its table of labels since then."""
    return not frozen[1] and index_tables.is_made(index)


def _replace_names(index: Any, content: Any) -> None:
    index.names = list(content)


# Arrays around a numpy array: categories, dates, texts


def _backed_state(array: Any) -> tuple[Any, Any, dict[str, Any]]:
    return array._ndarray, array._dtype, {name: v for name, v in own_attributes(array).items() if name != "_cache"}


def _backed_parts(array: Any) -> Iterable[Part]:
    values, dtype, attributes = _backed_state(array)
    yield ("get", "_ndarray"), values
    yield ("get", "_dtype"), dtype
    yield from (((".", name), part) for name, part in attributes.items() if type(part) not in ATOMS)


def _same_backed(frozen: Any, array: Any, _: Judge) -> bool:
    values, dtype, attributes = _backed_state(array)
    return values is frozen[0] and dtype is frozen[1] and same_attributes(frozen[2], attributes)


def _backed_content(array: Any, frozen: Any) -> Any:
    values, dtype, attributes = _backed_state(array)
    return values, dtype, attribute_changes(frozen and frozen[2], attributes)


def _replace_backed(array: Any, content: Any) -> None:
    values, dtype, (changed, deleted) = content
    import_module("pandas._libs.arrays").NDArrayBacked.__init__(array, values, dtype)
    set_attributes(array, (changed, deleted or []))
    vars(array).get("_cache", {}).clear()


FRAME = Kind(
    "frame", lambda frame, _: frames.state_of(frame), _same_frame, _frame_content, _replace_frame, _frame_parts
)
OPAQUE_FRAME = Kind(
    "opaque frame", by_digest, same_digest, lambda frame, _: frame.__getstate__(), _replace_opaque_frame
)
INDEX = Kind(
    "index",
    lambda index, _: _index_state(index),
    lambda frozen, index, _: frozen[0] == _names(index),
    lambda index, _: _names(index),
    _replace_names,
    _index_parts,
)
BACKED = Kind(
    "backed", lambda array, _: _backed_state(array), _same_backed, _backed_content, _replace_backed, _backed_parts
)


def frame_kind(obj: Any) -> Kind:
    """The kind of a frame or series."""
    return FRAME if frames.is_transparent(obj) else OPAQUE_FRAME
