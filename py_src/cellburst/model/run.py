"""A run: one submission with its inputs and its sweep."""

from __future__ import annotations

from enum import Enum
from typing import Literal

from msgspec import Struct

from cellburst.model.blob import BlobRef
from cellburst.model.environment import Environment
from cellburst.model.machine import Fleet
from cellburst.model.manifest import Manifest
from cellburst.model.payload import Payload
from cellburst.model.plan import Plan
from cellburst.model.search import Search, Until
from cellburst.model.sweep import SweepView


class RunState(str, Enum):
    """Where a run is now."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})


class TaskState(str, Enum):
    """Where a task is now."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    PRUNED = "pruned"


class RunOptions(Struct, frozen=True):
    """What the user asked for; names as in the magic. ``timeout`` is seconds for each task.

    ``parallel`` bounds how many tasks run at once (None: the target's capacity).
    ``retries`` is for the user's own exceptions; lost workers have their own count in the settings.
    ``cache`` keeps results for later runs of the same code and inputs; "use" takes what is kept, "refresh" does not.
    ``gpus`` is how many GPUs each task has for itself.
    ``search`` says who decides which tasks there are, while the run goes on.
    """

    parallel: int | None = None
    retries: int = 0
    timeout: float | None = None
    seed: int = 0
    at_most_once: bool = False
    on_interrupt: Literal["cancel", "detach"] = "cancel"
    cache: Literal["", "use", "refresh"] = ""
    search: Search | Until | None = None
    gpus: int = 0


class Origin(Struct, frozen=True):
    """Who submitted it and from where. ``cell`` is the notebook's own id of the cell, where the front end tells it."""

    notebook: str = ""
    kernel: str = ""
    python: str = ""
    version: str = ""
    pid: int = 0
    cell: str = ""


class Elsewhere(Struct, frozen=True):
    """A run that another computer or environment has started: ``env`` is that environment's id, under which the bucket
    has it, and ``key`` its user's public key, by which its records are believed."""

    env: str
    key: bytes


class Run(Struct, frozen=True):
    """A submission, as it was submitted; never changed afterwards except for its name.

    ``key`` is the submitter's own id of the submission: submitting the same key again gives the
    same run. ``code`` is the text as the user wrote it. ``submitted`` is wall seconds since 1970.
    ``open`` runs have tasks added to them until they are closed, and do not end before.
    ``plan`` and ``environment`` are of runs on machines of their own: which ones, and what is installed there.
    ``elsewhere`` is None for all that were started here; others are only followed.
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
    open: bool = False
    plan: Plan | None = None
    environment: Environment | None = None
    elsewhere: Elsewhere | None = None

    @property
    def count(self) -> int:
        """Number of tasks."""
        return self.sweep.count

    def blobs(self) -> tuple[BlobRef, ...]:
        """Everything that its tasks and machines are given."""
        given = tuple(ref for packed in self.payload.packs() for ref in packed.blobs())
        return given if self.environment is None else given + self.environment.blobs()

    @property
    def single(self) -> bool:
        """Whether it is one plain cell or call, whose exception is raised and not tabled."""
        return self.sweep.kind == "single"


def grows(run: Run) -> bool:
    """Whether somebody else than its submitter's sweep decides which tasks a run has."""
    return run.sweep.kind in {"search", "calls"}


class Counts(Struct, frozen=True):
    """Tasks by state, of the newest generation of each."""

    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    unknown: int = 0
    pruned: int = 0

    @property
    def ended(self) -> int:
        """Tasks that will not change by themselves."""
        return self.succeeded + self.failed + self.cancelled + self.unknown + self.pruned

    @property
    def total(self) -> int:
        """All tasks."""
        return self.queued + self.running + self.ended


class RunStatus(Struct, frozen=True):
    """Where a run is now. ``reason`` says in one sentence what pending tasks wait for; ``fleet`` are its machines."""

    id: str
    state: RunState
    counts: Counts
    started: float | None = None
    ended: float | None = None
    reason: str = ""
    fleet: Fleet | None = None


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
