"""The text of code that no file has: a notebook's cells, which the traceback of an exception takes along."""

from __future__ import annotations

import linecache
from typing import Any


class SourceRef:
    """Stands in a pickle for the text under a name, and makes it known where it is unpickled."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        text = text_of(self._name)
        return remember, (self._name if text else "", text)


def text_of(name: str) -> str:
    """The text of what was typed or made up; empty for a file, which the other side reads itself."""
    entry = linecache.cache.get(name)
    return "".join(entry[2]) if entry is not None and len(entry) == 4 and entry[1] is None else ""


def remember(name: str, text: str) -> None:
    """Let tracebacks find these lines, unless others are known by that name."""
    if text and (name not in linecache.cache or text_of(name) == text):  # who put it there may take it away again
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
