"""What a controller asks of the pool."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cellburst.model.outcome import LossReason
from cellburst.pool import ending, feeding, hearing, memory, notice, packages, task_files, watching
from cellburst.pool.held import Task
from cellburst.pool.log import log
from cellburst.pool.process import fork_worker
from cellburst.pool.rawoutput import RawPipe
from cellburst.pool.state import Cause, Pool, Worker
from cellburst.wire.frames import Channel
from cellburst.wire.pool import (
    Acknowledge,
    Assign,
    Attached,
    CancelTasks,
    ClosePool,
    DefineRun,
    ForgetRuns,
    GiveNotice,
    HeldTasks,
    PruneTasks,
    Recall,
    Returned,
    StartWorkers,
    StopWorkers,
    WorkerEnded,
)
from cellburst.wire.worker import FromWorker

_READY_WITHIN = 60.0  # seconds; a busy machine may take its time


def attach(pool: Pool) -> None:
    """Tell a controller that has just come everything that it may not know."""
    pool.alone_since = None
    ended, pool.unsaid = pool.unsaid, []
    present = [held for worker in pool.workers.values() if worker.ready for held in _held_by(worker)]
    gone = [_held_until_the_end(message) for message in ended]
    pool.link.send(Attached((*present, *gone), pool.capacity, tuple(pool.runs)))
    pool.outbox.attach()
    pool.link.send(*ended)


def obey(pool: Pool, message: object) -> None:
    """Carry one message out."""
    match message:
        case Assign():
            _assign(pool, message)
        case DefineRun():
            pool.runs[message.run] = message
        case Acknowledge():
            pool.outbox.acknowledge(message.serial)
        case StartWorkers():
            for _ in range(message.count):
                start_worker(pool)
        case Recall():
            if message.worker in pool.workers:
                feeding.take_back(pool, pool.workers[message.worker], lambda task: True, interrupt=False)
        case CancelTasks():
            _cancel(pool, message)
        case PruneTasks():
            _prune(pool, message)
        case StopWorkers():
            for name in message.workers:
                _stop(pool, name)
        case ForgetRuns():
            for run in message.runs:
                feeding.forget(pool, run)
                task_files.drop_empty(pool.birth.files, run)
        case GiveNotice():
            notice.give(pool)
        case ClosePool():
            close(pool)
        case _:
            log(f"a controller sent {type(message).__name__}, which this pool does not know")


def start_worker(pool: Pool) -> None:
    """Start one more worker."""
    if pool.closing:
        return
    pool.named += 1
    name = f"w{pool.named}"
    try:
        process = fork_worker(name, pool.birth)
    except OSError as error:
        log(f"{name} cannot be started: {error}")
        text = f"no process can be started: {error}"
        pool.link.send(WorkerEnded(name, "", None, 0, 0, (), LossReason.EXITED, text))
        return
    head = pool.settings.output_head
    pipes = (RawPipe("stdout", process.out, head), RawPipe("stderr", process.err, head))
    channel: Channel[object] = Channel(process.sock, FromWorker)
    process.sock.setblocking(False)
    worker = Worker(name, process, channel, pipes, packages.fingerprint(), out_of_memory_kills=memory.kills())
    pool.workers[name] = worker
    hearing.listen(pool, worker)
    pool.loop.later(_READY_WITHIN, partial(_must_be_ready, pool, worker))


def close(pool: Pool) -> None:
    """End every worker, and then the pool."""
    pool.closing = True
    for worker in list(pool.workers.values()):
        ending.begin(pool, worker, Cause.CLOSED)
    if not pool.workers:
        pool.loop.stop()


def end_idle(pool: Pool) -> None:
    """End the workers that have nothing to do."""
    for worker in list(pool.workers.values()):
        if not worker.held:
            ending.begin(pool, worker, Cause.STOPPED)


def _must_be_ready(pool: Pool, worker: Worker) -> None:
    if not worker.ready and worker.name in pool.workers:
        ending.begin(pool, worker, Cause.UNRESPONSIVE, f"it was not ready {_READY_WITHIN:g} s after its start")


def _assign(pool: Pool, message: Assign) -> None:
    worker = pool.workers.get(message.worker)
    if worker is None or message.run not in pool.runs:
        if worker is not None:
            log(f"tasks of run {message.run} came before its definition")
        pool.link.send(Returned(message.worker, message.run, message.indices))
        return
    if worker.held.sent and message.run not in worker.loaded and not worker.retiring:
        worker.retiring = packages.why_outdated(worker.packages)
    worker.held.add(message.run, message.indices, message.generations, message.attempt, message.given)
    feeding.feed(pool, worker)
    feeding.end_if_retired(pool, worker)
    watching.begin(pool)


def _cancel(pool: Pool, message: CancelTasks) -> None:
    wanted = _matcher(message)
    for worker in list(pool.workers.values()):
        if any(map(wanted, worker.held)):
            feeding.take_back(pool, worker, wanted, interrupt=True)


def _prune(pool: Pool, message: PruneTasks) -> None:
    indices = frozenset(message.indices)
    for worker in pool.workers.values():
        executing = worker.process.board.executing()
        task = worker.held.by_serial(executing.serial) if executing else None
        if task is not None and task.run == message.run and task.index in indices:
            worker.process.board.prune(task.serial)


def _matcher(message: CancelTasks) -> Callable[[Task], bool]:
    indices = frozenset(message.indices)
    return lambda task: task.run == message.run and (not indices or task.index in indices)


def _stop(pool: Pool, name: str) -> None:
    worker = pool.workers.get(name)
    if worker is not None and not worker.held:
        ending.begin(pool, worker, Cause.STOPPED)


def _held_by(worker: Worker) -> list[HeldTasks]:
    """One record for each run and attempt, in order; a worker that holds nothing has an empty one."""
    current = worker.task_now()
    found: list[HeldTasks] = []
    batch: list[Task] = []
    for task in worker.held:
        if batch and (task.run, task.attempt) != (batch[0].run, batch[0].attempt):
            found.append(_record(worker, batch, current))
            batch = []
        batch.append(task)
    if batch or not found:
        found.append(_record(worker, batch, current))
    return found


def _record(worker: Worker, batch: list[Task], current: Task | None) -> HeldTasks:
    run, attempt = (batch[0].run, batch[0].attempt) if batch else ("", 0)
    indices, generations = tuple(task.index for task in batch), tuple(task.generation for task in batch)
    return HeldTasks(worker.name, worker.pid, run, indices, generations, attempt, current in batch)


def _held_until_the_end(message: WorkerEnded) -> HeldTasks:
    held = () if message.index is None else (message.index,)
    indices = (*held, *message.unstarted)
    generations = (message.generation,) * len(indices)
    return HeldTasks(message.worker, 0, message.run, indices, generations, message.attempt, bool(held))
