"""A selector loop with timers and signals, for a process without threads."""

from __future__ import annotations

import heapq
import os
import selectors
import signal
import time
from collections.abc import Callable
from itertools import count

from cellburst.abc import HasFileno

_Callback = Callable[[], None]


class PoolLoop:
    """``run`` calls what was registered, one thing after another, until ``stop``."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, _Callback]] = []
        self._serial = count()
        self._signals: dict[int, _Callback] = {}
        self._stopped = False
        self._wake, self._woken = os.pipe()
        for descriptor in (self._wake, self._woken):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        self._selector.register(self._wake, selectors.EVENT_READ, [self._serve_signals, None])

    def watch(self, source: HasFileno, readable: _Callback) -> None:
        """Call ``readable`` whenever ``source`` has something to read or has ended."""
        self._selector.register(source, selectors.EVENT_READ, [readable, None])

    def unwatch(self, source: HasFileno) -> None:
        """Stop watching, before the source is closed."""
        self._selector.unregister(source)

    def when_writable(self, source: HasFileno, writable: _Callback | None) -> None:
        """Call ``writable`` while ``source``, which is watched, takes bytes; None stops that."""
        key = self._selector.get_key(source)
        key.data[1] = writable
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writable else 0)
        if key.events != events:
            self._selector.modify(source, events, key.data)

    def later(self, seconds: float, callback: _Callback) -> None:
        """Call ``callback`` once, after ``seconds``."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._serial), callback))

    def on_signal(self, number: signal.Signals, callback: _Callback) -> None:
        """Call ``callback`` in the loop after one or more signals of that number."""
        signal.signal(number, lambda *_: None)  # the wake-up pipe brings it here
        self._signals[number] = callback

    def stop(self) -> None:
        """Return from ``run`` once this round is over."""
        self._stopped = True

    def run(self) -> None:
        """Serve until ``stop``."""
        while not self._stopped:
            self.turn()

    def turn(self) -> None:
        """Wait for something, and call what is due."""
        for key, events in self._selector.select(self._patience()):
            readable, writable = key.data
            if events & selectors.EVENT_WRITE and writable is not None and self._still_watched(key):
                writable()
            if events & selectors.EVENT_READ and self._still_watched(key):
                readable()
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()

    def _serve_signals(self) -> None:
        for number in set(os.read(self._wake, 4096)):
            if number in self._signals:
                self._signals[number]()

    def _still_watched(self, key: selectors.SelectorKey) -> bool:
        found = self._selector.get_map().get(key.fd)
        return found is not None and found.data is key.data

    def _patience(self) -> float | None:
        if not self._timers:
            return None
        return max(0.0, self._timers[0][0] - time.monotonic())
