"""Runs whose tasks wait in a queue of their own: what is handed over, and what machines tell of it.

Which machine takes which task, and whether it is tried again, is decided where the queue is, also while no controller
is there; here it is only put into the books. Every function changes ``core`` and appends to ``effects``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cellburst.controller.book import QUEUE, RunBook
from cellburst.controller.core import Core
from cellburst.controller.effects import Began, BeginRun, Effects, EnqueueTasks, Moved
from cellburst.controller.reactor import end_tasks
from cellburst.model.events import AttemptEnded, MachinesChanged, RunStateChanged, TasksStarted
from cellburst.model.machine import Machine
from cellburst.model.outcome import TaskResult
from cellburst.model.run import RunState

_LARGEST_GIVEN = 4 << 20  # bytes in one message
_LARGEST_BATCH = 10_000


def hand_over(core: Core, effects: Effects) -> None:
    """Every task that waits goes to its run's queue."""
    for book in core.runs.values():
        if book.backlog and book.run.target in core.queues:
            begin(book, effects)
            for indices in _portions(book):
                given = tuple(book.given[index] for index in indices) if indices[0] in book.given else ()
                generations = tuple(map(book.generation, indices))
                effects.commands.append(EnqueueTasks(book.run.target, book.run.id, indices, generations, given))
                book.enqueue(indices)
            effects.news.append(Moved(book.run.id))


def begin(book: RunBook, effects: Effects) -> None:
    """The machines' side must know the run before its tasks."""
    if not book.defined:
        book.defined = True
        effects.commands.append(BeginRun(book.run.target, book.run, tuple(book.machines.values())))


def _portions(book: RunBook) -> Iterator[tuple[int, ...]]:
    """All that waits, cut where tasks are given something and their neighbours are not, and where it is enough."""
    portion: list[int] = []
    size = 0
    for index in book.backlog.clear():
        given = book.given.get(index)
        more = 0 if given is None else len(given.body)
        alike = not portion or (portion[0] in book.given) is (given is not None)
        if portion and (not alike or size + more > _LARGEST_GIVEN or len(portion) >= _LARGEST_BATCH):
            yield tuple(portion)
            portion, size = [], 0
        portion.append(index)
        size += more
    if portion:
        yield tuple(portion)


def began(core: Core, fact: TasksStarted, generation: int, effects: Effects) -> None:
    """A machine executes a task."""
    (index,) = fact.indices
    book = _live(core, fact.run, index, generation)
    if book is None:
        return
    _take_out(book, index)
    book.hold([index], fact.worker)
    book.spent[index] = fact.attempt - 1
    effects.facts.append(fact)
    if book.run.sweep.kind == "calls":
        effects.news.append(Began(fact.run, fact.indices))
    effects.news.append(Moved(fact.run))
    if book.state is RunState.QUEUED:
        book.state, book.started = RunState.RUNNING, book.started or fact.at
        effects.facts.append(RunStateChanged(fact.run, RunState.RUNNING, fact.at, book.message))


def gave_back(core: Core, fact: AttemptEnded, effects: Effects) -> None:
    """An attempt ended, and its task waits in the queue again."""
    book = _live(core, fact.run, fact.index, fact.generation)
    if book is None or fact.attempt <= book.spent.get(fact.index, 0):
        effects.facts.append(fact)  # for the record: the task has ended, or is tried again already
        return
    _take_out(book, fact.index)
    book.enqueue([fact.index])
    book.spent[fact.index] = fact.attempt
    counts = book.failures if fact.loss is None else book.losses
    counts[fact.index] = counts.get(fact.index, 0) + 1
    effects.facts.append(fact)
    effects.news.append(Moved(fact.run))


def ended(core: Core, run: str, results: Sequence[TaskResult], now: float, effects: Effects) -> None:
    """Tasks have their final outcome; a second one of the same task and generation is dropped: the first stands."""
    book = core.runs.get(run)
    if book is None:
        return
    fresh = {r.index: r for r in results if _live(core, run, r.index, r.generation) is not None}
    book.backlog.remove(frozenset(index for index in fresh if index not in book.held))
    end_tasks(core, book, list(fresh.values()), now, effects)


def machines_changed(core: Core, run: str, machines: Sequence[Machine], now: float, effects: Effects) -> None:
    """Machines are as told now."""
    effects.facts.append(MachinesChanged(run, tuple(machines), now))
    book = core.runs.get(run)
    if book is not None:
        book.machines.update({machine.name: machine for machine in machines})
        effects.news.append(Moved(run))


def _live(core: Core, run: str, index: int, generation: int) -> RunBook | None:
    """The books of a run in which this generation of a task has not ended."""
    book = core.runs.get(run)
    if book is None or not 0 <= index < len(book.over) or book.over[index]:
        return None
    return book if generation == book.generation(index) else None


def _take_out(book: RunBook, index: int) -> None:
    if book.held.get(index) is None:
        book.backlog.remove(frozenset((index,)))
    elif book.held[index] != QUEUE:
        book.release(index)
