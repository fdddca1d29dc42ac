"""Which bytes differ, found block by block, is what a look at each byte would say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.payload.spans import _differing

_GAP = 256


def _byte_by_byte(row: bytes, before: bytes) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for place in (place for place, (one, other) in enumerate(zip(row, before, strict=True)) if one != other):
        if found and place - (found[-1][1] - 1) <= _GAP:
            found[-1] = found[-1][0], place + 1
        else:
            found.append((place, place + 1))
    return found


def _found(before: bytes, places: set[int], offset: int = 0) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    row = bytearray(before)
    for place in places:
        row[place] ^= 1
    return _differing(np.frombuffer(row, "u1"), before, offset), _byte_by_byte(row, before)


@given(st.integers(1, 2000).flatmap(lambda size: st.tuples(st.just(size), st.sets(st.integers(0, size - 1)))))
def test_it_is_what_each_byte_says(case: tuple[int, set[int]]) -> None:
    size, places = case
    ours, theirs = _found(bytes(size), places)
    assert ours == theirs


@pytest.mark.parametrize("first", [0, 1, 127, 128, 129, 200])
@pytest.mark.parametrize("apart", [1, 127, 128, 129, 254, 255, 256, 257, 258, 384])
def test_gaps_at_the_borders_of_blocks(first: int, apart: int) -> None:
    ours, theirs = _found(bytes(1000), {first, first + apart, 999})
    assert ours == theirs


def test_places_count_from_the_offset() -> None:
    assert _found(bytes(500), {0, 499}, 1000)[0] == [(1000, 1001), (1499, 1500)]


def test_nothing_differs() -> None:
    assert _found(bytes(300), set())[0] == []
    assert _differing(np.zeros(0, "u1"), b"", 5) == []


def test_a_change_of_everything_is_one_range() -> None:
    before = np.zeros(8 << 20, "u1")
    assert _differing(before + 1, before.tobytes(), 0) == [(0, before.size)]
