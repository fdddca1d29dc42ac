"""What a person sees of a run at one moment, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from cellburst.model.run import Counts, Run, RunState

MIME = "application/vnd.cellburst.run+json"


@dataclass(frozen=True)
class RunHead:
    """What of a run does not change: ``store`` is the path of the database that knows it.

    ``cached`` counts tasks whose result is that of an earlier one.
    """

    id: str
    name: str
    target: str
    store: str
    single: bool
    cached: int = 0

    @classmethod
    def of(cls, run: Run, store: str) -> RunHead:
        """The head of a run that is at hand whole."""
        return cls(run.id, run.name, run.target, store, run.single)


@dataclass(frozen=True)
class TaskLine:
    """What a running task says of itself: ``fraction`` from 0 to 1, or None if it does not say."""

    index: int
    fraction: float | None
    text: str


@dataclass(frozen=True)
class RunView:
    """A run at one moment. Times are seconds; ``eta`` is how long it will still take, if that can be told.

    ``standing`` says how far a search is, in place of counts of tasks, and ``found`` what of that it has found;
    ``fleet`` says what machines there are and what they cost;
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
    standing: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    fleet: tuple[str, ...] = ()
