"""How deep the stack is, and code that is put as deep as it would be elsewhere."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from cellburst.library_state import call_depth
from cellburst.worker import depth


def _fit(*, before: int = 0) -> int:
    """How many more calls fit."""
    try:
        return _fit(before=before + 1)
    except RecursionError:
        return before


def _below() -> Any:
    return call_depth.here()


def _below_with(_: object) -> Any:
    return call_depth.here()


def test_each_frame_counts_once() -> None:
    limit = sys.getrecursionlimit()
    one, two = call_depth.here(), _below()
    assert one is not None
    assert two is not None
    assert (two.frames - one.frames, two.calls) == (1, one.calls)
    assert sys.getrecursionlimit() == limit
    assert one.calls == 0 or sys.version_info < (3, 12)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="calls of C code are not counted")
def test_calls_of_c_code_count_too() -> None:
    calling = map(_below_with, (0,))
    one, two = call_depth.here(), next(*(calling,))
    assert one is not None
    assert two is not None
    assert (two.frames - one.frames, two.calls - one.calls) == (1, 1)


@pytest.mark.parametrize(("frames", "calls"), [(1, 0), (2, 0), (7, 0), (7, 3)])
def test_so_many_frames_more(frames: int, calls: int) -> None:
    calls = calls if sys.version_info < (3, 12) else 0
    direct, padded = _below(), depth.deeper(call_depth.Depth(frames, calls), _below)
    assert padded.frames - direct.frames == frames
    assert padded.calls - direct.calls == calls
    assert _fit() - depth.deeper(call_depth.Depth(frames, calls), _fit) == frames + calls


def test_what_is_missing_is_up_to_the_cell() -> None:
    now = call_depth.here()
    assert now is not None
    inside = 4, int(sys.version_info < (3, 12))
    stack = now.frames + inside[0] + 5, now.calls + inside[1] + 2, 1, 0
    assert depth.missing(stack, awaits=False) == (5, 2)


@pytest.mark.parametrize("stack", [(), (1, 0, 1, 0)])
def test_nothing_is_missing_where_it_is_unknown_or_less(stack: tuple[int, ...]) -> None:
    assert depth.missing(stack, awaits=False).frames == 0
    assert depth.missing(stack, awaits=True).frames == 0


def test_outside_of_a_cell_no_depth_is_known() -> None:
    assert call_depth.of_plain_cells() == ()
