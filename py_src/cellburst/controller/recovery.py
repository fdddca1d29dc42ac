"""Taking over what an earlier controller left: its live runs, its workers, their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cellburst.controller import effects as fx
from cellburst.controller import reactor
from cellburst.controller.book import Backlog, RunBook
from cellburst.controller.core import Core
from cellburst.model.events import AttemptEnded, RunNoted, TasksEnded
from cellburst.model.machine import Machine
from cellburst.model.outcome import ErrorInfo, LossReason, OutcomeKind, TaskResult
from cellburst.model.run import ENDED, RunState
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
    tally |= {"cancelled": counts.cancelled, "unknown": counts.unknown, "pruned": counts.pruned}
    spent = {i: live.losses.get(i, 0) + live.failures.get(i, 0) for i in {*live.losses, *live.failures}}
    status = live.status
    book = RunBook(run, backlog, over, status.state, tally=tally, started=status.started, open=live.open)
    book.message = "" if live.open or status.state in ENDED else status.reason
    book.given.update(live.given)
    book.keys.update(live.keys)
    book.generations.update(live.generations)
    book.losses.update(live.losses)
    book.failures.update(live.failures)
    book.spent.update(spent)
    return book


def reopen_books(
    core: Core, lives: Iterable[LiveRun], machines: Callable[[str], Iterable[Machine]]
) -> dict[str, dict[int, int]]:
    """Fill ``core`` with live runs; for each the leases that may or may not still be held: index to attempt.

    What machines of a run's own hold is known where their queue is.
    """
    leased = {}
    for live in lives:
        if live.run.plan is not None:
            book = core.runs[live.run.id] = rebuild(live)
            book.tried = live.tried
            book.machines.update({machine.name: machine for machine in machines(live.run.id)})
            leased[live.run.id] = dict[int, int]()
        elif live.run.target in core.lanes:
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


def await_kept(core: Core) -> list[str]:
    """Runs that may have been taking over results: those of their tasks that nobody has begun look for one again."""
    found = []
    for run, book in core.runs.items():
        if book.run.options.cache == "use" and book.state is not RunState.CANCELLING:
            fresh = (i for i in book.backlog if book.generation(i) == 1 and i not in book.spent)
            book.look_for(list(fresh))
            found += [run] if book.hits else []
    return found


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
