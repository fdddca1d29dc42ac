"""What one worker holds: tasks in the order of their execution, sent to it or still parked in the pool."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat

from msgspec import Struct

from cellburst.model.blob import Packed
from cellburst.wire.worker import RunTasks

_NOTHING = Packed()


class Task(Struct, eq=False):
    """A task of a worker; ``serial`` as in wire/board.py, 0 while it is parked, ``given`` as in ``SweepPart``."""

    run: str
    index: int
    generation: int
    attempt: int
    serial: int = 0
    given: Packed = _NOTHING


class HeldTasks:
    """Sent tasks come first, in the order of their serials; parked ones wait behind them."""

    def __init__(self) -> None:
        self._tasks: deque[Task] = deque()
        self.sent = 0
        self._parked = 0

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[Task]:
        return iter(self._tasks)

    @property
    def parked(self) -> int:
        """How many have not been sent."""
        return self._parked

    def add(
        self,
        run: str,
        indices: Sequence[int],
        generations: Sequence[int],
        attempt: int,
        given: Sequence[Packed] = (),
    ) -> None:
        """Park tasks behind all others."""
        each = given or repeat(_NOTHING, len(indices))
        self._tasks.extend(
            Task(run, index, generation, attempt, 0, packed)
            for index, generation, packed in zip(indices, generations, each, strict=True)
        )
        self._parked += len(indices)

    def send_parked(self) -> list[RunTasks]:
        """What to send so that nothing is parked any more; the tasks get their serials."""
        messages: list[RunTasks] = []
        batch: list[Task] = []
        for task in self._parked_tasks():
            if batch and (task.run, task.attempt) != (batch[0].run, batch[0].attempt):
                messages.append(_message(batch))
                batch = []
            self.sent += 1
            task.serial = self.sent
            batch.append(task)
        if batch:
            messages.append(_message(batch))
        self._parked = 0
        return messages

    def park_after(self, serial: int) -> None:
        """Tasks with a higher serial were taken back from the worker."""
        for task in reversed(self._tasks):
            if task.serial and task.serial <= serial:
                break
            if task.serial:
                task.serial = 0
                self._parked += 1

    def take_parked(self, matching: Callable[[Task], bool]) -> list[Task]:
        """Remove parked tasks."""
        taken = [task for task in self._parked_tasks() if matching(task)]
        if taken:
            gone = set(map(id, taken))
            self._tasks = deque(task for task in self._tasks if id(task) not in gone)
            self._parked -= len(taken)
        return taken

    def by_serial(self, serial: int) -> Task | None:
        """The sent task with this serial; None if it has ended, or for 0."""
        for task in self._tasks if serial else ():
            if task.serial == serial:
                return task
            if not 0 < task.serial < serial:
                break
        return None

    def end(self, run: str, index: int) -> Task | None:
        """Remove a sent task whose outcome is here; None if the worker does not hold it."""
        tasks = self._tasks
        for place, task in enumerate(tasks):
            if not task.serial:
                return None
            if task.index == index and task.run == run:
                if place:
                    del tasks[place]
                else:
                    tasks.popleft()
                return task
        return None

    def clear(self) -> list[Task]:
        """Remove all."""
        tasks = list(self._tasks)
        self._tasks.clear()
        self._parked = 0
        return tasks

    def _parked_tasks(self) -> list[Task]:
        if not self._parked:
            return []
        return list(self._tasks)[len(self._tasks) - self._parked :]


def _message(batch: Sequence[Task]) -> RunTasks:
    first = batch[0]
    given = tuple(task.given for task in batch)
    return RunTasks(
        first.run,
        tuple(task.index for task in batch),
        tuple(task.generation for task in batch),
        first.attempt,
        given if any(packed is not _NOTHING for packed in given) else (),
    )
