"""Tasks that are in no queue and with no machine, though nobody ended them: found after a while, and queued again.

A queue keeps a message for some days only, and whoever may use it may empty it. No machine removes the message of a
task before its outcome is written, so that this is the only way in which a task can be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass

from cellburst.abc import Clock, TaskQueue
from cellburst.bucket.queueing import Queueing
from cellburst.bucket.settling import Settling

_EVERY = 30.0


@dataclass
class Missing:
    """Looks at the queue's depth, which is about right; so it has to be empty for three leases in a row."""

    queue: TaskQueue
    clock: Clock
    queueing: Queueing
    settling: Settling
    lease: float = 90.0
    _looked: float = float("-inf")
    _empty: float | None = None

    def step(self) -> None:
        """Raises CloudError."""
        now = self.clock.boot()
        if now - self._looked < _EVERY:
            return
        gap, self._looked = now - self._looked, now
        open_tasks = self.queueing.queued - self.settling.known
        if not open_tasks or self.queueing.waiting or gap > 3 * _EVERY or any(self.queue.depth()):
            self._empty = None
        elif self._empty is None:
            self._empty = now
        elif now - self._empty > 3 * self.lease and self.settling.looked_since(self._empty + 2 * self.lease):
            self._empty = None
            self.queueing.again(sorted(open_tasks))
