"""Files that are closed, as ``with open(...) as f`` leaves them: a name, and how it was opened."""

from __future__ import annotations

import io
import os
from typing import Any

_BUFFERED = (io.BufferedReader, io.BufferedWriter, io.BufferedRandom)
KINDS: tuple[type, ...] = (io.TextIOWrapper, io.FileIO, *_BUFFERED)


def is_closed(file: Any) -> bool:
    """Whether it is one of Python's own kinds of files, and closed so that another can be made like it."""
    try:
        return type(file) in KINDS and bool(file.closed) and _raw(file).mode in _MODES
    except (ValueError, AttributeError):  # its buffer was taken from it, or is of another kind
        return False


_MODES = {"rb": "r", "rb+": "r+", "wb": "w", "ab": "a", "ab+": "a+"}  # as files say them, and as they are opened


def reduce_closed(file: Any) -> tuple[Any, ...]:
    """How to make one like it."""
    raw = _raw(file)
    text: dict[str, Any] | None = None
    if isinstance(file, io.TextIOWrapper):
        text = {name: getattr(file, name) for name in ("encoding", "errors", "line_buffering", "write_through")}
    buffer = None if file is raw else type(file.buffer if isinstance(file, io.TextIOWrapper) else file)
    return make_closed, (getattr(raw, "name", None), raw.mode, buffer, text, getattr(file, "mode", None))


def make_closed(name: Any, raw_mode: str, buffer: Any, text: dict[str, Any] | None, mode: str | None) -> Any:
    """A closed file that says it had this name; nothing of that name is opened."""
    raw = io.FileIO(os.devnull, _MODES[raw_mode])
    if name is not None:
        raw.name = name
    file: Any = raw
    if buffer is not None:
        file = buffer(raw)
    if text is not None:
        file = io.TextIOWrapper(file, **text)
        if mode is not None:
            file.mode = mode
    file.close()
    return file


def _raw(file: Any) -> Any:
    while not isinstance(file, io.FileIO):
        file = file.buffer if isinstance(file, io.TextIOWrapper) else file.raw
    return file
