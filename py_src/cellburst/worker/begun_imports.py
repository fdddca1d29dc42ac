"""Which modules a cell begins to import that were not loaded: its kernel may import them at the same time.

Only what the cell's own code asks for, itself or through a library: what an import imports comes by itself, and what
we import for our own purposes a plain kernel would not have.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

_LOADS = "_find_and_load"  # the function of importlib that an import goes through, and a search alone does not


class BegunImports:
    """Is told by a finder of each module that is looked for."""

    def __init__(self, tell: Callable[[str], None], is_as_before: Callable[[], bool]) -> None:
        """``is_as_before``: whether what an import depends on is still what it was when the cell started."""
        self._tell = tell
        self._is_as_before = is_as_before
        self.listening = False
        """Whether a cell is executed that somebody waits for."""

    def looked_for(self, name: str) -> None:
        """A finder was asked for this module."""
        if self.listening and _is_cells_own(sys._getframe(1)) and self._is_as_before():
            self._tell(name)


def _is_cells_own(frame: FrameType | None) -> bool:
    """Whether it is an import, and nothing but libraries is between it and the cell."""
    while frame is not None and not _name(frame).startswith("importlib"):
        frame = frame.f_back  # finders
    loads = False
    while frame is not None and _name(frame).startswith("importlib"):
        loads = loads or frame.f_code.co_name == _LOADS
        frame = frame.f_back
    while loads and frame is not None:
        name = _name(frame)
        if name == "__main__":
            return True
        if name.partition(".")[0] == "cellburst" or (name.startswith("importlib") and frame.f_code.co_name == _LOADS):
            return False  # ours, or a part of another import; not `from p import x` that asks p's `__getattr__`
        frame = frame.f_back
    return False


def _name(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))
