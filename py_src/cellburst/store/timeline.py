"""What a person reads of each fact, in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from cellburst.model.events import (
    AttemptEnded,
    RunClosed,
    RunNoted,
    RunPlanned,
    RunRenamed,
    RunReopened,
    RunStateChanged,
    RunSubmitted,
    TasksAdded,
    TasksRetried,
)
from cellburst.model.money import dollars
from cellburst.model.outcome import OutcomeKind, Span, TaskResult
from cellburst.model.search import Search
from cellburst.store.rows import error_line

_EXPECTED = (OutcomeKind.SUCCEEDED, OutcomeKind.PRUNED)
RUN = -1  # the index of a line about the run as a whole


class Line(NamedTuple):
    """A line without its number; ``task`` is ``RUN`` unless it is about one task."""

    at: float
    kind: str
    task: int
    message: str


def submitted(fact: RunSubmitted) -> Line:
    """The run begins."""
    return _line(fact.run.submitted, fact, f"submitted to {fact.run.target}: {_tasks(fact.run.count)}")


def ended(results: Sequence[TaskResult], at: float) -> Line | None:
    """Tasks that did not end well; successes and pruned ones are in the table of tasks and no news."""
    bad = [result for result in results if result.kind not in _EXPECTED]
    if len(bad) == 1:
        (result,) = bad
        why = f": {error_line(result.error)}" if result.error else ""
        return Line(at, "TasksEnded", result.index, f"task {result.index} {result.kind.value}{why}")
    if bad:
        counts = Counter(result.kind.value for result in bad)
        parts = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
        return Line(at, "TasksEnded", RUN, f"{_tasks(len(bad))}: {parts}")
    return None


def ended_alike(spans: Sequence[Span], like: TaskResult, at: float) -> Line | None:
    """The same of many that ended alike."""
    count = sum(map(len, spans))
    if like.kind in _EXPECTED or count == 1:
        return ended([spans[0].result(like, spans[0].first)], at)
    return Line(at, "TasksEnded", RUN, f"{_tasks(count)}: {count} {like.kind.value}")


def attempt_ended(fact: AttemptEnded) -> Line:
    """A task is tried again."""
    on = f" on {fact.worker}" if fact.worker else ""
    text = f"task {fact.index}, attempt {fact.attempt}{on} ended: {fact.message}; it is tried again"
    return Line(fact.at, "AttemptEnded", fact.index, text)


def retried(fact: TasksRetried, indices: Sequence[int]) -> Line:
    """Tasks are in a new generation."""
    if len(indices) == 1:
        return Line(fact.at, "TasksRetried", indices[0], f"task {indices[0]} is run again")
    return _line(fact.at, fact, f"{_tasks(len(indices))} are run again")


def added(fact: TasksAdded, open_run: bool) -> Line | None:
    """There are more tasks; in a run that is open for them that is no news."""
    return None if open_run else _line(fact.at, fact, f"{_tasks(fact.part.view.count)} added")


def closed(fact: RunClosed, count: int) -> Line:
    """The run has all its tasks."""
    why = f": {fact.message}" if fact.message else ""
    return _line(fact.at, fact, f"no more will be added to its {_tasks(count)}{why}")


def reopened(fact: RunReopened) -> Line:
    """A search goes on."""
    bound = f"{fact.search.trials:,} trials" if isinstance(fact.search, Search) else f"{fact.search.most:,} copies"
    return _line(fact.at, fact, f"taken up again, up to {bound}")


def planned(fact: RunPlanned) -> Line:
    """Its machines may cost more, or live longer."""
    lifetime = f"{fact.plan.max_lifetime / 60:.3g} min"
    return _line(fact.at, fact, f"may cost up to {dollars(fact.plan.worst)} now, with machines of {lifetime} at most")


def state_changed(fact: RunStateChanged) -> Line:
    """The run moved."""
    return _line(fact.at, fact, f"{fact.state.value}: {fact.message}" if fact.message else fact.state.value)


def renamed(fact: RunRenamed) -> Line:
    """The run has another name."""
    return _line(fact.at, fact, f"renamed to {fact.name!r}")


def noted(fact: RunNoted) -> Line:
    """Somebody had something to say."""
    return _line(fact.at, fact, fact.message)


def _line(at: float, fact: object, message: str) -> Line:
    return Line(at, type(fact).__name__, RUN, message)


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"
