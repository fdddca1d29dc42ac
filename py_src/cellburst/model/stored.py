"""What a run store tells of runs and tasks."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cellburst.model.blob import Packed
from cellburst.model.known import Tried
from cellburst.model.machine import Meter
from cellburst.model.outcome import FileEntry
from cellburst.model.run import Run, RunStatus


class TaskRow(Struct, frozen=True):
    """A task as a table shows it: its newest generation, without the bytes of its value.

    ``state`` is a TaskState value; the fields after ``params`` are empty until the task has ended, and so are the
    parameters of a sweep that is too long to be shown before. ``cached`` names the task ("RUN/INDEX") whose result
    this one took over, ``files`` are what it left in its output folder.
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
    cached: str = ""
    files: tuple[FileEntry, ...] = ()


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
    ``tried`` are the lost ones and the leased ones.
    ``open``: more tasks will be added; ``given`` is what added tasks that have not ended were given, by index,
    and ``keys`` what their results are kept under.
    """

    run: Run
    status: RunStatus
    ended: frozenset[int]
    generations: dict[int, int]
    losses: dict[int, int]
    failures: dict[int, int]
    leased: dict[int, int]
    tried: tuple[Tried, ...] = ()
    open: bool = False
    given: dict[int, Packed] = {}
    keys: dict[int, bytes] = {}


class Standing(Struct, frozen=True):
    """What a list of runs must be told of when it changes. ``machines`` differs when one of them does."""

    name: str
    status: RunStatus
    open: bool = False
    meter: Meter | None = None
    machines: int = 0


class TaskPage(Struct, frozen=True):
    """Some of the ``total`` tasks that a query means."""

    total: int
    tasks: tuple[TaskRow, ...]
