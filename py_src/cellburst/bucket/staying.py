"""How long a machine stays: until its time is over, nobody answers any more, it is taken away, or nothing is left."""

from __future__ import annotations

from dataclasses import dataclass, field

from cellburst.abc import Clock, TaskQueue
from cellburst.bucket.held import HeldTasks
from cellburst.bucket.reach import Reach
from cellburst.bucket.stopping import StopReader
from cellburst.bucket.telling import Telling

_LEASES = 1.25


@dataclass
class Staying:
    """``leave_by`` (boot clock) is when all has to be handed back; ``idle`` seconds without work are enough.

    While others hold tasks it stays for ``lease`` seconds and some more: one of them may just have been lost.
    """

    clock: Clock
    queue: TaskQueue
    reach: Reach
    held: HeldTasks
    stops: StopReader
    telling: Telling
    leave_by: float
    idle: float
    lease: float = 0.0
    accepting: bool = False
    """Whether messages have come that are not held yet."""
    _busy: float = field(init=False)

    def __post_init__(self) -> None:
        self._busy = self.clock.boot()

    @property
    def left(self) -> float:
        """Seconds until what is held has to be handed back."""
        return self.leave_by - self.clock.boot()

    @property
    def calm(self) -> bool:
        """Whether nothing more is to be taken for now."""
        return self.stops.finished or self.telling.notice is not None or self.reach.calm or self.left <= 0

    def wait_for(self, seconds: float) -> None:
        """Something will be there to do after so long."""
        self._busy = max(self._busy, self.clock.boot() + seconds)

    def over(self) -> str:
        """Why the machine is to end now; empty as long as it is not."""
        if self.left <= 0:
            return "it has reached the end of its lifetime"
        if self.reach.lost:
            return f"the bucket could not be reached for 30 minutes: {self.reach.reason}"
        if len(self.held) or self.accepting:
            self.wait_for(0.0)
            return ""
        if self.telling.notice is not None:
            return "it is being taken away"
        if self.stops.finished:
            return "all tasks have ended"
        if self.clock.boot() - self._busy < self.idle or not self._empty():
            return ""
        return "there is nothing left to do"

    def _empty(self) -> bool:
        """Whether the queue has nothing for us; asked once in a while."""
        depths: list[tuple[int, int]] = []
        if not self.reach.attempt(lambda: depths.append(self.queue.depth())) or depths[0][0]:
            self._busy = self.clock.boot() - 0.75 * self.idle
            return False
        return not depths[0][1] or self.clock.boot() - self._busy >= _LEASES * self.lease
