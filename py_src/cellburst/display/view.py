"""What a person sees of a run at one moment, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from cellburst.model.run import Counts, Run, RunState, RunSummary

MIME = "application/vnd.cellburst.run+json"


@dataclass(frozen=True)
class RunHead:
    """What of a run does not change: ``store`` is the path of the database that knows it."""

    id: str
    name: str
    target: str
    store: str
    single: bool

    @classmethod
    def of(cls, run: Run, store: str) -> RunHead:
        """The head of a run that is at hand whole."""
        return cls(run.id, run.name, run.target, store, run.single)

    @classmethod
    def of_summary(cls, summary: RunSummary) -> RunHead:
        """The head of a run in a list; one task counts as a single run."""
        return cls(summary.id, summary.name, summary.target, summary.store, summary.counts.total == 1)


@dataclass(frozen=True)
class TaskLine:
    """What a running task says of itself: ``fraction`` from 0 to 1, or None if it does not say."""

    index: int
    fraction: float | None
    text: str


@dataclass(frozen=True)
class RunView:
    """A run at one moment. Times are seconds; ``eta`` is how long it will still take, if that can be told.

    ``lines`` are the running tasks that spoke last; ``hint`` is the way on, shown below.
    """

    head: RunHead
    state: RunState
    counts: Counts
    elapsed: float | None = None
    eta: float | None = None
    reason: str = ""
    lines: tuple[TaskLine, ...] = ()
    hint: str = ""
