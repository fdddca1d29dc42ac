"""Taking over what an earlier controller left: its live runs, its workers, their outcomes."""

from __future__ import annotations

from collections.abc import Iterable

from cellburst.controller import effects as fx
from cellburst.controller import reactor
from cellburst.controller.book import Backlog, RunBook
from cellburst.controller.core import Core
from cellburst.model.events import AttemptEnded, RunNoted, TasksEnded
from cellburst.model.outcome import ErrorInfo, LossReason, OutcomeKind, TaskResult
from cellburst.model.run import RunState
from cellburst.model.stored import LiveRun

_LOST = "its worker was gone when the controller came back"


def rebuild(live: LiveRun) -> RunBook:
    """The books of a run as its facts say."""
    run = live.run
    over = bytearray(run.count)
    for index in live.ended:
        over[index] = 1
    fresh = range(run.count)
    backlog = Backlog(fresh) if not live.ended else Backlog(range(0), (i for i in fresh if not over[i]))
    counts = live.status.counts
    tally = {"succeeded": counts.succeeded, "failed": counts.failed}
    tally |= {"cancelled": counts.cancelled, "unknown": counts.unknown}
    spent = {i: live.losses.get(i, 0) + live.failures.get(i, 0) for i in {*live.losses, *live.failures}}
    book = RunBook(run, backlog, over, live.status.state, tally=tally, started=live.status.started)
    book.generations.update(live.generations)
    book.losses.update(live.losses)
    book.failures.update(live.failures)
    book.spent.update(spent)
    return book


def reopen_books(core: Core, lives: Iterable[LiveRun]) -> dict[str, dict[int, int]]:
    """Fill ``core`` with live runs; for each the leases that may or may not still be held: index to attempt."""
    leased = {}
    for live in lives:
        if live.run.target in core.lanes:
            core.runs[live.run.id] = rebuild(live)
            leased[live.run.id] = live.leased
    return leased


def close_gaps(core: Core, leased: dict[str, dict[int, int]], now: float, effects: fx.Effects) -> None:
    """After workers and outcomes were taken over: what nobody holds is tried again, or is unknown where a
    second try is forbidden; a cancel that was on its way is finished."""
    for run, leases in leased.items():
        book = core.runs.get(run)
        if book is None:
            continue
        orphans = {i: n for i, n in leases.items() if i not in book.held and not book.over[i]}
        _requeue(book, orphans, now, effects)
        if book.state is RunState.CANCELLING:
            reactor.cancel(core, run, (), now, effects)
        else:
            reactor.settle(core, book, now, effects)


def _requeue(book: RunBook, orphans: dict[int, int], now: float, effects: fx.Effects) -> None:
    if not orphans:
        return
    run = book.run.id
    if not book.run.options.at_most_once:
        for index, attempt in orphans.items():
            book.spent[index] = max(attempt, book.spent.get(index, 0))
            fact = AttemptEnded(run, index, book.generation(index), attempt, "", LossReason.POOL_LOST, _LOST, now)
            effects.facts.append(fact)
        effects.facts.append(RunNoted(run, f"{len(orphans)} tasks are tried again: {_LOST}", now))
        return
    error = ErrorInfo("WorkerLost", f"{_LOST}; it may have run, and --at-most-once forbids a second try")
    results = tuple(
        TaskResult(i, book.generation(i), attempt, OutcomeKind.UNKNOWN, now, 0.0, error=error)
        for i, attempt in orphans.items()
    )
    book.backlog.remove(frozenset(orphans))
    book.close_tasks(results)
    effects.facts.append(TasksEnded(run, results, now))
