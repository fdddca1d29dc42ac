"""A selector loop with timers; whatever became ready together is one turn."""

from __future__ import annotations

import heapq
import selectors
from collections.abc import Callable
from itertools import count

from cellburst.abc import Clock, HasFileno

_Callback = Callable[[], None]


class SelectorLoop:
    """Single-threaded. ``run`` calls ``end_turn`` after each round of callbacks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, _Callback]] = []
        self._serial = count()
        self._stopped = False

    def watch(self, source: HasFileno, readable: _Callback) -> None:
        """Call ``readable`` whenever ``source`` has something to read or has ended."""
        self._selector.register(source, selectors.EVENT_READ, [readable, None])

    def unwatch(self, source: HasFileno) -> None:
        """Stop watching, before the source is closed."""
        self._selector.unregister(source)

    def when_writable(self, source: HasFileno, writable: _Callback | None) -> None:
        """Call ``writable`` while ``source`` takes bytes; None stops that."""
        key = self._selector.get_key(source)
        key.data[1] = writable
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writable else 0)
        if key.events != events:
            self._selector.modify(source, events, key.data)

    def later(self, seconds: float, callback: _Callback) -> None:
        """Call ``callback`` once, after ``seconds``."""
        heapq.heappush(self._timers, (self._clock.monotonic() + seconds, next(self._serial), callback))

    def stop(self) -> None:
        """Return from ``run`` at the end of this turn."""
        self._stopped = True

    def run(self, end_turn: _Callback) -> None:
        """Serve until ``stop``."""
        while not self._stopped:
            self._turn()
            end_turn()

    def _turn(self) -> None:
        for key, events in self._selector.select(self._patience()):
            readable, writable = key.data
            if events & selectors.EVENT_WRITE and writable is not None:
                writable()
            if events & selectors.EVENT_READ and self._still_watched(key):
                readable()
        now = self._clock.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()

    def _still_watched(self, key: selectors.SelectorKey) -> bool:
        found = self._selector.get_map().get(key.fd)
        return found is not None and found.data is key.data

    def _patience(self) -> float | None:
        if not self._timers:
            return None
        return max(0.0, self._timers[0][0] - self._clock.monotonic())
