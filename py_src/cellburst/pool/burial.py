"""The last words about a worker: what it was doing, what it held behind, why it is gone."""

from __future__ import annotations

import time

from cellburst.model.outcome import LossReason
from cellburst.pool import explain, feeding, hearing, memory, task_files
from cellburst.pool.held import Task
from cellburst.pool.log import log
from cellburst.pool.state import Cause, Ending, Pool, Worker
from cellburst.wire.board import Stage
from cellburst.wire.pool import WorkerEnded

_STAGES = {
    Stage.PREPARING: " while the task's inputs were unpickled",
    Stage.EXECUTING: "",
    Stage.RETURNING: " while the task's result was pickled",
}


def bury(pool: Pool, worker: Worker) -> None:
    """Nothing of the worker is left: say so, after everything that it had still to say."""
    hearing.hear_rest(pool, worker)
    ending = worker.ending or Ending(Cause.DIED, "")
    task = worker.task_now()
    reason, message = _reason(pool, worker, ending)
    behind = [held for held in worker.held.clear() if held is not task]
    run = task.run if task else next((held.run for held in behind), "")
    feeding.return_tasks(pool, worker, [held for held in behind if held.run != run])
    unstarted = tuple(held.index for held in behind if held.run == run)
    if task is not None:
        task_files.drop_attempt(pool.birth.files, task.run, task.index, task.generation, task.attempt)
    _say(pool, _farewell(worker, ending, task, run, unstarted, reason, message))
    hearing.stop_listening(pool, worker)
    del pool.workers[worker.name]
    feeding.feed_others(pool)


def _farewell(
    worker: Worker,
    ending: Ending,
    task: Task | None,
    run: str,
    unstarted: tuple[int, ...],
    reason: LossReason | None,
    message: str,
) -> WorkerEnded:
    executing = worker.process.board.executing()
    return WorkerEnded(
        worker=worker.name,
        run=run,
        index=task.index if task else None,
        generation=task.generation if task else 0,
        attempt=task.attempt if task else 0,
        unstarted=unstarted,
        reason=reason,
        message=message,
        cancelled=ending.cause is Cause.CANCELLED,
        timed_out=ending.cause is Cause.TIMED_OUT,
        started=executing.wall if executing else 0.0,
        seconds=time.monotonic() - executing.monotonic if executing else 0.0,
        peak_rss=_peak(worker),
    )


def _say(pool: Pool, message: WorkerEnded) -> None:
    if message.reason is not None:
        log(f"{message.worker} is lost: {message.message}")
    if pool.link.attached:
        pool.link.send(message)
    elif message.index is not None:
        pool.unsaid.append(message)  # the next controller is told


def _reason(pool: Pool, worker: Worker, ending: Ending) -> tuple[LossReason | None, str]:
    if ending.cause in (Cause.STOPPED, Cause.CANCELLED, Cause.TIMED_OUT):
        return None, ending.message or ending.cause.value
    if ending.cause is Cause.CLOSED:
        return (LossReason.POOL_LOST if worker.held else None), ending.message or ending.cause.value
    if ending.cause is Cause.CROWDED:
        return LossReason.TOO_MANY_PROCESSES, ending.message
    if ending.cause is Cause.UNRESPONSIVE:
        return LossReason.UNRESPONSIVE, ending.message
    killed_for_memory = memory.kills() > worker.out_of_memory_kills
    reason, message = explain.loss(
        worker.status or 0, peak=_peak(worker), limit=pool.memory_limit, out_of_memory=killed_for_memory
    )
    if worker.process.board.executing() is not None:
        message += _STAGES[worker.process.board.stage]
    if not worker.ready and worker.last_words.strip():
        message += f" before it took tasks: {worker.last_words.strip().splitlines()[-1]}"
    return reason, message


def _peak(worker: Worker) -> int:
    return max(worker.peak if worker.task_now() else 0, worker.largest)
