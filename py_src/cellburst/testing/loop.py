"""A loop whose timers fire when a test moves the clock."""

from __future__ import annotations

from collections.abc import Callable

from cellburst.abc import HasFileno
from cellburst.testing.clock import FakeClock


class FakeLoop:
    """Watches nothing; ``advance`` moves the clock and fires what came due, in order."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._timers: list[tuple[float, Callable[[], None]]] = []

    def watch(self, source: HasFileno, readable: Callable[[], None]) -> None: ...

    def unwatch(self, source: HasFileno) -> None: ...

    def when_writable(self, source: HasFileno, writable: Callable[[], None] | None) -> None: ...

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        self._timers.append((self._clock.monotonic() + seconds, callback))

    def advance(self, seconds: float) -> None:
        """Let time pass, firing each timer at its time."""
        end = self._clock.monotonic() + seconds
        while due := [timer for timer in self._timers if timer[0] <= end]:
            first = min(due, key=lambda timer: timer[0])
            self._timers.remove(first)
            self._clock.advance(max(0.0, first[0] - self._clock.monotonic()))
            first[1]()
        self._clock.advance(end - self._clock.monotonic())
