"""Noticing the first use of a module that is loaded anyway.

What a task cannot have used need not be put in order for the next one, and looking at it costs more than a tiny task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_watches: list[Watch] = []


class Watch:
    """Whether a module is ``unused`` since ``begin``. By then, nobody else may hold anything of what is in it."""

    def __init__(self, module: ModuleType, then: Callable[[], None] | None = None) -> None:
        """``then`` is called just before the first use."""
        self.unused = False
        self._used = False
        self._module = module
        self._then = then
        self._kind = _watched_kind(self)
        _watches.append(self)

    def begin(self) -> None:
        """Watch from now on; without effect if it was used before."""
        if not self._used:
            self._module.__class__ = self._kind
            self.unused = True

    def pause(self) -> None:
        """Look away until ``begin``: what uses it now is not a task."""
        if self.unused:
            self._module.__class__ = ModuleType
            self.unused = False

    def note_use(self) -> None:
        """It is used; from now on it is a module like any other."""
        self.pause()
        self._used = True
        if self._then is not None:
            self._then()


@contextmanager
def unobserved() -> Iterator[None]:
    """What is used in here is not used by a task."""
    paused = [watch for watch in _watches if watch.unused]
    for watch in paused:
        watch.pause()
    try:
        yield
    finally:
        for watch in paused:
            watch.begin()


def begin_watching() -> None:
    """Watch every module that there is a `Watch` of; to be called before the first task."""
    for watch in _watches:
        watch.begin()


def _watched_kind(watch: Watch) -> type[ModuleType]:
    class Watched(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            # import itself reads __spec__ and the like, which tell nothing of what is in it
            if name == "__dict__" or not name.startswith("__"):
                watch.note_use()
            return ModuleType.__getattribute__(self, name)

    return Watched
