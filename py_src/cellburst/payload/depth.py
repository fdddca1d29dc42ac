"""Room for the pickler, which goes a call deeper for each object inside another: linked nodes need many of them."""

from __future__ import annotations

import sys

_ROOM = 6000  # calls: some megabytes of stack at most


class deeper:  # noqa: N801 - used as a function; a generator would cost more than the pickling of a number
    """Inside, calls may nest at least so deeply. What runs there is ours, so that nobody sees the other limit."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before = sys.getrecursionlimit()
        if self._before < _ROOM:
            sys.setrecursionlimit(_ROOM)

    def __exit__(self, *_: object) -> None:
        if self._before < _ROOM and sys.getrecursionlimit() == _ROOM:
            sys.setrecursionlimit(self._before)
