"""What a run store tells of runs and tasks."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cellburst.model.run import Run, RunStatus


class TaskRow(Struct, frozen=True):
    """A task as a table shows it: its newest generation, without the bytes of its value.

    ``state`` is a TaskState value; the fields after it are empty until the task has ended.
    """

    index: int
    state: str
    params: dict[str, Any]
    generation: int = 1
    attempt: int = 0
    started: float | None = None
    seconds: float | None = None
    peak_rss: int = 0
    summary: Any = None
    error: str = ""
    note: str = ""
    metrics: dict[str, Any] | None = None
    worker: str = ""


class EventRow(Struct, frozen=True):
    """A line of a run's timeline."""

    sequence: int
    run: str
    at: float
    kind: str
    message: str
    index: int | None = None


class LiveRun(Struct, frozen=True):
    """What a new controller needs of a run that had not ended.

    ``ended`` are the indices whose newest generation has an outcome; ``generations`` names the tasks
    whose generation is above 1; ``losses`` and ``failures`` count attempts of the newest generation that ended
    without ending the task, by index; ``leased`` are the attempts that a worker may still hold: index -> attempt.
    """

    run: Run
    status: RunStatus
    ended: frozenset[int]
    generations: dict[int, int]
    losses: dict[int, int]
    failures: dict[int, int]
    leased: dict[int, int]


class Standing(Struct, frozen=True):
    """What a list of runs must be told of when it changes."""

    name: str
    status: RunStatus


class TaskPage(Struct, frozen=True):
    """Some of the ``total`` tasks that a query means."""

    total: int
    tasks: tuple[TaskRow, ...]
