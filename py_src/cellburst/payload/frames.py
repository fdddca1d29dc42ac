"""Inside pandas: the blocks that a frame or series is made of, and which of them share memory by copy on write.

pandas writes to a block's memory only while nobody else refers to it, and copies it otherwise. So who refers to it
is part of what an object is: lost, a write to one frame would be seen in another that only looks like a copy.
"""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

_ORIGIN, _COLUMN = "_cellburst_origin", "_cellburst_column"
_OWN = frozenset({"_mgr", "_attrs", "_flags", "_item_cache", "_cacher", "_is_copy", "_cache", "_metadata", "_typ"})


class BlockState(NamedTuple):
    """One block: an array, the numbers of its columns (a slice or an array), and who refers to its memory."""

    values: Any
    columns: Any
    refs: Any


class FrameState(NamedTuple):
    """All there is to a frame or series. ``axes`` are its indexes, ``more`` its name and what a subclass keeps."""

    axes: list[Any]
    blocks: list[BlockState]
    attrs: Any
    duplicates: bool
    more: dict[str, Any]


@functools.lru_cache(256)
def is_frame(kind: Any) -> bool:
    """Whether a type is pandas' data frame or series, or a subclass."""
    return any(cls.__name__ == "NDFrame" and cls.__module__.startswith("pandas.") for cls in kind.__mro__)


def reduce_frame(frame: Any, pickler: Any) -> Any:
    """By pandas' own way, which leaves two attributes of the class in the instance as well, with what it forgets."""
    make, arguments, state, *_ = frame.__reduce_ex__(5)
    whole = {**attributes_of(frame), **state}
    if (origin := _origin(frame)) is not None:
        admitted = isinstance(origin, Origin) or pickler.weak.admits(origin, dispensable=True)
        whole[_ORIGIN] = origin if admitted else Origin(origin.shape)
    if (column := _column_of(frame)) is not None and pickler.weak.admits(column[1], dispensable=True):
        whole[_COLUMN] = column
    return make, arguments, whole, None, None, set_pandas_state


def set_pandas_state(frame: Any, state: Any) -> None:
    """As pandas does, and no more."""
    origin, column = state.pop(_ORIGIN, None), state.pop(_COLUMN, None)
    frame.__setstate__(state)
    for name in ("_metadata", "_typ"):
        vars(frame).pop(name, None)
    if origin is not None:
        object.__setattr__(frame, "_is_copy", origin if isinstance(origin, Origin) else weakref.ref(origin))
    if column is not None:
        name, owner = column
        object.__setattr__(frame, "_cacher", (name, weakref.ref(owner)))
        owner._item_cache[name] = frame


class Origin:
    """What pandas 2 refers to (by a call, as to a weak reference) as the frame that another one is a part of.

    It warns whoever sets values in such a part. The frame itself takes this place wherever it travels along.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def __call__(self) -> Origin:
        return self


def _column_of(series: Any) -> tuple[Any, Any] | None:
    """In pandas 2, the frame that gives this series whenever it is asked for this name, and is told of changes."""
    name, reference = vars(series).get("_cacher") or (None, None)
    owner = None if reference is None else reference()
    return (name, owner) if owner is not None and owner._item_cache.get(name) is series else None


def _origin(frame: Any) -> Any:
    """What a frame or series is a part of, in pandas 2; None if it is not known to be, or that is no more."""
    reference = vars(frame).get("_is_copy")
    return reference() if isinstance(reference, (weakref.ref, Origin)) else None


@functools.lru_cache(256)
def has_pandas_own_state(kind: Any) -> bool:
    """Whether nobody has written a subclass's pickling otherwise."""
    home = next((cls for cls in kind.__mro__ if cls.__name__ == "NDFrame"), None)
    own = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__")
    return home is not None and all(getattr(kind, name, None) is getattr(home, name, None) for name in own)


@functools.lru_cache(256)
def role(kind: Any) -> str:
    """What a type is in pandas: "index", "dtype", "backed" (an array around a numpy array), "" otherwise."""
    for cls in kind.__mro__:
        if cls.__module__.partition(".")[0] == "pandas":
            if cls.__name__ in ("Index", "ExtensionDtype"):
                return "index" if cls.__name__ == "Index" else "dtype"
            if cls.__name__ == "NDArrayBacked":
                return "backed"
    return ""


def is_transparent(frame: Any) -> bool:
    """Whether the frame is kept in blocks that we know how to take apart."""
    manager: Any = getattr(frame, "_mgr", None)
    return type(manager).__name__ in ("BlockManager", "SingleBlockManager") and all(
        hasattr(block, "refs") for block in manager.blocks
    )


def blocks_of(frame: Any) -> Iterator[BlockState]:
    """The blocks of a frame or series."""
    for block in frame._mgr.blocks:
        yield BlockState(block.values, block.mgr_locs.indexer, block.refs)


def state_of(frame: Any) -> FrameState:
    """Take a frame or series apart."""
    return FrameState(
        list(frame._mgr.axes),
        list(blocks_of(frame)),
        frame._attrs,
        frame._flags._allows_duplicate_labels,
        attributes_of(frame),
    )


def attributes_of(frame: Any) -> dict[str, Any]:
    """What a frame or series has beside its data: its name, what a subclass or the user keeps in it.

    Not the accessors (`.str`, `.cat`) that pandas 2 leaves in it after their first use: they only look at its data.
    """
    return {
        name: value for name, value in vars(frame).items() if name not in _OWN and not _is_accessor(frame, name, value)
    }


def _is_accessor(frame: Any, name: str, value: Any) -> bool:
    return name in type(frame)._accessors and type(value).__module__.startswith("pandas.")


def set_state(frame: Any, state: FrameState) -> None:
    """Make a frame or series like this; it stays the same object, and unchanged blocks keep their memory."""
    manager = frame._mgr
    blocks = [make_block(*block, ndim=manager.ndim) for block in state.blocks]
    if type(manager).__name__ == "SingleBlockManager":
        manager = make_series_manager(type(manager), blocks[0], state.axes[0])
    else:
        manager = type(manager)(tuple(blocks), list(state.axes), verify_integrity=False)
    object.__setattr__(frame, "_mgr", manager)
    object.__setattr__(frame, "_attrs", state.attrs)
    object.__setattr__(frame._flags, "_allows_duplicate_labels", state.duplicates)
    for name in [name for name in vars(frame) if name not in _OWN and name not in state.more]:
        object.__delattr__(frame, name)
    for name, value in state.more.items():
        object.__setattr__(frame, name, value)
    for cache in ("_item_cache", "_cache"):
        if cache in vars(frame):
            vars(frame)[cache].clear()
    if "_cacher" in vars(frame):
        frame._maybe_update_cacher(verify_is_copy=False, inplace=True)


def make_block(values: Any, columns: Any, refs: Any, ndim: int) -> Any:
    """A block that is one of those that share what ``refs`` (None: nobody) refers to."""
    place = import_module("pandas._libs.internals").BlockPlacement(columns)
    return import_module("pandas.core.internals.blocks").new_block(values, place, ndim=ndim, refs=refs)


def make_refs(elsewhere: bool) -> Any:
    """The record of who refers to some memory. ``elsewhere``: so does somebody who did not come along."""
    refs = import_module("pandas._libs.internals").BlockValuesRefs()
    if elsewhere:
        refs.referenced_blocks.append(weakref.ref(BlockState))  # which is never gone
    return refs


def reduce_block(block: Any, _: Any) -> Any:
    """How to pickle a block whose memory others refer to too."""
    refs = getattr(block, "refs", None)
    if refs is None or not refs.has_reference():
        return NotImplemented
    return make_block, (block.values, block.mgr_locs.indexer, refs, block.ndim)


def reduce_refs(_: Any, pickler: Any) -> Any:
    """How to pickle the record of who refers to some memory."""
    return make_refs, (pickler.leaves_objects_behind,)


def reduce_series_manager(manager: Any, _: Any) -> Any:
    """How to pickle what holds the one block of a series, with all that the block is."""
    return make_series_manager, (type(manager), manager.blocks[0], manager.axes[0])


def make_series_manager(kind: Any, block: Any, axis: Any) -> Any:
    """What ``reduce_series_manager`` took apart."""
    return kind(block, axis)


def is_block(kind: type) -> bool:
    """Whether a type is one of pandas' blocks."""
    module = sys.modules.get("pandas._libs.internals")
    return module is not None and issubclass(kind, getattr(module, "Block", ()))
