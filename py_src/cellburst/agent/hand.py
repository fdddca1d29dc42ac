"""What a machine has in hand: tasks that wait here, and those that its workers hold. No clock, no input or output.

Long tasks are taken from the queue one for each free worker, so that other machines find the rest. Of short ones, two
seconds' worth wait here, so that nobody waits for the queue; workers are given them in batches, as on ``local``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from cellburst.bucket.held import Work

Key = tuple[int, int]

_AHEAD_BELOW = 1.0  # seconds for a task; longer ones do not wait here
_AHEAD = 2.0  # seconds of work that wait here
_MOST_AHEAD = 500
_MOST_AT_ONCE = 100  # for one look at the queue
_LARGEST_BATCH = 200
_PREFETCH_BELOW = 0.05  # seconds for a task; longer ones are not queued behind another
_LARGEST_GIVEN = 4 << 20  # bytes that go to a worker in one message


@dataclass
class Seat:
    """One worker: its place on the machine, what it holds in batches, when it was last heard of (monotonic)."""

    place: int
    heard: float
    batches: deque[list[Work]] = field(default_factory=deque)
    recalled: bool = False

    @property
    def count(self) -> int:
        return sum(map(len, self.batches))


class Hand:
    """All of it. ``careful``: nothing waits behind anything (at-most-once)."""

    def __init__(self, capacity: int, batch_seconds: float, *, careful: bool = False) -> None:
        self.capacity = capacity
        self.waiting: deque[Work] = deque()
        self.seats: dict[str, Seat] = {}
        self.estimate: float | None = None
        self._batch_seconds = batch_seconds
        self.careful = careful

    def __len__(self) -> int:
        return len(self.waiting) + sum(seat.count for seat in self.seats.values())

    @property
    def held(self) -> list[Work]:
        """What workers hold."""
        return [work for seat in self.seats.values() for batch in seat.batches for work in batch]

    @property
    def idle(self) -> list[str]:
        return [name for name, seat in self.seats.items() if not seat.batches]

    def wanted(self) -> int:
        """How many tasks to ask the queue for now."""
        ahead = self._ahead()
        there = len(self)
        if there >= self.capacity + ahead // 2 and there >= self.capacity:
            return 0
        return min(_MOST_AT_ONCE, self.capacity + ahead - there)

    def surplus(self) -> list[Work]:
        """Take out what turns out to wait here for too long: others may have time for it."""
        spare = len(self.waiting) - 2 * (self._ahead() + self.capacity)
        return [self.waiting.pop() for _ in range(max(0, spare))]

    def _ahead(self) -> int:
        if self.careful or self.estimate is None or self.estimate > _AHEAD_BELOW:
            return 0
        return min(_MOST_AHEAD, int(self.capacity * _AHEAD / max(self.estimate, 1e-3)))

    # workers

    def sit_down(self, worker: str, now: float) -> None:
        """A worker takes tasks now."""
        taken = {seat.place for seat in self.seats.values()}
        place = next(place for place in range(len(taken) + 1) if place not in taken)
        self.seats[worker] = Seat(place, now)

    def leave(self, worker: str) -> list[Work]:
        """A worker is gone; what it held."""
        seat = self.seats.pop(worker, None)
        return [] if seat is None else [work for batch in seat.batches for work in batch]

    def deal(self, now: float) -> list[tuple[str, list[Work]]]:
        """Who is given what now: tasks of a batch are at the same attempt, and all are given something or none is."""
        dealt: list[tuple[str, list[Work]]] = []
        for depth in (0, 1):
            for name, seat in self.seats.items():
                if not self.waiting:
                    return dealt
                if seat.recalled or len(seat.batches) > depth or (depth and not self._brief()):
                    continue
                batch = self._alike(self._size())
                seat.batches.append(batch)
                seat.heard = now
                dealt.append((name, batch))
        return dealt

    def _brief(self) -> bool:
        return self.estimate is not None and self.estimate <= _PREFETCH_BELOW and not self.careful

    def _size(self) -> int:
        if self.estimate is None or self.careful:
            return 1
        fitting = int(self._batch_seconds / max(self.estimate, 1e-6))
        fair = len(self.waiting) // (2 * max(1, len(self.seats)))
        return max(1, min(fitting, fair, _LARGEST_BATCH))

    def _alike(self, most: int) -> list[Work]:
        batch = [self.waiting.popleft()]
        size = _given(batch[0])
        while self.waiting and len(batch) < most:
            work = self.waiting[0]
            size += _given(work)
            unlike = work.attempt != batch[0].attempt or (work.given is None) is not (batch[0].given is None)
            if unlike or size > _LARGEST_GIVEN:
                break
            batch.append(self.waiting.popleft())
        return batch

    def slow(self, now: float) -> list[str]:
        """Workers whose unstarted tasks others have time for."""
        if self.waiting or not self.idle:
            return []
        found = []
        for name, seat in self.seats.items():
            if seat.count > 1 and not seat.recalled and now - seat.heard > 2 * self._batch_seconds:
                seat.recalled = True
                found.append(name)
        return found

    # what becomes of tasks

    def end(self, worker: str, index: int, generation: int, now: float) -> Work | None:
        """A worker has ended this task; None if it does not hold it."""
        found = self._remove(worker, lambda work: (work.index, work.generation) == (index, generation))
        if worker in self.seats:
            self.seats[worker].heard = now
        return found[0] if found else None

    def take_back(self, worker: str, indices: Collection[int]) -> list[Work]:
        """A worker gives these back, unstarted."""
        gone = frozenset(indices)
        if worker in self.seats:
            self.seats[worker].recalled = False
        return self._remove(worker, lambda work: work.index in gone)

    def put_back(self, works: Iterable[Work]) -> None:
        """Let these be the next."""
        self.waiting.extendleft(reversed(list(works)))

    def clear(self) -> list[Work]:
        """Take out what waits here."""
        found = list(self.waiting)
        self.waiting.clear()
        return found

    def drop(self, tasks: Collection[Key]) -> list[Work]:
        """Take these out, as far as they wait here."""
        found = [work for work in self.waiting if (work.index, work.generation) in tasks]
        if found:
            self.waiting = deque(work for work in self.waiting if (work.index, work.generation) not in tasks)
        return found

    def learn(self, seconds: Sequence[float]) -> None:
        """So long did tasks take: slower than thought is believed at once."""
        mean = sum(seconds) / len(seconds)
        if self.estimate is None or mean > self.estimate:
            self.estimate = mean
        else:
            self.estimate += 0.5 * (mean - self.estimate)

    def _remove(self, worker: str, matching) -> list[Work]:  # type: ignore[no-untyped-def]
        seat = self.seats.get(worker)
        found: list[Work] = []
        for batch in seat.batches if seat else ():
            for work in [work for work in batch if matching(work)]:
                batch.remove(work)
                found.append(work)
        while seat and seat.batches and not seat.batches[0]:
            seat.batches.popleft()
        return found


def _given(work: Work) -> int:
    return 0 if work.given is None else len(work.given.body)
