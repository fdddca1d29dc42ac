"""A run's tasks as they end: followed in a thread of its own, so that a loop or an event loop can wait for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from cellburst.client.following.follow import NullListener, follow
from cellburst.client.tables.task_view import TaskView, view_of
from cellburst.model.run import ENDED, RunStatus
from cellburst.model.stored import TaskRow

if TYPE_CHECKING:
    from cellburst.client.connecting.connection import Connection
    from cellburst.client.runs.run import Run

_PENDING = frozenset({"queued", "running"})
_TOGETHER = 256  # tasks that are read at a time
_NEAR = 4  # so few rows are read along rather than asked for anew


class Ended:
    """The last that is told: there is nothing more to come; ``error`` is why, unless the run has ended."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


Told = Sequence[int] | Ended
Tell = Callable[[Told], object]


class Arrivals:
    """Tells the numbers of tasks, each once, from another thread: those that have ended first, in their order."""

    def __init__(self, run_id: str, connection: Connection, tell: Tell) -> None:
        self._run_id = run_id
        self._connection = connection
        self._tell = tell
        self._left = threading.Event()
        name = f"cellburst-arrivals-{run_id}"
        self._thread = threading.Thread(target=self._follow, name=name, daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Nothing more is wanted; the run goes on."""
        self._left.set()

    def _follow(self) -> None:
        listener = _Teller(self._run_id, self._connection, self._tell, self._left)
        end = Ended()
        try:
            follow(self._run_id, listener, self._connection)
            listener.tell_recorded()  # whatever no news have told
        except _LeftError:
            return
        except BaseException as error:  # raised where somebody waits
            end = Ended(error)
        if not self._left.is_set():
            self._tell(end)


class _LeftError(Exception):
    """Nobody listens any more."""


class _Teller(NullListener):
    def __init__(self, run_id: str, connection: Connection, tell: Tell, left: threading.Event) -> None:
        self._run_id = run_id
        self._connection = connection
        self._tell = tell
        self._left = left
        self._told: set[int] = set()
        self._begun = False

    def status(self, status: RunStatus) -> None:
        self.tick()
        if not self._begun and status.state not in ENDED:  # what ends from now on is told
            self._begun = True
            self.tell_recorded()

    def ended_tasks(self, indices: Sequence[int]) -> None:
        self.tick()
        if new := [index for index in indices if index not in self._told]:
            self._told.update(new)
            self._tell(new)

    def tick(self) -> None:
        if self._left.is_set():
            raise _LeftError

    def tell_recorded(self) -> None:
        """Those that the store has, in the order in which they ended."""
        rows = [row for row in self._connection.reader.tasks(self._run_id) if row.state not in _PENDING]
        self.ended_tasks([row.index for row in sorted(rows, key=_ending)])


def _ending(row: TaskRow) -> tuple[float, int]:
    return (row.started or 0.0) + (row.seconds or 0.0), row.index


class Views:
    """The tasks of a run by their numbers, read many at a time; their parameters come from one reading of the sweep."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._outcomes = run.results.outcomes

    def of(self, indices: Sequence[int]) -> Iterator[TaskView]:
        """In this order."""
        if max(indices, default=0) >= self._outcomes.run.count:  # the run has grown
            self._outcomes = self._run.results.outcomes
        for start in range(0, len(indices), _TOGETHER):
            wanted = indices[start : start + _TOGETHER]
            self._outcomes.together = wanted
            rows = {row.index: row for first, stop in _spans(wanted) for row in self._read(first, stop)}
            yield from (view_of(rows[index], self._outcomes) for index in wanted)

    def _read(self, first: int, stop: int) -> Iterator[TaskRow]:
        return self._run.connection.reader.tasks(self._run.id, first, stop)


def _spans(indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ranges that cover the numbers, and little else."""
    first = last = -1
    for index in sorted(indices):
        if first < 0:
            first = index
        elif index - last > _NEAR:
            yield first, last + 1
            first = index
        last = index
    if first >= 0:
        yield first, last + 1
