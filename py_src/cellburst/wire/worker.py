"""Between a pool and one of its workers."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cellburst.model.outcome import TaskResult
from cellburst.model.payload import Payload

MARKER = "CELLBURST_WORKER"  # in the environment of what a worker starts: whose it is


class LoadRun(Struct, frozen=True, tag="load"):
    """Everything about a run that its tasks share; comes before its first ``RunTasks``."""

    run: str
    payload: Payload
    count: int
    seed: int


class RunTasks(Struct, frozen=True, tag="run"):
    """Execute these tasks in this order. ``generations`` runs beside ``indices``."""

    run: str
    indices: tuple[int, ...]
    generations: tuple[int, ...]
    attempt: int


class ForgetRun(Struct, frozen=True, tag="forget"):
    """No more tasks of this run will come."""

    run: str


ToWorker = LoadRun | RunTasks | ForgetRun


class Ready(Struct, frozen=True, tag="ready"):
    """The worker takes tasks now."""

    pid: int


class Finished(Struct, frozen=True, tag="finished"):
    """Outcomes, in order; ``idle`` when the worker holds no further task."""

    run: str
    results: tuple[TaskResult, ...]
    idle: bool


class Streamed(Struct, frozen=True, tag="streamed"):
    """Output of a running task, in order: records as in docs/architecture.md, "Outputs"."""

    run: str
    index: int
    generation: int
    attempt: int
    outputs: tuple[dict[str, Any], ...]


class Progressed(Struct, frozen=True, tag="progressed"):
    """How far a running task says it is; ``fraction`` is 0 to 1 or unknown."""

    run: str
    index: int
    fraction: float | None
    text: str
    metrics: dict[str, Any] | None = None


FromWorker = Ready | Finished | Streamed | Progressed
