"""The questions and answers about tasks and their output."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cellburst.server.schemas import TaskStateName, Text


class TaskError(Struct, frozen=True):
    """The exception of a task, in short."""

    ename: str
    evalue: str


class TaskRow(Struct, frozen=True, kw_only=True):
    """A task in a table: its newest generation. What follows ``params`` is empty until it has ended."""

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
    outcome: Literal["", "succeeded", "failed", "cancelled", "lost", "rejected", "unknown", "retried"]
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
    average (of the whole machine; None: there is none), and ``rss`` bytes of memory at the end."""

    at: float
    cpu: float
    rss: int
    gpu: float | None


class UsageAnswer(Struct, frozen=True):
    """What a task's last attempt used, oldest first; nothing for one that took less than two seconds."""

    attempt: int
    generation: int
    samples: list[UsageRow]


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
