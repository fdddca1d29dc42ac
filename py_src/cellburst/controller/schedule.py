"""Who gets which tasks next.

Batches grow only while tasks prove short and are taken back from a worker that turns out to be busy
when another is idle, so that one long task never holds up the ones behind it.
"""

from __future__ import annotations

from collections import deque

from cellburst.controller.book import RunBook
from cellburst.controller.core import Batch, Core, Lane, WorkerBook
from cellburst.controller.effects import AssignTasks, Began, DefineRun, Effects, RecallTasks, StartWorkers
from cellburst.controller.queues import hand_over
from cellburst.model.events import RunStateChanged, TasksStarted
from cellburst.model.run import RunState

_LARGEST_BATCH = 2000
_LARGEST_GIVEN = 4 << 20  # bytes that go to a worker in one message
_PREFETCH_BELOW = 0.05  # seconds for a task; longer ones are not queued behind another


def schedule(core: Core, now: float, effects: Effects) -> None:
    """Give every worker that can take more something to do, run by run in turn."""
    if core.paused:
        return
    hand_over(core, effects)
    for lane in core.lanes.values():
        waiting = [book for book in core.runs.values() if book.run.target == lane.target and book.backlog]
        if waiting:
            _start_workers(lane, waiting, effects)
            _fill(core, lane, waiting, now, effects)
        if not any(book.backlog for book in waiting):
            _recall(core, lane, now, effects)


def _start_workers(lane: Lane, waiting: list[RunBook], effects: Effects) -> None:
    wanted = sum(_wanted(book, lane) for book in waiting)
    busy = sum(1 for worker in lane.workers.values() if worker.batches)
    present = len(lane.workers) + lane.starting
    missing = min(lane.capacity - present, wanted - (present - busy))
    if missing > 0:
        lane.starting += missing
        effects.commands.append(StartWorkers(lane.target, missing))


def _wanted(book: RunBook, lane: Lane) -> int:
    limit = running_limit(book, lane)
    return min(len(book.backlog), max(0, limit - len(book.holders)))


def running_limit(book: RunBook, lane: Lane) -> int:
    """How many tasks of this run may be executed at once."""
    options, most = book.run.options, lane.capacity
    if options.gpus:
        most = min(most, lane.gpus() // options.gpus)
    # with copies, --parallel is their number; with a sweep it bounds how many run at once
    return most if book.run.sweep.kind == "copies" else min(most, options.parallel or most)


def _fill(core: Core, lane: Lane, waiting: list[RunBook], now: float, effects: Effects) -> None:
    for depth in (0, 1):
        for worker in lane.workers.values():
            if worker.recalled or len(worker.batches) > depth:
                continue
            book = _next_run(core, lane, waiting, worker)
            if book is not None:
                _assign(core, lane, worker, book, now, effects)


def _next_run(core: Core, lane: Lane, waiting: list[RunBook], worker: WorkerBook) -> RunBook | None:
    core.turn += 1
    for step in range(len(waiting)):
        book = waiting[(core.turn + step) % len(waiting)]
        if not book.backlog:
            continue
        if worker.batches and (book.estimate is None or book.estimate > _PREFETCH_BELOW):
            continue
        if worker.batches and book.run.options.gpus and worker.batches[0].run != book.run.id:
            continue  # what is before it may have other GPUs
        if worker.name in book.holders or len(book.holders) < running_limit(book, lane):
            return book
    return None


def batch_size(core: Core, lane: Lane, book: RunBook) -> int:
    """How many tasks of this run one worker is given at once."""
    if book.estimate is None or book.run.options.at_most_once:
        return 1
    fitting = int(core.settings.batch_seconds / max(book.estimate, 1e-6))
    fair = len(book.backlog) // (2 * max(1, len(lane.workers)))
    return max(1, min(fitting, fair, _LARGEST_BATCH))


def _assign(core: Core, lane: Lane, worker: WorkerBook, book: RunBook, now: float, effects: Effects) -> None:
    indices = _take_alike(book, batch_size(core, lane, book))
    attempt = book.next_attempt(indices[0])
    if not book.defined:
        book.defined = True
        effects.commands.append(DefineRun(lane.target, book.run))
    book.hold(indices, worker.name)
    worker.heard = now
    worker.batches.append(Batch(book.run.id, deque(indices)))
    generations = tuple(map(book.generation, indices)) if book.generations else (1,) * len(indices)
    given = tuple(book.given[index] for index in indices) if indices[0] in book.given else ()
    careful = book.run.options.at_most_once
    effects.commands.append(
        AssignTasks(lane.target, worker.name, book.run.id, indices, generations, attempt, careful, given)
    )
    if book.run.sweep.kind == "calls":
        effects.news.append(Began(book.run.id, indices))
    effects.facts.append(TasksStarted(book.run.id, tuple(indices), attempt, worker.name, now))
    if book.state is RunState.QUEUED:
        book.state, book.started = RunState.RUNNING, book.started or now
        effects.facts.append(RunStateChanged(book.run.id, RunState.RUNNING, now, book.message))


def _take_alike(book: RunBook, most: int) -> list[int]:
    """Tasks from the front that are all at the same attempt; all of them are given something, or none is."""
    taken = book.backlog.take(most)
    if book.spent or book.given:
        attempt, bare, size = book.next_attempt(taken[0]), taken[0] not in book.given, 0
        for place, index in enumerate(taken):
            given = book.given.get(index)
            size += 0 if given is None else len(given.body)
            unlike = book.next_attempt(index) != attempt or (given is None) is not bare
            if place and (unlike or size > _LARGEST_GIVEN):
                book.backlog.put_back(taken[place:])
                return taken[:place]
    return taken


def _recall(core: Core, lane: Lane, now: float, effects: Effects) -> None:
    idle = sum(1 for worker in lane.workers.values() if not worker.batches)
    if not idle:
        return
    for worker in lane.workers.values():
        behind = worker.held - 1
        if behind > 0 and not worker.recalled and _worth_recalling(core, worker, now):
            worker.recalled = True
            effects.commands.append(RecallTasks(lane.target, worker.name))


def _worth_recalling(core: Core, worker: WorkerBook, now: float) -> bool:
    if now - worker.heard > 2 * core.settings.batch_seconds:
        return True  # it sits on a task that is longer than those before it
    for batch in worker.batches:
        book = core.runs.get(batch.run)
        if book is not None and (book.estimate or 0.0) * len(batch.left) > core.settings.batch_seconds:
            return True
    return False
