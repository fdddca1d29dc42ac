"""Frames below a cell's code, so that it is as deep in the worker's stack as it would be in the kernel's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from cellburst.library_state.call_depth import Depth, here

_COUNTS_C = sys.version_info < (3, 12)
# What is between the caller of ``missing`` and the cell's code, that included: of a plain cell, and of one that awaits.
_PLAIN = Depth(4, int(_COUNTS_C))
_AWAITING = Depth(7, 2 * _COUNTS_C)


def missing(stack: tuple[int, ...], *, awaits: bool) -> Depth:
    """What has to be between the caller and the cell for it to be as deep as ``stack`` (``Payload.stack``) says."""
    now = here() if len(stack) == 4 else None
    if now is None:
        return Depth(0, 0)
    wanted, inside = (Depth(*stack[2:]), _AWAITING) if awaits else (Depth(*stack[:2]), _PLAIN)
    frames = wanted.frames - (now.frames - 1) - inside.frames  # of the caller
    return Depth(max(0, frames), max(0, wanted.calls - now.calls - inside.calls))


def deeper(depth: Depth, work: Callable[..., Any], *arguments: Any) -> Any:
    """Call, with so many frames and calls of C code more; at least one frame."""
    return _deeper(depth.frames - 1, depth.calls, work, arguments) if depth.frames > 1 else work(*arguments)


def _deeper(frames: int, calls: int, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    if frames <= 1:
        return work(*arguments)
    if calls > 0:  # a call of C code, which makes the next
        found = map(_deeper, (frames - 1,), (calls - 1,), (work,), (arguments,))
        return next(*(found,))  # in a form that Python 3.11 does not make quicker, for it counts no quick one
    return _deeper(frames - 1, 0, work, arguments)
