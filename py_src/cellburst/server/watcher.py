"""Looking at the stores while somebody listens, and only then.

A change is told at once if nothing was told in the last quarter of a second, or else at its end; a look that finds
nothing is followed by another a twentieth of a second later. So whoever listens knows within 300 ms, however fast runs
change, and hears four times a second at most. Intervals are measured on a clock that never jumps.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from cellburst.model.stored import Standing
from cellburst.server.journal import Journal, differences, first_number
from cellburst.server.schemas.changes import RunsChanged
from cellburst.server.standings import Standings

LEASE = 60.0  # seconds; whoever asks for changes is taken to listen for so long
_TICK = 0.05  # seconds between two looks
_BETWEEN = 0.25  # seconds between two that found something
_SHARE = 4  # a look that takes long is followed by a pause of so many times as long

_log = logging.getLogger(__name__)


class Watcher:
    """Tells ``tell`` of changes, in its own thread, in order. May be used by several threads."""

    def __init__(
        self,
        standings: Standings,
        tell: Callable[[RunsChanged], None],
        *,
        now: Callable[[], float] = time.monotonic,
        journal: Journal | None = None,
    ) -> None:
        self._standings = standings
        self._tell = tell
        self._now = now
        self._journal = journal or Journal(first_number())
        self._known: dict[str, Standing] | None = None
        self._until = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def changes(self, since: int) -> RunsChanged:
        """What has changed since that number; whoever asks listens from now on, for ``LEASE`` seconds.

        Looks at the stores, which may take a while, if nobody has listened until now.
        """
        with self._lock:
            self._until = self._now() + LEASE
            if self._thread is None and not self._closed.is_set():
                self._look()
                self._thread = threading.Thread(target=self._watch, name="cellburst-watcher", daemon=True)
                self._thread.start()
            return self._journal.since(since)

    @property
    def watching(self) -> bool:
        """Whether the stores are looked at."""
        return self._thread is not None

    def close(self) -> None:
        """End the thread and let go of the stores, for good."""
        self._closed.set()
        thread = self._thread
        if thread is not None:
            thread.join()
        with self._lock:
            self._standings.close()
            self._thread = None

    def _watch(self) -> None:
        pause = _TICK
        while not self._closed.wait(pause):
            with self._lock:
                if self._now() >= self._until:  # decided and done in one: who asks now starts another thread
                    self._standings.close()
                    self._thread = None
                    return
                pause = self._look()

    def _look(self) -> float:
        """Tell what has changed; the seconds until the next look."""
        began = self._now()
        try:
            told = self._tell_changes()
        except Exception:  # whatever it is, the next look may succeed, and a thread that is gone tells nobody
            _log.exception("cellburst could not look at its run stores")
            return 1.0
        return max(_BETWEEN if told else _TICK, _SHARE * (self._now() - began))

    def _tell_changes(self) -> bool:
        found = self._standings.look()
        if self._known is None:  # nobody knows a number yet, so nothing is news
            self._known = found or {}
            return False
        if found is None:
            return False
        news = differences(self._known, found)
        self._known = found
        if news:
            self._tell(self._journal.add(news))
        return bool(news)
