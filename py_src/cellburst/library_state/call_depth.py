"""How deep the stack is: how many calls fit before a RecursionError is a part of what code finds.

A depth is two numbers: Python's frames, and the calls of C code that Python counts besides (before Python 3.12).
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, NamedTuple

_COUNTS_C = sys.version_info < (3, 12)
_FORGETS_EXEC = sys.version_info[:2] == (3, 11)  # it stops counting a call that it has made some eight times
_IPYTHON = ("interactiveshell.py", "async_helpers.py")
_EVENTS = "asyncio/events.py"


class Depth(NamedTuple):
    """Of a frame, itself included."""

    frames: int
    calls: int


def here() -> Depth | None:
    """The depth of the caller; None if Python does not tell."""
    frames = 0
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        frames += 1
        frame = frame.f_back
    counted = _counted()
    return None if counted is None else Depth(frames, counted - frames)


def _counted() -> int | None:
    """What Python counts for the caller's caller: it says so when it refuses a limit, and changes nothing."""
    try:
        sys.setrecursionlimit(1)
    except RecursionError as error:
        _, _, text = str(error).partition("recursion depth ")
        digits = text.partition(":")[0]
        return int(digits) - 2 - _COUNTS_C if digits.isdecimal() else None
    return None


def of_plain_cells() -> tuple[int, ...]:
    """In a cell's magic: the depths that a plain cell has in this kernel, and one that awaits; () if that is unknown.

    The latter is run by the event loop itself, without what is between it and IPython for others.
    """
    found = here()
    names = _names()
    runs = [number for number, (name, file) in enumerate(names) if name == "run_code" and file.endswith(_IPYTHON[0])]
    if found is None or not runs:
        return ()
    run = runs[0]  # the innermost comes first
    plain = Depth(len(names) - run + 1, found.calls)
    begun = next((n for n in range(run, len(names)) if names[n][0] == "run_cell_async"), None)
    turns = [n for n, (name, file) in enumerate(names) if name == "_run" and file.endswith(_EVENTS)]
    waited = begun is not None and begun + 1 < len(names) and names[begun + 1][1].endswith(_IPYTHON[1])
    if not turns or begun is None or not waited or turns[-1] < begun:
        return (*plain, *plain)
    frames = len(names) - turns[-1] + begun - run + 2  # those up to the loop, those of IPython, and the cell
    sent = _COUNTS_C  # what sends to the coroutine is a call of C code, and so is `exec`
    if _FORGETS_EXEC:
        base = any(name == "_run_code" for name, _ in names) + 2 + sent  # of runpy, and of the loop
        plain = plain._replace(calls=min(plain.calls, base))
    return (*plain, frames, plain.calls - sent - (_COUNTS_C and not _FORGETS_EXEC))


def _names() -> list[tuple[str, str]]:
    """The functions on the stack, the innermost first, and their files."""
    found = []
    frame: Any = sys._getframe(2)
    while frame is not None:
        found.append((frame.f_code.co_name, frame.f_code.co_filename))
        frame = frame.f_back
    return found
