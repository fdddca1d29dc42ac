"""Tracebacks of remote exceptions: the user's frames, and nothing of ours, also when IPython shows them."""

from __future__ import annotations

import builtins
import linecache
import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from cellburst.client.collecting.frames import rebuild
from cellburst.model.outcome import Frame


def show_only(error: BaseException, frames: Sequence[Frame], lines: Sequence[str]) -> None:
    """Give ``error`` the traceback of the task, and let IPython show that and not the way it came here.

    ``lines`` are the traceback as the worker made it, for frames whose source is not here. An error that came with
    its own traceback keeps it.
    """
    framed = error.__traceback__ is not None
    made = error.__traceback__ or rebuild(frames)
    error.with_traceback(made)
    # what an error is linked to may have come without frames; the worker's lines have those
    whole = framed or (error.__cause__ is None and (error.__context__ is None or error.__suppress_context__))
    shown = made if whole and all(_has_source(frame.filename) for frame in frames) else None
    try:
        error._render_traceback_ = _Rendering(error, shown, tuple(lines))  # type: ignore[attr-defined]
    except Exception:  # a class that takes no attributes, or takes them in its own way
        pass


def remember_source(filename: str, code: str) -> None:
    """Let tracebacks show a cell's lines in a kernel that never ran it."""
    if code and not _has_source(filename):
        linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)


class _Rendering:
    """What IPython asks an exception for instead of rendering its traceback itself."""

    def __init__(self, error: BaseException, made: TracebackType | None, lines: tuple[str, ...]) -> None:
        self._error = error
        self._made = made
        self._lines = lines

    def __call__(self) -> list[str]:
        renderer = getattr(_shell(), "InteractiveTB", None)
        if renderer is None or (self._made is None and self._lines):
            return list(self._lines) or [f"{type(self._error).__name__}: {self._error}"]
        if self._made is None:
            return [line.rstrip("\n") for line in renderer.get_exception_only(type(self._error), self._error)]
        return list(renderer.structured_traceback(type(self._error), self._error, self._made, tb_offset=0))

    def __reduce__(self) -> tuple[Any, ...]:
        return _Rendering, (None, None, self._lines)  # frames stay here when the exception is pickled again


def _shell() -> Any:
    if "IPython" not in sys.modules:
        return None
    get_ipython = getattr(sys.modules["IPython"], "get_ipython", None) or getattr(builtins, "get_ipython", None)
    return get_ipython() if get_ipython else None


def _has_source(filename: str) -> bool:
    if filename.startswith("<"):  # `exec("...")` and the like: nobody has it
        return True
    return filename in linecache.cache or os.path.exists(filename)
