"""A run: one submission with its inputs and its sweep."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Struct

from cellburst.model.manifest import Manifest
from cellburst.model.payload import Payload
from cellburst.model.sweep import SweepView


class RunState(str, Enum):
    """Where a run is now; the allowed moves are in ``MOVES``."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})
_LIVE = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.CANCELLING})
MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.CANCELLING}) | ENDED,
    RunState.RUNNING: frozenset({RunState.QUEUED, RunState.CANCELLING}) | ENDED,
    RunState.CANCELLING: ENDED,
    RunState.SUCCEEDED: _LIVE,
    RunState.FAILED: _LIVE,
    RunState.CANCELLED: _LIVE,
}


class TaskState(str, Enum):
    """Where a task is now."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class RunOptions(Struct, frozen=True):
    """What the user asked for; names as in the magic. ``timeout`` is seconds for each task.

    ``parallel`` bounds how many tasks run at once (None: the target's capacity).
    ``retries`` is for the user's own exceptions; lost workers have their own count in the settings.
    """

    parallel: int | None = None
    retries: int = 0
    timeout: float | None = None
    seed: int = 0
    at_most_once: bool = False
    on_interrupt: Literal["cancel", "detach"] = "cancel"


class Origin(Struct, frozen=True):
    """Who submitted it and from where. ``cell`` is the notebook's own id of the cell, where the front end tells it."""

    notebook: str = ""
    kernel: str = ""
    python: str = ""
    version: str = ""
    pid: int = 0
    cell: str = ""


class Run(Struct, frozen=True):
    """A submission, as it was submitted; never changed afterwards except for its name.

    ``key`` is the submitter's own id of the submission: submitting the same key again gives the
    same run. ``code`` is the text as the user wrote it. ``submitted`` is wall seconds since 1970.
    """

    id: str
    key: str
    name: str
    target: str
    payload: Payload
    sweep: SweepView
    options: RunOptions
    submitted: float
    code: str = ""
    manifest: Manifest = Manifest()
    origin: Origin = Origin()

    @property
    def count(self) -> int:
        """Number of tasks."""
        return self.sweep.count

    @property
    def single(self) -> bool:
        """Whether it is one plain cell or call, whose exception is raised and not tabled."""
        return self.sweep.kind == "single"


class Counts(Struct, frozen=True):
    """Tasks by state, of the newest generation of each."""

    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    unknown: int = 0

    @property
    def ended(self) -> int:
        """Tasks that will not change by themselves."""
        return self.succeeded + self.failed + self.cancelled + self.unknown

    @property
    def total(self) -> int:
        """All tasks."""
        return self.queued + self.running + self.ended


class RunStatus(Struct, frozen=True):
    """Where a run is now. ``reason`` says in one sentence what pending tasks wait for."""

    id: str
    state: RunState
    counts: Counts
    started: float | None = None
    ended: float | None = None
    reason: str = ""


class RunSummary(Struct, frozen=True):
    """A row in a list of runs."""

    id: str
    name: str
    target: str
    state: RunState
    counts: Counts
    submitted: float
    started: float | None
    ended: float | None
    notebook: str
    code: str
    store: str = ""
    reason: str = ""
