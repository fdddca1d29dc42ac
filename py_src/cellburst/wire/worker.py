"""Between a pool and one of its workers."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cellburst.model.blob import Packed
from cellburst.model.outcome import TaskResult
from cellburst.model.payload import Payload
from cellburst.model.report import Report

MARKER = "CELLBURST_WORKER"  # in the environment of what a worker starts: whose it is


class LoadRun(Struct, frozen=True, tag="load"):
    """Everything about a run that its tasks share; comes before its first ``RunTasks``. They see ``gpus``, if any."""

    run: str
    payload: Payload
    count: int
    seed: int
    gpus: tuple[str, ...] = ()


class RunTasks(Struct, frozen=True, tag="run"):
    """Execute these tasks in this order. ``generations`` runs beside ``indices``, and so does ``given`` (as in
    ``SweepPart``) unless it is empty."""

    run: str
    indices: tuple[int, ...]
    generations: tuple[int, ...]
    attempt: int
    given: tuple[Packed, ...] = ()


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


class Importing(Struct, frozen=True, tag="importing"):
    """A single cell has begun to import these modules, which were not loaded: whoever waits for it may do the same."""

    run: str
    modules: tuple[str, ...]


class Reported(Struct, frozen=True, tag="reported"):
    """What a running task reports, in order."""

    run: str
    index: int
    generation: int
    attempt: int
    reports: tuple[Report, ...]


FromWorker = Ready | Finished | Streamed | Progressed | Importing | Reported
