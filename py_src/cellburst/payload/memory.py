"""Whose memory a numpy array shows, and where in it its elements lie.

Every array shows the memory of one owner: itself, or the array at the end of its chain of bases. What shares memory
is told apart by addresses, because views of views, subclasses and frames lead to the same owner in many ways.
"""

from __future__ import annotations

import sys
from array import array as flat_array
from collections.abc import Iterable
from typing import Any

from cellburst.payload import tensor_memory

_SMALL = 64 * 1024


def numpy() -> Any:
    """The module, which is loaded wherever there is an array."""
    return sys.modules["numpy"]


def owner_of(array: Any) -> Any:
    """The last plain array in the chain of bases: the array itself, or the one whose memory it shows."""
    plain = numpy().ndarray
    owner = array
    base = array.base
    while base is not None:
        if type(base) is plain:
            owner = base
        elif not isinstance(base, plain) and not isinstance(getattr(base, "base", None), plain):
            break  # not even what `as_strided` puts between a view and its base
        base = base.base
    return owner


def source_of(owner: Any) -> Any:
    """The `bytes`, `bytearray`, `array.array` or storage of tensors whose memory an owner shows.

    None if it has its own or another kind.
    """
    base = owner.base
    if type(base) is memoryview:
        base = base.obj
    if type(base) is bytes and owner.flags.writeable:  # numpy's unpickling takes over the bytes that it was given
        return None
    return base if type(base) in (bytes, bytearray, flat_array) else tensor_memory.storage_of(base)


def bytes_of(source: Any) -> Any:
    """What ``source_of`` gave, as an array of bytes over the same memory."""
    return tensor_memory.array_over(source) if tensor_memory.is_storage(source) else numpy().frombuffer(source, "u1")


def address(array: Any) -> int:
    """Where the first element is."""
    return int(array.__array_interface__["data"][0])


def extent(array: Any) -> tuple[int, int]:
    """The first address of its elements and the one after the last; an empty array has no extent (0, 0)."""
    if not array.size:
        return 0, 0
    low = high = address(array)
    for count, stride in zip(array.shape, array.strides, strict=True):
        if stride < 0:
            low += (count - 1) * stride
        else:
            high += (count - 1) * stride
    return low, high + array.itemsize


def reach(array: Any) -> int:
    """How many bytes lie between its first and its last."""
    low, high = extent(array)
    return high - low


def around(row: Any, arrays: Iterable[Any]) -> Any:
    """The first of these arrays whose owner's memory has all of that of a row; None if there is none."""
    low, high = extent(row)
    for array in arrays:
        first, end = extent(owner_of(array))
        if first <= low and high <= end:
            return array
    return None


def flat(owner: Any) -> Any:
    """All elements of an owner without gaps as one row in the order of its memory: bytes, or objects."""
    row = owner.ravel(order="K")
    return row if row.dtype.hasobject else row.view("u1")


def is_contiguous(array: Any) -> bool:
    """Whether its elements lie side by side, the first or the last axis being the quickest."""
    return bool(array.flags.c_contiguous or array.flags.f_contiguous)


def is_whole(array: Any) -> bool:
    """Whether it shows all the memory between its first and its last element, once."""
    return is_contiguous(array) or (array.base is None and reach(array) == array.nbytes)


def same_layout(strides: tuple[int, ...], array: Any) -> bool:
    """Whether the array has these strides, wherever it has more than one element along them."""
    return len(strides) == array.ndim and all(
        count < 2 or mine == other for count, mine, other in zip(array.shape, array.strides, strides, strict=True)
    )


def is_modest(owner: Any, array: Any) -> bool:
    """Whether the owner is small enough, by itself or beside what the array shows of it, to be sent whole.

    Objects that the array does not show are not sent: one of them might not be able to travel.
    """
    if array.dtype.hasobject:
        return bool(owner.nbytes == array.nbytes)
    return bool(owner.nbytes <= _SMALL or owner.nbytes <= 2 * array.nbytes)


def is_dense(array: Any) -> bool:
    """Whether the memory between the first and the last element is worth sending with the gaps in it."""
    size = reach(array)
    return size <= _SMALL or size <= 2 * array.nbytes
