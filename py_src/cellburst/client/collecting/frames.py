"""Tracebacks from frames as data, so that IPython, debuggers and loggers show a remote error as a local one.

A traceback needs a frame and a frame needs code that ran; each frame is made by running a line that raises, in code
that has the name, the parameters and the place of the remote one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import CodeType, FunctionType, TracebackType
from typing import Any

from cellburst.model.outcome import Frame


def rebuild(frames: Sequence[Frame]) -> TracebackType | None:
    """A traceback through ``frames``, outermost first; None if there are none."""
    found: TracebackType | None = None
    for frame in reversed(frames):
        made = _raised_in(frame)
        found = TracebackType(found, made.tb_frame, made.tb_lasti, frame.lineno)
    return found


def _raised_in(frame: Frame) -> TracebackType:
    namespace: dict[str, Any] = {"__name__": "__main__", "__file__": frame.filename, "here": _HereError}
    function = FunctionType(_code(frame), namespace)
    try:
        function(*(None for name in frame.signature if not name.startswith("*")))
    except _HereError as here:
        outer = here.__traceback__
    inner = outer and outer.tb_next  # the outer one is in this function
    assert inner is not None
    return inner


class _HereError(Exception):
    """Carries the frame out."""


def _code(frame: Frame) -> CodeType:
    """Code that raises at the frame's line, shown under the frame's name."""
    stand_ins = [_stand_in(place, name) for place, name in enumerate(frame.signature)]
    depth = max(0, frame.lineno - frame.first)
    source = f"def stand_in({', '.join(stand_ins)}):" + "\n" * depth + " raise here\n"
    outer = compile(source, frame.filename, "exec")
    inner = next(part for part in outer.co_consts if isinstance(part, CodeType))
    changes: dict[str, Any] = {
        "co_name": frame.name,
        "co_varnames": tuple(name.lstrip("*") for name in frame.signature),
        "co_firstlineno": frame.first,
    }
    if sys.version_info >= (3, 11):
        changes["co_qualname"] = frame.qualname or frame.name
    return inner.replace(**changes)


def _stand_in(place: int, name: str) -> str:
    stars = name[: len(name) - len(name.lstrip("*"))]
    return f"{stars}p{place}"
