"""Time and the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """Three clocks: ``wall`` for display, ``monotonic`` for short times, ``boot`` (counts sleep) for leases."""

    def wall(self) -> float: ...
    def monotonic(self) -> float: ...
    def boot(self) -> float: ...


class Loop(Protocol):
    """The controller's event loop, as much of it as a backend needs. Callbacks run in the loop's thread."""

    def watch(self, source: HasFileno, readable: Callable[[], None]) -> None: ...
    def unwatch(self, source: HasFileno) -> None: ...
    def when_writable(self, source: HasFileno, writable: Callable[[], None] | None) -> None:
        """Call until it is unset with None; ``source`` must be watched."""
        ...

    def later(self, seconds: float, callback: Callable[[], None]) -> None: ...


class HasFileno(Protocol):
    """Something that a selector can wait for."""

    def fileno(self) -> int: ...
