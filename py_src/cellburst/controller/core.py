"""The plain state that the reactor decides over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from msgspec import Struct, field

from cellburst.controller.book import RunBook
from cellburst.settings import Settings


class Batch(Struct):
    """Tasks of one run that were given to a worker together."""

    run: str
    left: deque[int]


class WorkerBook(Struct):
    """A worker and what it holds, oldest batch first. ``heard`` is when it last took or ended a task."""

    name: str
    batches: deque[Batch] = field(default_factory=deque)
    recalled: bool = False
    heard: float = 0.0

    @property
    def held(self) -> int:
        """How many tasks it holds, running one included."""
        return sum(len(batch.left) for batch in self.batches)


class Lane(Struct):
    """A target with its workers. ``starting`` were asked for and have not come yet; ``gpus`` says how many it has."""

    target: str
    capacity: int
    workers: dict[str, WorkerBook] = {}
    starting: int = 0
    trouble: str = ""
    gpus: Callable[[], int] = int


class QueueLane(Struct):
    """A target whose machines take tasks from a queue; ``trouble`` is why it cannot be served now."""

    target: str
    trouble: str = ""


class Core(Struct):
    """All live runs, oldest first, and all lanes; ``queues`` are targets that hand tasks out themselves.

    ``closed`` are runs that ended in this turn, for those who still have to be told. ``paused`` says why
    nothing may be started now.
    """

    settings: Settings
    lanes: dict[str, Lane] = {}
    queues: dict[str, QueueLane] = {}
    runs: dict[str, RunBook] = {}
    closed: dict[str, RunBook] = {}
    turn: int = 0
    paused: str = ""

    def lane_of(self, book: RunBook) -> Lane:
        """The lane that serves a run."""
        return self.lanes[book.run.target]

    def lane_with(self, worker: str) -> Lane | None:
        """The lane that a worker belongs to."""
        return next((lane for lane in self.lanes.values() if worker in lane.workers), None)
