"""Files mapped privately into memory: writable, copied page by page only where they are written to.

The map is made by the C library itself: `mmap.mmap` would keep a descriptor open for every one of
them, and a few thousand results would use up the process's limit.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import weakref
from bisect import bisect_right
from pickle import PickleBuffer
from typing import NamedTuple

from cellburst.model.blob import BlobRef

_PAGE = mmap.PAGESIZE
_READ_AND_WRITE, _PRIVATE = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE
_PRESENT_OR_SWAPPED, _OF_A_FILE = 0xC0, 0x20  # the top byte of a pagemap entry (Linux, admin-guide/mm/pagemap)

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (
    ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_longlong,
)  # fmt: skip
_libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_FAILED = ctypes.c_void_p(-1).value


class _PyBuffer(ctypes.Structure):
    """CPython's `Py_buffer`, for the address of a read-only buffer."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


class MappedBlob(NamedTuple):
    """A live map of a whole blob."""

    ref: BlobRef
    start: int


_maps: dict[int, MappedBlob] = {}
_order: list[int] = []  # their addresses, sorted, as of the last look-up
_order_is_old = False


def map_blob(descriptor: int, ref: BlobRef) -> memoryview:
    """A private writable view of an open file of ``ref.size`` bytes. Raises OSError where it cannot be mapped."""
    global _order_is_old
    address = _libc.mmap(None, ref.size, _READ_AND_WRITE, _PRIVATE, descriptor, 0)
    if address == _FAILED or not address:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    owner = (ctypes.c_ubyte * ref.size).from_address(address)
    _maps[address] = MappedBlob(ref, address)
    _order_is_old = True
    # Not at exit: arrays may still be in use then.
    weakref.finalize(owner, _unmap, address, ref.size).atexit = False
    return PickleBuffer(owner).raw()


def _unmap(address: int, size: int) -> None:
    global _order_is_old
    _maps.pop(address, None)  # first, for another thread may be given the address at once
    _order_is_old = True
    _libc.munmap(address, size)


def untouched(view: memoryview) -> tuple[BlobRef, int] | None:
    """The blob and the offset that the bytes of ``view`` still are, if that is known without reading them.

    None for memory of another kind, for pages that were written to, and where the system does not say.
    """
    if not _maps or not view.nbytes or not view.c_contiguous:
        return None
    address = _address(view)
    mapped = _covering(address, view.nbytes)
    if mapped is None or not _clean(address, view.nbytes):
        return None
    return mapped.ref, address - mapped.start


def _address(view: memoryview) -> int:
    buffer = _PyBuffer()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), ctypes.byref(buffer), 0)
    try:
        return int(buffer.buf or 0)
    finally:
        ctypes.pythonapi.PyBuffer_Release(ctypes.byref(buffer))


def _covering(address: int, size: int) -> MappedBlob | None:
    global _order, _order_is_old
    if _order_is_old:
        _order_is_old = False
        _order = sorted(_maps)
    position = bisect_right(_order, address) - 1
    if position < 0:
        return None
    mapped = _maps.get(_order[position])  # gone if it was unmapped since
    if mapped is None or address + size > mapped.start + mapped.ref.size:
        return None
    return mapped


def _clean(address: int, size: int) -> bool:
    """Whether no page of the range was written to: such a page is not the file's any more but anonymous."""
    first, last = address // _PAGE, (address + size - 1) // _PAGE
    wanted = (last - first + 1) * 8
    try:
        descriptor = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        entries = os.pread(descriptor, wanted, first * 8)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    if len(entries) != wanted:
        return False
    return not any(flags & _PRESENT_OR_SWAPPED and not flags & _OF_A_FILE for flags in set(entries[7::8]))
