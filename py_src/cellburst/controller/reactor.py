"""What happens next: facts in, effects out. No clock, no socket, no file is touched here.

Every function changes ``core`` and appends to ``effects``; ``schedule`` is called once at the end of a turn.
``now`` is wall seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence

from cellburst.abc import Holding, WorkerLoss
from cellburst.controller import endings, retry
from cellburst.controller.book import RunBook
from cellburst.controller.core import Batch, Core, WorkerBook
from cellburst.controller.effects import CancelTasks, Effects, Ended, EndedAlike, ForgetRun, Moved
from cellburst.model.events import (
    AttemptEnded,
    RunClosed,
    RunDeleted,
    RunStateChanged,
    RunSubmitted,
    TasksEnded,
    TasksEndedAlike,
    TasksRetried,
)
from cellburst.model.outcome import LossReason, OutcomeKind, TaskResult
from cellburst.model.run import ENDED, Run, RunState, grows

_FAILED = OutcomeKind.FAILED
_ROWS_OF_THEIR_OWN = 100
"""So few neighbours that end alike have an outcome each, which readers find faster."""


def submit(core: Core, run: Run, effects: Effects) -> None:
    """Take a run. The caller has made sure that its key is new and its target is known."""
    core.runs[run.id] = RunBook.fresh(run)
    effects.facts.append(RunSubmitted(run))
    effects.news.append(Moved(run.id))


def worker_started(core: Core, target: str, worker: str, now: float) -> None:
    """A worker that was asked for is there."""
    lane = core.lanes[target]
    lane.starting = max(0, lane.starting - 1)
    lane.trouble = ""
    lane.workers[worker] = WorkerBook(worker, heard=now)


def adopt(core: Core, target: str, holdings: Sequence[Holding], now: float) -> None:
    """Workers that an earlier controller left; tasks that they hold stay with them."""
    lane = core.lanes[target]
    for holding in holdings:
        worker = lane.workers.setdefault(holding.worker, WorkerBook(holding.worker, heard=now))
        book = core.runs.get(holding.run)
        kept = [] if book is None else _still_wanted(book, holding)
        if book is None or not kept:
            continue
        book.backlog.remove(frozenset(kept))
        book.hold(kept, holding.worker)
        for index in kept:
            book.spent[index] = holding.attempt - 1
        worker.batches.append(Batch(holding.run, deque(kept)))


def _still_wanted(book: RunBook, holding: Holding) -> list[int]:
    held = zip(holding.indices, holding.generations, strict=True)
    return [index for index, generation in held if not book.over[index] and generation == book.generation(index)]


def outcomes(
    core: Core, worker: str, run: str, results: Sequence[TaskResult], idle: bool, now: float, effects: Effects
) -> None:
    """A worker ended tasks. A second outcome of the same task and generation is dropped: the first stands."""
    lane = core.lane_with(worker)
    if lane is not None:
        _settle_worker(lane.workers[worker], run, [result.index for result in results], idle, now)
    book = core.runs.get(run)
    if book is None:
        return
    ended = [result for result in results if _judge(book, result, now, effects)]
    if results:
        _learn_length(book, results)
    end_tasks(core, book, ended, now, effects)


def _settle_worker(worker: WorkerBook, run: str, indices: Collection[int], idle: bool, now: float) -> None:
    worker.heard = now
    gone = frozenset(indices)
    missing = len(gone)
    for batch in worker.batches:
        if batch.run == run:
            while batch.left and batch.left[0] in gone:
                batch.left.popleft()
                missing -= 1
            if missing and gone.intersection(batch.left):
                batch.left = deque(i for i in batch.left if i not in gone)
    while worker.batches and not worker.batches[0].left:
        worker.batches.popleft()


def _learn_length(book: RunBook, results: Sequence[TaskResult]) -> None:
    mean = sum(result.seconds for result in results) / len(results)
    if book.estimate is None or mean > book.estimate:
        book.estimate = mean  # slower than thought: believe it at once
    else:
        book.estimate += 0.5 * (mean - book.estimate)


def _judge(book: RunBook, result: TaskResult, now: float, effects: Effects) -> bool:
    """Whether this outcome ends its task."""
    index = result.index
    if index >= len(book.over) or book.over[index] or result.generation != book.generations.get(index, 1):
        return False
    if index not in book.held:
        book.backlog.remove(frozenset((index,)))  # it was given up for lost, and comes back ended
    if result.kind is not _FAILED or book.state is RunState.CANCELLING:
        return True
    failures = book.failures.get(index, 0) + 1
    if retry.after_failure(book.run.options, failures) is retry.RetryDecision.GIVE_UP:
        return True
    book.failures[index] = failures
    text = f"{result.error.ename}: {result.error.evalue}" if result.error else "failed"
    _try_again(book, result, None, text, now, effects)
    return False


def _try_again(
    book: RunBook, result: TaskResult, loss: LossReason | None, message: str, now: float, effects: Effects
) -> None:
    index = result.index
    book.release(index)
    book.spent[index] = result.attempt
    book.backlog.put_back([index])
    fact = AttemptEnded(book.run.id, index, result.generation, result.attempt, result.worker, loss, message, now)
    effects.facts.append(fact)
    effects.news.append(Moved(book.run.id))


def end_tasks(core: Core, book: RunBook, results: Sequence[TaskResult], now: float, effects: Effects) -> None:
    """These are the outcomes of their tasks; the run ends if they were its last."""
    if results:
        results = book.with_keys(results)
        book.close_tasks(results)
        effects.facts.append(TasksEnded(book.run.id, tuple(results), now))
        effects.news.append(Ended(book.run.id, results))
    settle(core, book, now, effects)


def settle(core: Core, book: RunBook, now: float, effects: Effects) -> None:
    """End the run if nothing of it is left to do."""
    if (book.open and not book.failure) or not book.complete or book.state in ENDED:
        return
    if book.open:
        book.open, book.message = False, book.failure
        effects.facts.append(RunClosed(book.run.id, now, book.failure))
    book.state, book.ended = _final_state(book), now
    effects.facts.append(RunStateChanged(book.run.id, book.state, now, book.message))
    effects.commands.append(ForgetRun(book.run.target, book.run.id))
    effects.news.append(Moved(book.run.id))
    core.closed[book.run.id] = core.runs.pop(book.run.id)


def _final_state(book: RunBook) -> RunState:
    counts = book.counts
    if book.failure:
        return RunState.FAILED
    # who adds the tasks may take some back, and a run may be cancelled while it has none that could tell of it
    growing = grows(book.run)
    taken_back = counts.cancelled and (not growing or counts.cancelled == counts.ended)
    if (book.state is RunState.CANCELLING and (growing or book.run.open)) or taken_back:
        return RunState.CANCELLED
    return RunState.FAILED if counts.failed or counts.unknown else RunState.SUCCEEDED


def returned(core: Core, worker: str, run: str, indices: Sequence[int], now: float, effects: Effects) -> None:
    """A worker gives back tasks that it did not start."""
    lane = core.lane_with(worker)
    if lane is not None:
        lane.workers[worker].recalled = False
        _settle_worker(lane.workers[worker], run, indices, False, now)
    book = core.runs.get(run)
    if book is not None:
        _put_back(core, book, worker, indices, now, effects)


def _put_back(core: Core, book: RunBook, worker: str, indices: Sequence[int], now: float, effects: Effects) -> None:
    mine = [index for index in indices if book.held.get(index) == worker]
    for index in mine:
        book.release(index)
    if book.state is RunState.CANCELLING:
        _cancel_waiting(core, book, mine, now, effects)
    else:
        book.backlog.put_back(mine)
        effects.news.append(Moved(book.run.id))


def worker_ended(core: Core, worker: str, loss: WorkerLoss, now: float, effects: Effects) -> None:
    """A worker is gone: its running task is judged, what it held behind waits again."""
    lane = core.lane_with(worker)
    if lane is not None:
        lane.workers.pop(worker)
    book = core.runs.get(loss.run)
    if book is None:
        return
    if loss.unstarted:
        _put_back(core, book, worker, loss.unstarted, now, effects)
    if loss.index is not None and not book.over[loss.index]:
        _judge_loss(core, book, worker, loss, loss.index, now, effects)


def _judge_loss(
    core: Core, book: RunBook, worker: str, loss: WorkerLoss, index: int, now: float, effects: Effects
) -> None:
    if loss.cancelled or book.state is RunState.CANCELLING:
        ending = endings.of_loss(loss, index, worker, now, OutcomeKind.CANCELLED, "RunCancelled", loss.message)
    elif loss.timed_out or loss.reason is None:
        ending = endings.of_loss(loss, index, worker, now, OutcomeKind.FAILED, "TaskTimeout", loss.message)
        if not _judge(book, ending, now, effects):
            return
    else:
        losses = book.losses[index] = book.losses.get(index, 0) + 1
        decision = retry.after_loss(book.run.options, loss.reason, losses, core.settings.worker_losses)
        kind = OutcomeKind.UNKNOWN if decision is retry.RetryDecision.UNKNOWN else OutcomeKind.FAILED
        sentence = retry.loss_sentence(loss.reason, loss.message, losses)
        ending = endings.of_loss(loss, index, worker, now, kind, "WorkerLost", sentence)
        if decision is retry.RetryDecision.AGAIN:
            _try_again(book, ending, loss.reason, loss.message, now, effects)
            return
    end_tasks(core, book, [ending], now, effects)


def cancel(core: Core, run: str, indices: Sequence[int], now: float, effects: Effects) -> int:
    """Cancel tasks, or all of them; how many had not ended. Waiting ones end at once."""
    book = core.runs.get(run)
    if book is None:
        return 0
    whole = not indices
    wanted = frozenset(indices)
    waiting: Sequence[int] = book.backlog.clear() if whole else book.backlog.remove(wanted)
    hits = [i for i in book.hits if whole or i in wanted]
    for index in hits:
        del book.hits[index]
    waiting = [*waiting, *hits] if hits else waiting
    running = [i for i in book.held if whole or i in wanted]
    if whole and (running or book.open or grows(book.run)):
        book.state = RunState.CANCELLING
        effects.facts += [RunClosed(run, now)] if book.open else []
        effects.facts.append(RunStateChanged(run, RunState.CANCELLING, now))
        book.open = False
    if running:
        effects.commands.append(CancelTasks(book.run.target, run, () if whole else tuple(running)))
    effects.news.append(Moved(run))
    _cancel_waiting(core, book, waiting, now, effects)
    return len(waiting) + len(running)


def _cancel_waiting(core: Core, book: RunBook, indices: Sequence[int], now: float, effects: Effects) -> None:
    like, spans = endings.before_start(now), book.spans(indices)
    if len(indices) <= len(spans) * _ROWS_OF_THEIR_OWN:
        end_tasks(core, book, [s.result(like, i) for s in spans for i in range(s.first, s.stop)], now, effects)
        return
    book.close_alike(spans, like.kind)
    effects.facts.append(TasksEndedAlike(book.run.id, tuple(spans), like, now))
    effects.news.append(EndedAlike(book.run.id, indices))
    settle(core, book, now, effects)


def reopen(core: Core, book: RunBook, states: dict[int, str], now: float, effects: Effects) -> None:
    """Run ended tasks again (``states``: index to the TaskState value it ended in), each in a new generation."""
    run = book.run.id
    indices = sorted(states)
    book.failure = book.message = ""
    for index in indices:
        book.reopen_task(index, states[index])
    book.backlog.put_back(indices)
    core.runs[run] = book
    core.closed.pop(run, None)
    effects.facts.append(TasksRetried(run, tuple(indices), now))
    if book.state in ENDED:
        book.state, book.ended, book.defined = RunState.QUEUED, None, False
        effects.facts.append(RunStateChanged(run, RunState.QUEUED, now))
    effects.news.append(Moved(run))


def delete(run: str, now: float, effects: Effects) -> None:
    """Remove a run that is not live."""
    effects.facts.append(RunDeleted(run, now))
