"""Runs that get more tasks while they are live, or after they ended: facts in, effects out, as in ``reactor``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from cellburst.controller import reactor
from cellburst.controller.book import RunBook
from cellburst.controller.core import Core
from cellburst.controller.effects import Effects, EndEarly, Moved
from cellburst.errors import UsageError
from cellburst.model.blob import Packed
from cellburst.model.events import Event, RunClosed, RunPlanned, RunReopened, RunStateChanged, TasksAdded
from cellburst.model.outcome import TaskResult
from cellburst.model.plan import Plan
from cellburst.model.run import ENDED, Run, RunState, grows
from cellburst.model.search import Search, Until
from cellburst.model.sweep import KEY, SweepPart

MOST_TASKS = 100_000_000
"""Of one run: the books have a byte for each."""
Hit = tuple[int, str, int]
"""A task, and the run and the task whose result it takes over."""
NO_KEYS: Mapping[int, bytes] = MappingProxyType({})


def check_part(book: RunBook, part: SweepPart) -> None:
    """Raises UsageError if these tasks cannot be added."""
    run, count, more = book.run.id, book.count, part.view.count
    if book.state is RunState.CANCELLING:
        raise UsageError(f"run {run} is being cancelled; add tasks once it has ended")
    if book.run.single:
        raise UsageError(f"run {run} is one plain cell or call, which has no further tasks; submit another run")
    if book.run.sweep.kind == "calls" and not book.open:
        raise UsageError(f"run {run} was closed: its calls are complete; submit another run")
    if book.failure:
        raise UsageError(f"run {run} takes no more tasks: {book.failure}")
    if part.start != count:
        raise UsageError(
            f"run {run} has {count} tasks, and these were to come behind {part.start}: somebody else added tasks "
            "meanwhile; look at the run again and add what is still missing"
        )
    if more < 1 or len(part.given) not in (0, more):
        raise UsageError(f"{more} tasks with {len(part.given)} values cannot be added to run {run}")
    if len(part.keys) not in (0, KEY * more):
        raise UsageError(f"{more} tasks with {len(part.keys)} bytes of keys cannot be added to run {run}")
    if book.run.sweep.kind == "calls" and not part.given:
        raise UsageError(f"run {run} is one of calls, and it is not said what to call")
    if count + more > MOST_TASKS:
        raise UsageError(f"run {run} would have {count + more} tasks; {MOST_TASKS} are the most")


def check_hits(hits: Sequence[Hit], start: int, stop: int) -> None:
    """Raises UsageError if one is for a task that is not being submitted."""
    for index, _, _ in hits:
        if not start <= index < stop:
            raise UsageError(f"a kept result is for task {index}, and the tasks are {start} to {stop - 1}")


def extension(book: RunBook, part: SweepPart, now: float) -> list[Event]:
    """The facts of an extension, to be committed before ``extend``."""
    facts: list[Event] = [TasksAdded(book.run.id, part, now)]
    if book.state in ENDED:
        facts.append(RunStateChanged(book.run.id, RunState.QUEUED, now))
    return facts


def extend(core: Core, book: RunBook, part: SweepPart) -> None:
    """The run has grown, and is live again if it had ended."""
    book.add_tasks(part)
    if not grows(book.run):  # its tasks are told how many there are
        sweep = book.run.sweep
        sweep = replace(sweep, count=book.count, parts=(*sweep.parts, part.view))
        book.run, book.defined = replace(book.run, sweep=sweep), False
    _revive(core, book)


def _revive(core: Core, book: RunBook) -> None:
    if book.state in ENDED:
        book.state, book.ended, book.defined, book.message = RunState.QUEUED, None, False, ""
        core.closed.pop(book.run.id, None)
        core.runs[book.run.id] = book


def again(run: Run, given: Mapping[int, Packed], keys: Mapping[int, bytes] = NO_KEYS) -> tuple[Run, list[SweepPart]]:
    """The same run as it would be submitted now, and what is added to it at once. A search begins anew.

    What is kept of earlier results is not taken: whoever wants it again wants it computed.
    """
    sweep = run.sweep
    parts = []
    if sweep.kind != "search":
        start = sweep.own
        for view in sweep.parts:
            indices = range(start, start + view.count)
            values = tuple(given[index] for index in indices) if start in given else ()
            known = b"".join(keys[index] for index in indices) if start in keys else b""
            parts.append(SweepPart(start, view, values, keys=known))
            start += view.count
    own = replace(sweep, count=sweep.own, parts=())
    options = replace(run.options, cache="refresh") if run.options.cache else run.options
    return replace(run, sweep=own, open=sweep.kind == "search", options=options), parts


def close(core: Core, book: RunBook, now: float, effects: Effects, reason: str = "") -> None:
    """No more tasks will come: the run ends with those that it has. ``reason`` says why, if that is worth a word."""
    if not book.open:
        return
    book.open, book.failure, book.message = False, "", reason
    effects.facts.append(RunClosed(book.run.id, now, reason))
    if reason and not book.complete:
        effects.facts.append(RunStateChanged(book.run.id, book.state, now, reason))
    effects.news.append(Moved(book.run.id))
    reactor.settle(core, book, now, effects)


def give_up(core: Core, book: RunBook, now: float, effects: Effects, reason: str) -> None:
    """No more tasks will come, and that is a failure: the run ends so, whatever those that it has say.

    Until they are over it stays open, so that the next controller finds out for itself.
    """
    if not book.open:
        return
    book.failure = reason or "the search failed"
    effects.news.append(Moved(book.run.id))
    reactor.settle(core, book, now, effects)


def check_reopening(book: RunBook) -> None:
    """Raises UsageError if nothing can decide over further tasks of this run."""
    if book.run.sweep.kind != "search":
        raise UsageError(f"run {book.run.id} is no search; add tasks to it instead")
    if book.state is RunState.CANCELLING:
        raise UsageError(f"run {book.run.id} is being cancelled; go on with it once it has ended")


def reopening(book: RunBook, search: Search | Until, now: float) -> list[Event]:
    """The facts of a search that goes on, to be committed before ``reopen``."""
    facts: list[Event] = [RunReopened(book.run.id, search, now)]
    if book.state in ENDED:
        facts.append(RunStateChanged(book.run.id, RunState.QUEUED, now))
    return facts


def reopen(core: Core, book: RunBook, search: Search | Until) -> None:
    """The search goes on."""
    book.open, book.failure, book.message = True, "", ""
    book.run = replace(book.run, options=replace(book.run.options, search=search))
    _revive(core, book)


def plan_anew(book: RunBook, plan: Plan, now: float, effects: Effects) -> None:
    """The run goes on with another plan. Raises UsageError for one that has no machines."""
    if book.run.plan is None:
        raise UsageError(f"run {book.run.id} has no machines of its own, so there is no plan to change")
    book.run, book.defined = replace(book.run, plan=plan), False
    effects.facts.append(RunPlanned(book.run.id, plan, now))


def end_early(core: Core, run: str, indices: Collection[int], effects: Effects) -> int:
    """Let tasks that workers have end when they report next; how many there are."""
    book = core.runs.get(run)
    held = [] if book is None else [index for index in dict.fromkeys(indices) if index in book.held]
    if book is not None and held:
        effects.commands.append(EndEarly(book.run.target, run, held))
    return len(held)


def take_over(
    core: Core, run: str, results: Sequence[TaskResult], gone: Sequence[int], now: float, effects: Effects
) -> None:
    """Tasks get results that are kept already; those whose result is ``gone`` are executed."""
    book = core.runs.get(run)
    if book is None:
        return
    ready = [result for result in results if result.index in book.hits]
    again = [index for index in gone if index in book.hits]
    for index in (*(result.index for result in ready), *again):
        del book.hits[index]
    book.backlog.put_back(again)
    if ready and book.state is RunState.QUEUED:
        book.state, book.started = RunState.RUNNING, book.started or now
        effects.facts.append(RunStateChanged(run, RunState.RUNNING, now, book.message))
    reactor.end_tasks(core, book, ready, now, effects)
