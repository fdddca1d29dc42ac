"""The questions and answers about tasks and their output."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cellburst.server.schemas.interface import TaskStateName, Text


class TaskError(Struct, frozen=True):
    """The exception of a task, in short."""

    ename: str
    evalue: str


class FileRow(Struct, frozen=True):
    """A file that a task left in its output folder: its path there, with "/", and its size in bytes."""

    path: str
    size: int


class TaskRow(Struct, frozen=True, kw_only=True):
    """A task in a table: its newest generation. What follows ``params`` is empty until it has ended.

    ``cached`` names the task ("RUN/INDEX") whose result this is, where it was not executed.
    """

    index: int
    state: TaskStateName
    attempt: int
    generation: int
    params: dict[str, Any]
    summary: Any = None
    metrics: dict[str, Any] | None = None
    started: float | None = None
    seconds: float | None = None
    peak_rss: int = 0
    worker: str = ""
    note: str = ""
    error: TaskError | None = None
    cached: str = ""
    files: list[FileRow] = []


class TasksQuery(Struct, frozen=True):
    """Which tasks, and in which order.

    ``sort`` is a column (index, state, attempt, started, seconds, peak_rss, worker, value), ``param:NAME``,
    ``value:NAME`` or ``metric:NAME``; tasks that have nothing there come last in either order. ``text`` is looked for
    in parameters, values, metrics, errors, notes and workers.
    """

    offset: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=2000)] = 100
    sort: Text = "index"
    order: Literal["asc", "desc"] = "asc"
    state: tuple[TaskStateName, ...] = ()
    text: Text = ""


class TasksAnswer(Struct, frozen=True):
    """A page of the ``total`` tasks that were asked for."""

    total: int
    tasks: list[TaskRow]


class FrameRow(Struct, frozen=True):
    """A frame of the user's code in a traceback."""

    filename: str
    line: int
    name: str


class AttemptRow(Struct, frozen=True, kw_only=True):
    """One try at a task; ``outcome`` is empty while it runs, and "retried" for an exception that had retries left."""

    generation: int
    attempt: int
    outcome: Literal["", "succeeded", "failed", "cancelled", "lost", "rejected", "unknown", "pruned", "retried"]
    worker: str = ""
    started: float | None = None
    ended: float | None = None
    message: str = ""


class TaskDetail(TaskRow, frozen=True, kw_only=True):
    """A task with its traceback (terminal colours included) and every attempt, oldest first."""

    traceback: list[str]
    frames: list[FrameRow]
    attempts: list[AttemptRow]


class UsageRow(Struct, frozen=True):
    """``at`` is seconds since the attempt's start. Since the row before, it used ``cpu`` cores and ``gpu`` GPUs on
    average (its own, else of the whole machine; None: there is none), and ``rss`` bytes of memory and ``gpu_memory`` of
    the GPUs' at the end."""

    at: float
    cpu: float
    rss: int
    gpu: float | None
    gpu_memory: int | None


class UsageAnswer(Struct, frozen=True):
    """What a task's last attempt used, oldest first; nothing for one that took less than two seconds."""

    attempt: int
    generation: int
    samples: list[UsageRow]


class ReportRow(Struct, frozen=True):
    """``at`` is seconds since the attempt's start; ``values`` are numbers by name at ``step``, null for NaN."""

    at: float
    step: int
    values: dict[str, float | None]


class ReportsAnswer(Struct, frozen=True):
    """What a task's last attempt reported, oldest first; of more than 10,000 an even choice."""

    attempt: int
    generation: int
    reports: list[ReportRow]


class CurvesQuery(Struct, frozen=True):
    """Curves of which tasks: those of ``tasks``, 200 at most, or else ``most`` of those that have reported.

    ``choose`` takes those that reported last, or those that ended best by ``metric``: the lowest, or with ``order``
    "desc" the highest. Without a ``metric`` it is what the run is searched for, or what is reported first.
    """

    tasks: tuple[Annotated[int, Meta(ge=0)], ...] = ()
    metric: Text = ""
    choose: Literal["newest", "best"] = "newest"
    order: Literal["asc", "desc"] = "asc"
    most: Annotated[int, Meta(ge=1, le=200)] = 50
    points: Annotated[int, Meta(ge=2, le=200)] = 200


class CurveRow(Struct, frozen=True):
    """What the last attempt of a task reported of one metric: lists of the same length; null stands for NaN."""

    task: int
    state: TaskStateName
    attempt: int
    generation: int
    at: list[float]
    steps: list[int]
    values: list[float | None]


class CurvesAnswer(Struct, frozen=True):
    """Curves of ``metric``, thinned evenly; ``metrics`` are all names that these tasks report.

    ``total`` tasks of the run have reported.
    """

    metric: str
    metrics: list[str]
    total: int
    curves: list[CurveRow]


class OutputsQuery(Struct, frozen=True):
    """Output that came after ``after``, the ``next`` of an earlier answer; or the last ``tail`` bytes of it."""

    after: Text = ""
    tail: Annotated[int, Meta(ge=0, le=1 << 30)] = 0
    limit: Annotated[int, Meta(ge=16, le=8 << 20)] = 1 << 20


class OutputsAnswer(Struct, frozen=True):
    """Output records, in nbformat's form. ``dropped`` bytes of what was asked for were not kept.

    With another ``attempt`` or ``generation`` than in the answer before, the output begins anew. ``more``: ask again
    with ``next``, there is more than one answer holds.
    """

    outputs: list[dict[str, Any]]
    next: str
    dropped: int
    attempt: int
    generation: int
    more: bool
