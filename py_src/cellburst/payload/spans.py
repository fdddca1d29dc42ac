"""Which bytes of an array's memory changed, without reading what certainly did not.

Where the memory is a private map of a blob, only pages that were written to are compared, with the blob itself.
Of other memory a copy is kept, or the digests of its parts if it is large.
"""

from __future__ import annotations

import sys
from pickle import PickleBuffer
from typing import Any

import xxhash

from cellburst.payload import memory

Range = tuple[int, int]

_COPIED = 1 << 20  # bytes: up to here a copy is kept to compare with
_PART = 64 * 1024  # bytes of one digest
_STEP = 16 << 20  # bytes compared at once
_GAP = 256  # unchanged bytes that cost less to send than to leave out
_BLOCK = 128  # bytes that are looked at together: at most half of that gap


class MemoryState:
    """How the memory of an owner without gaps was. ``low`` is the address that it starts at."""

    __slots__ = ("_before", "_found", "_row", "low", "size")

    def __init__(self, owner: Any, low: int | None = None) -> None:
        self._row = memory.flat(owner)
        self.low = memory.address(owner) if low is None else low
        self.size = int(self._row.nbytes)
        self._before: Any = None if owner.base is None else _clean_map(self.low, self.size)
        if self._before is None:
            self._before = self._row.tobytes() if self.size <= _COPIED else _digests(self._row)
        self._found: list[Range] | None = None

    def changes(self) -> list[Range]:
        """The ranges, as offsets from ``low``, that have other bytes than they had."""
        self._found = self._look()
        return self._found

    def found(self) -> list[Range]:
        """What ``changes`` found last."""
        return self.changes() if self._found is None else self._found

    def _look(self) -> list[Range]:
        if type(self._before) is bytes:
            same = self._row.tobytes() == self._before
            return [] if same else _differing(self._row, self._before, 0)
        return self._redigested(self._before) if type(self._before) is list else self._compared(self._before)

    def addresses(self) -> list[Range]:
        """The ranges that ``changes`` found last, as addresses."""
        return [(self.low + first, self.low + end) for first, end in self.found()]

    def contents(self) -> list[tuple[int, PickleBuffer]]:
        """What the ranges that ``changes`` found last hold now."""
        return [(first, PickleBuffer(self._row[first:end])) for first, end in self.found()]

    def _redigested(self, before: list[bytes]) -> list[Range]:
        changed = [i for i, (old, new) in enumerate(zip(before, _digests(self._row), strict=True)) if old != new]
        return _joined([(i * _PART, min(self.size, (i + 1) * _PART)) for i in changed])

    def _compared(self, mapped: Any) -> list[Range]:
        """Compare the pages of a map that were written to with the blob."""
        from cellburst.payload import maps

        found: list[Range] = []
        ranges = maps.dirty(self.low, self.size)
        for first, end in [(self.low, self.low + self.size)] if ranges is None else ranges:
            for start in range(first, end, _STEP):
                stop = min(end, start + _STEP)
                row = self._row[start - self.low : stop - self.low]
                before = mapped.original(start - mapped.start, stop - mapped.start)
                offset = start - self.low
                found += [(offset, stop - self.low)] if before is None else _differing(row, before, offset)
        return _joined(found)


def _differing(row: Any, before: bytes, offset: int) -> list[Range]:
    """Where bytes are others than before; ``offset`` is where they start."""
    numpy = memory.numpy()
    size = len(before)
    different = numpy.zeros(-(-size // _BLOCK) * _BLOCK, "?")
    numpy.not_equal(row, numpy.frombuffer(before, "u1"), out=different[:size])
    blocks = different.reshape(-1, _BLOCK)
    touched = numpy.flatnonzero(blocks.view("u8").any(axis=1))
    firsts, lasts = _runs(touched, touched, 1)
    # two that differ in blocks side by side are never further from each other than the gap
    firsts = firsts * _BLOCK + blocks[firsts].argmax(axis=1)
    lasts = lasts * _BLOCK + (_BLOCK - 1) - blocks[lasts, ::-1].argmax(axis=1)
    firsts, lasts = _runs(firsts, lasts, _GAP)
    return [(offset + low, offset + high + 1) for low, high in zip(firsts.tolist(), lasts.tolist(), strict=True)]


def _runs(firsts: Any, lasts: Any, gap: int) -> tuple[Any, Any]:
    """Where runs begin and end: parts in order that are at most ``gap`` from one to the next."""
    apart = firsts[1:] - lasts[:-1] > gap
    ends = memory.numpy().ones(min(1, len(firsts)), "?")
    join = memory.numpy().concatenate
    return firsts[join((ends, apart))], lasts[join((apart, ends))]


def _clean_map(low: int, size: int) -> Any:
    maps = sys.modules.get("cellburst.payload.maps")
    if maps is None or not size:
        return None
    mapped = maps.covering(low, size)
    return mapped if mapped is not None and maps.dirty(low, size) == [] else None


def _digests(row: Any) -> list[bytes]:
    view = memoryview(row)
    return [xxhash.xxh3_128_digest(view[start : start + _PART]) for start in range(0, view.nbytes, _PART)]


def _joined(ranges: list[Range]) -> list[Range]:
    """The ranges, in order, with those made one that are near each other."""
    found: list[Range] = []
    for first, end in ranges:
        if found and first - found[-1][1] <= _GAP:
            found[-1] = found[-1][0], end
        else:
            found.append((first, end))
    return found
