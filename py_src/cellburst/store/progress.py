"""What the writer keeps in memory of a run that facts arrive about, so that no fact costs a query."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from cellburst.model.outcome import Span
from cellburst.model.run import ENDED, RunState, TaskState
from cellburst.store.queries import ANY_INDEX, SQL
from cellburst.store.rows import read_indices, state_of
from cellburst.store.run_rows import read_status
from cellburst.store.spans import SpanRow, read_spans

_ENDED_STATES = (TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED, TaskState.UNKNOWN, TaskState.PRUNED)
_CODES = {state.value: code for code, state in enumerate(_ENDED_STATES, 1)}


@dataclass(slots=True)
class Lease:
    """Tasks that a worker was given together. ``listed`` are in the row, ``open`` is how many have not ended."""

    attempt: int
    worker: str
    at: float
    listed: list[int]
    open: int


@dataclass(slots=True)
class Progress:
    """One run: its row, and for each task one byte that is 0 until the newest generation has its outcome."""

    number: int
    name: str
    count: int
    state: RunState
    open: bool = False
    search: bytes | None = None
    reason: str = ""
    started: float | None = None
    ended: float | None = None
    endings: bytearray = field(default_factory=bytearray)
    tally: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_CODES, 0))
    generations: dict[int, int] = field(default_factory=dict)
    retried: dict[int, float] = field(default_factory=dict)
    leases: dict[int, Lease] = field(default_factory=dict)
    holder: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.endings:
            self.endings = bytearray(self.count)

    @property
    def row(self) -> dict[str, object]:
        """The parameters of "update_run"."""
        return {
            "number": self.number,
            "name": self.name,
            "state": self.state.value,
            "reason": self.reason,
            "started": self.started,
            "ended": self.ended,
            "open": self.open,
            "search": self.search,
            "count": self.count,
            "running": len(self.holder),
            **self.tally,
        }

    def grow(self, count: int) -> None:
        """The run has so many tasks more."""
        self.count += count
        self.endings.extend(bytes(count))

    def has(self, index: int) -> bool:
        """Whether the run has such a task."""
        return 0 <= index < self.count

    def generation(self, index: int) -> int:
        """The newest generation of a task, from 1."""
        return self.generations.get(index, 1)

    def end(self, index: int, state: str) -> int | None:
        """The task's newest generation ended; the number of its lease if that is over now."""
        self.endings[index] = _CODES[state]
        self.tally[state] += 1
        number = self.holder.pop(index, None)
        if number is None:
            return None
        lease = self.leases[number]
        lease.open -= 1
        if lease.open:
            return None
        del self.leases[number]
        return number

    def waiting(self, span: Span | SpanRow) -> Iterator[range]:
        """The tasks of a span that have not ended and are in its generation, neighbours together."""
        first, stop = max(0, span.first), min(span.stop, self.count)
        if not self.generations and self.endings.count(0, first, stop) == stop - first:
            if span.generation == 1 and first < stop:
                yield range(first, stop)
            return
        begin = stop
        for index in range(first, stop):
            if not self.endings[index] and self.generation(index) == span.generation:
                begin = min(begin, index)
            elif begin < index:
                yield range(begin, index)
                begin = stop
        if begin < stop:
            yield range(begin, stop)

    def end_alike(self, tasks: range, state: str) -> None:
        """These tasks, which nobody holds, ended."""
        self.endings[tasks.start : tasks.stop] = bytes([_CODES[state]]) * len(tasks)
        self.tally[state] += len(tasks)

    def ended_states(self) -> dict[int, str]:
        """The state in which each task ended whose newest generation has ended."""
        names = [state.value for state in _ENDED_STATES]
        return {index: names[code - 1] for index, code in enumerate(self.endings) if code}

    def free_of(self, indices: Collection[int]) -> bool:
        """Whether no worker has any of these tasks."""
        return self.holder.keys().isdisjoint(indices)

    def reopen(self, index: int, at: float) -> None:
        """The task has a new generation."""
        code = self.endings[index]
        if code:
            self.tally[_ENDED_STATES[code - 1].value] -= 1
            self.endings[index] = 0
        self.generations[index] = self.generation(index) + 1
        self.retried[index] = at

    def holds(self, index: int, attempt: int, worker: str, at: float) -> bool:
        """Whether this very lease is known."""
        number = self.holder.get(index)
        if number is None:
            return False
        lease = self.leases[number]
        return (lease.attempt, lease.worker, lease.at) == (attempt, worker, at)

    def lease(self, number: int, lease: Lease) -> None:
        """A worker was given tasks that nobody else holds."""
        self.leases[number] = lease
        self.holder.update(dict.fromkeys(lease.listed, number))

    def release(self, indices: Collection[int]) -> dict[int, list[int]]:
        """Take tasks out of every lease; what is left in the row of each lease that changed."""
        gone = frozenset(indices)
        changed: dict[int, list[int]] = {}
        for number in self._concerned(gone):
            lease = self.leases[number]
            lease.listed = [index for index in lease.listed if index not in gone]
            lease.open -= sum(1 for index in gone if self.holder.get(index) == number)
            if not lease.open:
                lease.listed = []
                del self.leases[number]
            changed[number] = lease.listed
        for index in gone:
            self.holder.pop(index, None)
        return changed

    def _concerned(self, gone: frozenset[int]) -> Iterable[int]:
        return [number for number, lease in self.leases.items() if not gone.isdisjoint(lease.listed)]

    def move(self, state: RunState, at: float, reason: str) -> bool:
        """The run as a whole moved; whether that was news."""
        if (state, reason) == (self.state, self.reason):
            return False
        if state is RunState.RUNNING and self.started is None:
            self.started = at
        if state not in ENDED:
            self.ended = None
        elif state is not self.state or self.ended is None:
            self.ended = at
        self.state, self.reason = state, reason
        return True


def load_progress(db: sqlite3.Connection, run: str) -> Progress | None:
    """Where a run is, from its rows; None if there is no such run. Raises sqlite3.Error."""
    row = db.execute(SQL["run_row"], {"id": run}).fetchone()
    return None if row is None else progress_of(db, row)


def progress_of(db: sqlite3.Connection, row: sqlite3.Row) -> Progress:
    """Where the run of this row is. Raises sqlite3.Error."""
    progress = Progress(
        number=row["number"],
        name=row["name"],
        count=row["count"],
        state=read_status(row).state,
        open=bool(row["open"]),
        search=row["search"],
        reason=row["reason"],
        started=row["started"],
        ended=row["ended"],
    )
    of_run = {"run": progress.number, "start": 0, "stop": ANY_INDEX}
    for index, generation, at in db.execute(SQL["generations"], of_run):
        progress.generations[index] = generation
        progress.retried[index] = at
    for index, generation, kind in db.execute(SQL["outcome_states"], of_run):
        if generation == progress.generation(index):
            progress.end(index, state_of(kind))
    for span in read_spans(db, progress.number):
        for tasks in progress.waiting(span):
            progress.end_alike(tasks, state_of(span.kind))
    for number, attempt, worker, at, body in db.execute(SQL["leases"], of_run):
        listed = read_indices(body)
        held = [index for index in listed if not progress.endings[index]]
        progress.lease(number, Lease(attempt, worker, at, held, len(held)))
        progress.leases[number].listed = listed
    return progress
