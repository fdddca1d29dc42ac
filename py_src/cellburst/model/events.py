"""Facts, in the past tense. The controller commits them; the store keeps its tables by them."""

from __future__ import annotations

from msgspec import Struct

from cellburst.model.outcome import LossReason, TaskResult
from cellburst.model.run import Run, RunState


class RunSubmitted(Struct, frozen=True, tag=True):
    """A run was accepted whole."""

    run: Run


class TasksStarted(Struct, frozen=True, tag=True):
    """A worker holds these tasks (a lease): it runs them one after another."""

    run: str
    indices: tuple[int, ...]
    attempt: int
    worker: str
    at: float


class TasksEnded(Struct, frozen=True, tag=True):
    """These tasks have their outcome; the first for a task and generation wins, later ones are ignored."""

    run: str
    results: tuple[TaskResult, ...]
    at: float


class AttemptEnded(Struct, frozen=True, tag=True):
    """An attempt ended without ending its task: it is tried again.

    ``loss`` is None for an exception of the user's that has retries left.
    """

    run: str
    index: int
    generation: int
    attempt: int
    worker: str
    loss: LossReason | None
    message: str
    at: float


class TasksRetried(Struct, frozen=True, tag=True):
    """The user asked for these tasks again: each is in a new generation."""

    run: str
    indices: tuple[int, ...]
    at: float


class RunStateChanged(Struct, frozen=True, tag=True):
    """The run as a whole moved; the sentence says why."""

    run: str
    state: RunState
    at: float
    message: str = ""


class RunRenamed(Struct, frozen=True, tag=True):
    """The run has another name."""

    run: str
    name: str
    at: float


class RunDeleted(Struct, frozen=True, tag=True):
    """The run, its outcomes and its outputs are gone; its blobs go with the next sweep of the folder."""

    run: str
    at: float


class RunNoted(Struct, frozen=True, tag=True):
    """Something worth a line in the timeline."""

    run: str
    message: str
    at: float


Event = (
    RunSubmitted
    | TasksStarted
    | TasksEnded
    | AttemptEnded
    | TasksRetried
    | RunStateChanged
    | RunRenamed
    | RunDeleted
    | RunNoted
)
