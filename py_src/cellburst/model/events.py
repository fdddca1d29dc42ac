"""Facts, in the past tense. The controller commits them; the store keeps its tables by them."""

from __future__ import annotations

from msgspec import Struct

from cellburst.model.machine import Machine
from cellburst.model.outcome import LossReason, Span, TaskResult
from cellburst.model.plan import Plan
from cellburst.model.run import Run, RunState
from cellburst.model.search import Search, Until
from cellburst.model.sweep import SweepPart


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


class TasksEndedAlike(Struct, frozen=True, tag=True):
    """These tasks have the same outcome, apart from index, generation and attempt: that of ``like``.

    It has neither value nor outputs, files or key. Tasks that have their outcome, or another generation, are left out.
    """

    run: str
    spans: tuple[Span, ...]
    like: TaskResult
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


class TasksAdded(Struct, frozen=True, tag=True):
    """A run has more tasks than before."""

    run: str
    part: SweepPart
    at: float


class RunClosed(Struct, frozen=True, tag=True):
    """No more tasks will be added to a run: it ends with those that it has. The sentence says why, if there is one."""

    run: str
    at: float
    message: str = ""


class RunReopened(Struct, frozen=True, tag=True):
    """A search goes on: its run is open again, with these options of the search."""

    run: str
    search: Search | Until
    at: float


class RunPlanned(Struct, frozen=True, tag=True):
    """A run goes on with another plan for its machines: more money, or a longer life for each."""

    run: str
    plan: Plan
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


class MachinesChanged(Struct, frozen=True, tag=True):
    """Machines of a run are as told now; one that is not known yet is about to be asked for."""

    run: str
    machines: tuple[Machine, ...]
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
    | TasksEndedAlike
    | AttemptEnded
    | TasksRetried
    | TasksAdded
    | RunClosed
    | RunReopened
    | RunPlanned
    | RunStateChanged
    | RunRenamed
    | RunDeleted
    | MachinesChanged
    | RunNoted
)
