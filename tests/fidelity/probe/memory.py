"""Which arrays lie on the same memory, and how far apart."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_MOST_TRIED = 400  # earlier arrays of one stretch of memory that each is compared with


@dataclass(frozen=True)
class Stretch:
    """Bytes ``low`` to ``high`` that the array at ``path`` reaches; ``pointer`` is where its first item is."""

    path: str
    array: Any
    low: int
    high: int
    pointer: int


def stretch(path: str, array: Any) -> Stretch | None:
    """Where a numpy array lies; None if it has no items."""
    if not array.size:
        return None
    numpy = sys.modules["numpy"]
    bounds = getattr(numpy.lib, "array_utils", numpy).byte_bounds
    low, high = bounds(array)
    return Stretch(path, array, low, high, array.__array_interface__["data"][0])


def relations(stretches: Sequence[Stretch]) -> Iterator[tuple[str, str]]:
    """For each array that shares memory with one met before it: its path and ``on a, +16 bytes``."""
    order = {id(item): number for number, item in enumerate(stretches)}
    for group in _overlapping(stretches):
        group.sort(key=lambda item: order[id(item)])
        for number, item in enumerate(group):
            for earlier in group[: min(number, _MOST_TRIED)]:
                if _share(earlier, item):
                    yield item.path, f"on {earlier.path}, {item.pointer - earlier.pointer:+} bytes"
                    break


def _overlapping(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    group: list[Stretch] = []
    end = -1
    for item in sorted(stretches, key=lambda item: item.low):
        if item.low >= end:
            if len(group) > 1:
                yield group
            group = []
        group.append(item)
        end = max(end, item.high)
    if len(group) > 1:
        yield group


def _share(one: Stretch, other: Stretch) -> bool:
    if one.high <= other.low or other.high <= one.low:
        return False
    numpy = sys.modules["numpy"]
    try:
        return bool(numpy.shares_memory(one.array, other.array, max_work=10_000))
    except Exception:  # too hard to say
        return True
