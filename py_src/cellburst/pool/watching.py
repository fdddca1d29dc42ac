"""Looking at busy workers now and then: time limits, and how many processes and how much memory their trees have."""

from __future__ import annotations

import time
from functools import partial

from cellburst.pool import ending, memory, usage
from cellburst.pool.gpu import gpu_use
from cellburst.pool.state import Cause, Pool, Worker
from cellburst.pool.table import tree_of
from cellburst.wire.board import Executing
from cellburst.wire.pool import Sampled

_INTERVAL = 0.1  # seconds
_SHORT = 0.2  # seconds; shorter tasks are not measured from outside


def begin(pool: Pool) -> None:
    """Look at the workers until none holds a task."""
    if not pool.watching:
        pool.watching = True
        pool.loop.later(0.0, lambda: _look(pool))


def _look(pool: Pool) -> None:
    busy = [worker for worker in pool.workers.values() if worker.held]
    if not busy:
        pool.watching = False
        return
    pause = min(_look_at(pool, worker) for worker in busy)
    pool.loop.later(pause, lambda: _look(pool))


def _look_at(pool: Pool, worker: Worker) -> float:
    """Seconds until the next look at it."""
    executing = worker.process.board.executing()
    if executing is None or worker.status is not None:
        return _INTERVAL
    elapsed = time.monotonic() - executing.monotonic
    if elapsed > _SHORT:
        _measure(pool, worker, executing, elapsed)
    return _enforce_limit(pool, worker, executing, elapsed)


def _measure(pool: Pool, worker: Worker, executing: Executing, elapsed: float) -> None:
    if worker.measured != executing.serial:
        worker.measured, worker.peak = executing.serial, 0
        worker.out_of_memory_kills = memory.kills()
    tree = tree_of(worker.pid)
    _count(pool, worker, executing, len(tree))
    used = memory.tree_resident(tree)
    worker.peak = max(worker.peak, used)
    own = partial(gpu_use, worker.gpus)
    found = usage.sample(worker.meter, executing.serial, elapsed, tree, used, own)
    task = worker.held.by_serial(executing.serial) if found is not None else None
    if task is not None and found is not None:
        pool.link.send(Sampled(task.run, task.index, task.generation, task.attempt, found))


def _count(pool: Pool, worker: Worker, executing: Executing, processes: int) -> None:
    limit = pool.settings.task_processes
    if 0 < limit < processes - 1:
        message = f"it had {processes - 1:,} processes of its own, more than the {limit:,} that a task may have"
        ending.begin(pool, worker, Cause.CROWDED, message, executing.serial)


def _enforce_limit(pool: Pool, worker: Worker, executing: Executing, elapsed: float) -> float:
    task = worker.held.by_serial(executing.serial)
    limit = pool.runs[task.run].timeout if task is not None and task.run in pool.runs else None
    if limit is None or worker.ending is not None:
        return _INTERVAL
    if elapsed >= limit:
        ending.begin(pool, worker, Cause.TIMED_OUT, f"ended at its time limit of {limit:g} s", executing.serial)
        return _INTERVAL
    return min(_INTERVAL, limit - elapsed)
