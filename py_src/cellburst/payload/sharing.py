"""Which arrays of one pickle lie on the same memory, so that it is sent once and they share it again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple

from cellburst.payload import memory

_NEAR = 64 * 1024  # views of one base that lie no farther apart are sent with what is between them


class Region(NamedTuple):
    """Memory that is sent once: addresses ``low`` to ``high`` of ``base``, which starts at ``start``.

    ``owner`` is the array that travels and shows all of it, or None.
    """

    low: int
    high: int
    base: Any
    start: int
    owner: Any

    @classmethod
    def around(cls, array: Any) -> Region | None:
        """Just what is needed for one array; None if its memory cannot be cut."""
        low, high = memory.extent(array)
        return _cut(memory.owner_of(array), low, high)


class Sharing:
    """The regions of a pickle, by address."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._regions = sorted(regions, key=lambda region: region.low)
        self._starts = [region.low for region in self._regions]

    @classmethod
    def of(cls, met: list[tuple[Any, Any]]) -> Sharing | None:
        """A plan for arrays that are all alive, each with the object that carried its memory.

        None if no two carriers show the same memory.
        """
        groups = [group for group in _groups(met) if len({id(carrier) for *_, carrier in group}) > 1]
        regions = [region for group in groups if (region := _region(group)) is not None]
        return cls(regions) if regions else None

    def region_of(self, array: Any) -> Region | None:
        """The region that an array lies in."""
        low, high = memory.extent(array)
        if low == high:
            return None
        position = bisect_right(self._starts, low) - 1
        if position < 0 or high > self._regions[position].high:
            return None
        return self._regions[position]


_Placed = tuple[int, int, Any, Any]  # first address, the one after the last, the array, its carrier


def _groups(met: list[tuple[Any, Any]]) -> Iterable[list[_Placed]]:
    """Those that overlap, or lie near each other on one base."""
    placed = [(*memory.extent(array), array, carrier) for array, carrier in met if array.size]
    placed.sort(key=lambda item: (item[0], -item[1]))
    group: list[_Placed] = []
    end = 0
    for item in placed:
        if group and not _belongs(item, group[-1], end):
            yield group
            group = []
        end = max(end, item[1]) if group else item[1]
        group.append(item)
    if group:
        yield group


def _belongs(item: _Placed, last: _Placed, end: int) -> bool:
    return item[0] < end or (item[0] - end <= _NEAR and memory.owner_of(item[2]) is memory.owner_of(last[2]))


def _region(group: list[_Placed]) -> Region | None:
    low, high = group[0][0], max(item[1] for item in group)
    for first, last, array, _ in sorted(group, key=lambda item: item[2].base is not None):
        owns = type(array) is memory.numpy().ndarray and memory.owner_of(array) is array
        if (first, last) == (low, high) and owns and memory.is_whole(array) and memory.source_of(array) is None:
            return Region(low, high, array, low, array)
    return next((region for item in group if (region := _cut(memory.owner_of(item[2]), low, high))), None)


def _cut(base: Any, low: int, high: int) -> Region | None:
    start, end = memory.extent(base)
    if low < start or high > end or not memory.is_whole(base):
        return None
    return Region(low, high, base, start, None)
