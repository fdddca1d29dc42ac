"""Giving tasks to a worker, taking them back, interrupting the one that runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable

from cellburst.pool import devices, ending, guard
from cellburst.pool.held import Task
from cellburst.pool.state import Cause, Interrupt, Pool, TakeBack, Worker
from cellburst.wire.pool import Returned
from cellburst.wire.worker import ForgetRun, LoadRun

_MOMENT = 0.001  # seconds after which another process has seen a word in shared memory for certain


def feed(pool: Pool, worker: Worker) -> None:
    """Send what is parked, unless tasks are just being taken back or interrupted."""
    if not worker.held.parked or not worker.ready or worker.ending or worker.take_backs or worker.interrupt:
        return
    if worker.retiring:
        return  # what comes now goes back when it ends
    if pool.gpus and not devices.ready(pool, worker, _gpus_wanted(pool, worker)):
        end_if_retired(pool, worker)
        return
    messages: list[object] = []
    for message in worker.held.send_parked():
        shared = pool.runs[message.run]
        if worker.loaded.get(message.run) != (shared.count, worker.gpus):
            worker.loaded[message.run] = shared.count, worker.gpus
            if shared.payload.keep_children:
                worker.keeps_children = pool.keeps_children = True
                guard.spare_unmarked()
            own = worker.gpus if shared.gpus else ()
            messages.append(LoadRun(message.run, shared.payload, shared.count, shared.seed, own))
        messages.append(message)
    send(pool, worker, *messages)


def feed_others(pool: Pool) -> None:
    """A GPU may be free now: whoever waits for one gets it."""
    if pool.gpus:
        for worker in pool.workers.values():
            feed(pool, worker)


def _gpus_wanted(pool: Pool, worker: Worker) -> int:
    """By what the worker is to be sent next."""
    runs = {task.run for task in worker.held if not task.serial}
    return max((pool.runs[run].gpus for run in runs if run in pool.runs), default=0)


def forget(pool: Pool, run: str) -> None:
    """No worker will get tasks of this run any more."""
    pool.runs.pop(run, None)
    for worker in pool.workers.values():
        worker.held.take_parked(lambda task: task.run == run)
        if run in worker.loaded:
            del worker.loaded[run]
            send(pool, worker, ForgetRun(run))


def take_back(pool: Pool, worker: Worker, wanted: Callable[[Task], bool], *, interrupt: bool) -> None:
    """Return the wanted tasks that were not started; with ``interrupt``, end the one that was."""
    worker.take_backs.append(TakeBack(wanted, interrupt))
    if len(worker.take_backs) == 1:
        _ask_back(pool, worker)


def end_if_retired(pool: Pool, worker: Worker) -> None:
    """End a worker that is to be replaced and has nothing left that it may have started."""
    if worker.retiring and len(worker.held) == worker.held.parked:
        ending.begin(pool, worker, Cause.STOPPED, f"replaced: {worker.retiring}")


def send(pool: Pool, worker: Worker, *messages: object) -> None:
    """Send without waiting; a worker that is gone is noticed elsewhere."""
    channel = worker.channel
    if not worker.connected:
        return
    try:
        waiting = not channel.queue(*messages)
    except OSError:
        return
    if waiting and not worker.congested:
        pool.loop.when_writable(channel, lambda: _writable(pool, worker))


def return_tasks(pool: Pool, worker: Worker, tasks: Iterable[Task]) -> None:
    """Say which tasks were not started and will not be."""
    by_run: dict[str, list[int]] = {}
    for task in tasks:
        by_run.setdefault(task.run, []).append(task.index)
    for run, indices in by_run.items():
        pool.link.send(Returned(worker.name, run, tuple(indices)))


def _writable(pool: Pool, worker: Worker) -> None:
    try:
        done = worker.channel.flush()
    except OSError:
        done = True
    if done and worker.connected and not worker.congested:
        pool.loop.when_writable(worker.channel, None)


def _ask_back(pool: Pool, worker: Worker) -> None:
    if _started(worker) is None:
        pool.loop.later(_MOMENT, lambda: _ask_back(pool, worker))
        return
    worker.process.board.take_back(worker.held.sent)
    pool.loop.later(_MOMENT, lambda: _settle(pool, worker))


def _started(worker: Worker) -> int | None:
    """The serial of the last task that was started; None while the worker has claimed one and it cannot be seen yet
    if it starts it or drops it."""
    serial, certain = worker.process.board.last_claim()
    decided = certain or worker.status is not None or worker.held.by_serial(serial) is None
    return serial if decided else None


def _settle(pool: Pool, worker: Worker) -> None:
    if worker.name not in pool.workers:
        return  # it ended meanwhile, and said what it had not started
    started = _started(worker)
    if started is None:
        pool.loop.later(_MOMENT, lambda: _settle(pool, worker))
        return
    worker.held.park_after(started)
    asked, worker.take_backs = worker.take_backs, []
    for request in asked:
        taken = worker.held.take_parked(request.wanted)
        return_tasks(pool, worker, taken)
        if not taken and not request.interrupt:
            pool.link.send(Returned(worker.name, "", ()))  # a recall is always answered
    executing = worker.process.board.executing()
    task = worker.held.by_serial(executing.serial) if executing else None
    if task is not None and any(request.interrupt and request.wanted(task) for request in asked):
        _interrupt(pool, worker, task)
    feed(pool, worker)
    feed_others(pool)
    end_if_retired(pool, worker)


def _interrupt(pool: Pool, worker: Worker, task: Task) -> None:
    if worker.interrupt or worker.ending:
        return
    worker.interrupt = Interrupt(task.serial)
    # the whole group, as an interrupted kernel does: a child that the task waits for gets it too
    for deliver in (os.killpg, os.kill):
        try:
            deliver(worker.pid, signal.SIGINT)
            break
        except OSError:
            continue  # it left its group, or is just ending
    pool.loop.later(pool.settings.cancel_grace, lambda: _grace_is_over(pool, worker, task.serial))


def _grace_is_over(pool: Pool, worker: Worker, serial: int) -> None:
    if worker.name in pool.workers and worker.interrupt is not None and worker.interrupt.serial == serial:
        grace = pool.settings.cancel_grace
        message = f"cancelled; it did not stop within {grace:g} s, so its processes were ended"
        ending.begin(pool, worker, Cause.CANCELLED, message, serial)
