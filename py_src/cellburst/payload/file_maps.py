"""numpy's memory maps of files: they travel as maps of the same file, in which both sides see each other's changes."""

from __future__ import annotations

import mmap
import os
import pickle
import sys
from typing import Any

from cellburst.payload import arrays, memory, views

_ACCESS = {"r": mmap.ACCESS_READ, "r+": mmap.ACCESS_WRITE, "w+": mmap.ACCESS_WRITE}
_WAY_OUT = "send np.array(...) of it"


def find(array: Any) -> Any:
    """The map of a file whose memory an array shows; None if it shows other memory."""
    base = array
    while base is not None:
        if is_map(type(base)) and isinstance(base._mmap, mmap.mmap) and base.mode in _ACCESS:
            return base
        base = getattr(base, "base", None)
    return None


def is_map(kind: type) -> bool:
    """Whether a type is numpy's `memmap`."""
    return issubclass(kind, getattr(sys.modules.get("numpy"), "memmap", ()))


def reduce_array(array: Any, pickler: Any) -> Any:
    """How to pickle a `memmap`, or an array that shows one; NotImplemented for another array.

    Raises PicklingError for a file that another process cannot open.
    """
    shown = find(array)
    if shown is None:
        return _reduce_copy(array) if is_map(type(array)) else NotImplemented
    place = memory.address(array) - memory.address(memory.numpy().frombuffer(shown._mmap, "u1"))
    pickler.files.setdefault(id(shown._mmap), _description(shown))
    attributes = vars(array) if is_map(type(array)) else None
    form = array.shape, array.strides, array.dtype, bool(array.flags.writeable)
    return make_array, (type(array), shown._mmap, place, *form), attributes, None, None, arrays.set_attributes


def make_array(
    cls: Any, mapped: Any, place: int, shape: tuple[int, ...], strides: tuple[int, ...], dtype: Any, writeable: bool
) -> Any:
    """An array over the memory of a map."""
    made = memory.numpy().ndarray.__new__(cls, shape, dtype, mapped, place, strides)
    if made.flags.writeable and not writeable:
        made.flags.writeable = False
    return made


def reduce_map(mapped: Any, pickler: Any) -> Any:
    """How to pickle the map that an array shows; others are refused."""
    if id(mapped) not in pickler.files:
        raise pickle.PicklingError("it is a memory map that no numpy.memmap shows")
    return open_map, pickler.files[id(mapped)]


def open_map(path: str, start: int, size: int, mode: str) -> mmap.mmap:
    """Map a part of a file again. Raises OSError, ValueError."""
    descriptor = os.open(path, os.O_RDONLY if mode == "r" else os.O_RDWR)
    try:
        return mmap.mmap(descriptor, size, access=_ACCESS[mode], offset=start)
    finally:
        os.close(descriptor)


def _description(shown: Any) -> tuple[str, int, int, str]:
    path = shown.filename
    if path is None:
        raise pickle.PicklingError(f"it is a memory map of a file without a name ({_WAY_OUT})")
    size, start = len(shown._mmap), shown.offset - shown.offset % mmap.ALLOCATIONGRANULARITY
    try:
        facts = os.stat(path)
    except OSError as error:
        raise pickle.PicklingError(f"it is a memory map of {path}, which is gone ({_WAY_OUT})") from error
    if facts.st_size < start + size or _inode_at(memory.address(shown)) not in (None, facts.st_ino):
        raise pickle.PicklingError(f"it is a memory map of {path}, where there is another file now ({_WAY_OUT})")
    return os.path.abspath(path), start, size, shown.mode


def _inode_at(address: int) -> int | None:
    """The number of the file that is mapped there; None where the system does not say."""
    try:
        with open("/proc/self/maps") as lines:
            for line in lines:
                span, _, _, _, inode, *_ = line.split()
                first, last = (int(part, 16) for part in span.split("-"))
                if first <= address < last:
                    return int(inode)
    except (OSError, ValueError):
        pass
    return None


def _reduce_copy(array: Any) -> Any:
    """One that is not the file's any more: copy on write, or a result of calculations."""
    attributes = {**vars(array), "_mmap": None}
    plain = memory.numpy().ndarray.view(array, memory.numpy().ndarray)
    return views.as_class, (type(array), plain), attributes, None, None, arrays.set_attributes
