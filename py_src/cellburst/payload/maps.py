"""Files mapped privately into memory: writable, copied page by page only where they are written to.

The map is made by the C library itself: `mmap.mmap` would keep a descriptor open for every one of
them, and a few thousand results would use up the process's limit.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import re
import weakref
from bisect import bisect_right
from pickle import PickleBuffer
from typing import NamedTuple

from cellburst.model.blob import BlobRef

_PAGE = mmap.PAGESIZE
_READ_AND_WRITE, _PRIVATE = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE
_PRESENT_OR_SWAPPED, _OF_A_FILE = 0xC0, 0x20  # the top byte of a pagemap entry (Linux, admin-guide/mm/pagemap)
_OF_NO_WRITE = bytes(flag for flag in range(256) if not flag & _PRESENT_OR_SWAPPED or flag & _OF_A_FILE)
_MARKS = bytes(flag not in _OF_NO_WRITE for flag in range(256))
_RUN = re.compile(b"\x01+")

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
    """A live map of a whole blob, which is the file at ``path``."""

    ref: BlobRef
    start: int
    path: str = ""

    def original(self, first: int, end: int) -> bytes | None:
        """Bytes of the blob as it was written, from offset ``first`` to ``end``; None if it is no longer there."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            found = os.pread(descriptor, end - first, first)
        finally:
            os.close(descriptor)
        return found if len(found) == end - first else None


_maps: dict[int, MappedBlob] = {}
_order: list[int] = []  # their addresses, sorted, as of the last look-up
_order_is_old = False


def map_blob(descriptor: int, ref: BlobRef, path: str = "") -> memoryview:
    """A private writable view of an open file of ``ref.size`` bytes. Raises OSError where it cannot be mapped."""
    global _order_is_old
    place = _libc.mmap(None, ref.size, _READ_AND_WRITE, _PRIVATE, descriptor, 0)
    if place == _FAILED or not place:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    owner = (ctypes.c_ubyte * ref.size).from_address(place)
    _maps[place] = MappedBlob(ref, place, path)
    _order_is_old = True
    # Not at exit: arrays may still be in use then.
    weakref.finalize(owner, _unmap, place, ref.size).atexit = False
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
    start = address(view)
    mapped = covering(start, view.nbytes)
    if mapped is None or dirty(start, view.nbytes) != []:
        return None
    return mapped.ref, start - mapped.start


def address(view: memoryview) -> int:
    """Where the first byte of a view is."""
    buffer = _PyBuffer()
    ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(view), ctypes.byref(buffer), 0)
    try:
        return int(buffer.buf or 0)
    finally:
        ctypes.pythonapi.PyBuffer_Release(ctypes.byref(buffer))


def covering(start: int, size: int) -> MappedBlob | None:
    """The live map that these bytes are in."""
    global _order, _order_is_old
    if _order_is_old:
        _order_is_old = False
        _order = sorted(_maps)
    position = bisect_right(_order, start) - 1
    if position < 0:
        return None
    mapped = _maps.get(_order[position])  # gone if it was unmapped since
    if mapped is None or start + size > mapped.start + mapped.ref.size:
        return None
    return mapped


def dirty(start: int, size: int) -> list[tuple[int, int]] | None:
    """The parts, as addresses, of a map's range whose pages were written to; None if the system does not say.

    Such a page is not the file's any more but anonymous.
    """
    first, last = start // _PAGE, (start + size - 1) // _PAGE
    flags = _page_flags(first, last - first + 1)
    if flags is None:
        return None
    if not flags.translate(None, _OF_NO_WRITE):
        return []
    return [
        (max(start, (first + run.start()) * _PAGE), min(start + size, (first + run.end()) * _PAGE))
        for run in _RUN.finditer(flags.translate(_MARKS))
    ]


def _page_flags(first: int, count: int) -> bytes | None:
    """The top byte of the entry of each page."""
    try:
        descriptor = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        entries = os.pread(descriptor, count * 8, first * 8)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return entries[7::8] if len(entries) == count * 8 else None
