"""What a task wants to be called when its machine is about to go: ``task.on_interrupt``.

The pool writes a word on the worker's page and pokes it (wakeup.py); the functions are called in the main thread, in
the middle of the task's code, as a signal handler is. What they raise is printed, unless it is a way to end a program.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol

_Function = Callable[[], object]


class Board(Protocol):
    """As much of a worker's page (wire/board.py) as this needs, or of what stands in for it."""

    def noticed(self) -> bool: ...
    def listen(self) -> None: ...
    def heard(self) -> None: ...


class Notices:
    """The functions of one task after another."""

    __slots__ = ("_board", "_functions", "_telling")

    def __init__(self) -> None:
        self._board: Board | None = None
        self._functions: list[_Function] = []
        self._telling = False

    def add(self, function: _Function, board: Board) -> None:
        """Call ``function`` once, now if the notice was given already."""
        self._board = board
        self._functions.append(function)
        board.listen()
        self.heed()

    def clear(self) -> None:
        """The task's code has ended."""
        if self._functions:
            self._functions = []
        self._board = None

    def heed(self) -> None:
        """Call what waits, if a notice was given."""
        board = self._board
        if board is None or self._telling or not board.noticed():
            return
        self._telling = True
        try:
            while self._functions:
                _call(self._functions.pop(0))
        finally:
            self._telling = False
            board.heard()


def _call(function: _Function) -> None:
    try:
        function()
    except Exception:
        import traceback  # few tasks need it

        print("cellburst: a function given to task.on_interrupt failed:", file=sys.stderr)
        traceback.print_exc()


notices = Notices()
