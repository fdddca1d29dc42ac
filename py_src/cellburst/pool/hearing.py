"""What comes from workers: messages, and bytes on their descriptors 1 and 2."""

from __future__ import annotations

import time

import msgspec

from cellburst.errors import PayloadError
from cellburst.model.outcome import TaskResult
from cellburst.pool import ending, feeding, growth
from cellburst.pool.log import log
from cellburst.pool.rawoutput import WINDOW, RawPipe, Record, waiting
from cellburst.pool.state import Cause, Pool, Worker
from cellburst.wire.pool import WorkerStarted
from cellburst.wire.waiting import readable
from cellburst.wire.worker import Finished, Importing, Progressed, Ready, Reported, Streamed

_LAST_WORDS = 2000  # characters of what a worker said outside of any task
_CLOSING_TIME = 1.0  # seconds for a worker to end after it closed its connection


def listen(pool: Pool, worker: Worker) -> None:
    """Hear this worker from now on."""
    if worker.connected:
        pool.loop.watch(worker.channel, lambda: _readable(pool, worker))
    for pipe in worker.pipes:
        _watch_pipe(pool, worker, pipe)


def hear_rest(pool: Pool, worker: Worker) -> None:
    """Take in what a worker that has ended left in its socket and pipes."""
    while worker.connected and readable(worker.channel, 0.0):
        _readable(pool, worker)
    _read_pipes(pool, worker)
    _finish_output(pool, worker)


def stop_listening(pool: Pool, worker: Worker) -> None:
    """Close everything that leads to the worker."""
    for pipe in worker.pipes:
        _unwatch_pipe(pool, pipe)
        pipe.close()
    _disconnect(pool, worker)
    worker.channel.close()


def hold_off(pool: Pool) -> None:
    """Read nothing from workers while the controller is far behind: they wait, and nothing piles up here."""
    for worker in pool.workers.values():
        if not worker.congested and worker.connected:
            worker.congested = True
            pool.loop.unwatch(worker.channel)
            for pipe in worker.pipes:
                _unwatch_pipe(pool, pipe)


def go_on(pool: Pool) -> None:
    """The controller has caught up."""
    for worker in pool.workers.values():
        if worker.congested:
            worker.congested = False
            listen(pool, worker)
            feeding.send(pool, worker)  # what was held back meanwhile


def _readable(pool: Pool, worker: Worker) -> None:
    try:
        alive = worker.channel.feed()
        for message in worker.channel.messages():
            _take(pool, worker, message)
    except (msgspec.MsgspecError, PayloadError, OSError) as error:
        _disconnect(pool, worker)
        ending.begin(pool, worker, Cause.UNRESPONSIVE, f"its messages cannot be understood: {error}")
        return
    if not alive:
        _disconnect(pool, worker)
        pool.loop.later(_CLOSING_TIME, lambda: _must_be_gone(pool, worker))
    if pool.link.congested:
        hold_off(pool)


def _must_be_gone(pool: Pool, worker: Worker) -> None:
    if worker.name in pool.workers:
        ending.begin(pool, worker, Cause.UNRESPONSIVE, "its connection to the pool was closed by the task")


def _disconnect(pool: Pool, worker: Worker) -> None:
    if worker.connected:
        worker.connected = False
        if not worker.congested:
            pool.loop.unwatch(worker.channel)


def _take(pool: Pool, worker: Worker, message: object) -> None:
    match message:
        case Finished():
            _take_outcomes(pool, worker, message)
        case Streamed():
            pool.outbox.stream(message)
        case Reported():
            pool.outbox.report(message)
        case Progressed() | Importing():
            pool.link.send(message)
        case Ready():
            worker.ready = True
            worker.last_words = ""
            worker.base = growth.size_of(worker)
            worker.largest = worker.base.memory
            pool.link.send(WorkerStarted(worker.name, worker.pid))
            feeding.feed(pool, worker)
        case _:
            log(f"{worker.name} sent {type(message).__name__}, which nobody asked for")


def _take_outcomes(pool: Pool, worker: Worker, message: Finished) -> None:
    _read_pipes(pool, worker)
    executing = worker.process.board.executing()
    if executing is None or executing.serial != worker.writing:
        _finish_output(pool, worker)
    results = tuple(result for result in message.results if _is_expected(worker, message.run, result))
    idle = not worker.held
    if results or idle:
        pool.outbox.add(worker.name, message.run, results, idle=idle)
    feeding.feed(pool, worker)
    if idle:
        feeding.feed_others(pool)
    if idle and not pool.link.attached:
        ending.begin(pool, worker, Cause.STOPPED)  # the next controller will start what it needs
    else:
        growth.replace_if_grown(pool, worker)


def _is_expected(worker: Worker, run: str, result: TaskResult) -> bool:
    task = worker.held.end(run, result.index)
    if task is None or task.generation != result.generation:
        log(f"{worker.name} sent an outcome of task {result.index} of run {run}, which it does not hold")
        return False
    if worker.interrupt is not None and worker.interrupt.serial == task.serial:
        worker.interrupt = None
    msgspec.structs.force_setattr(result, "worker", worker.name)
    if worker.measured == task.serial and worker.peak > result.peak_rss:
        msgspec.structs.force_setattr(result, "peak_rss", worker.peak)
    return True


def _watch_pipe(pool: Pool, worker: Worker, pipe: RawPipe) -> None:
    if pipe.open and not pipe.watched:
        pipe.watched = True
        pool.loop.watch(pipe, lambda: _pipe_readable(pool, worker, pipe))


def _unwatch_pipe(pool: Pool, pipe: RawPipe) -> None:
    if pipe.watched:
        pipe.watched = False
        pool.loop.unwatch(pipe)


def _pipe_readable(pool: Pool, worker: Worker, pipe: RawPipe) -> None:
    for found in waiting((pipe,), 1):  # nothing, if it was read since the loop looked
        _read(pool, worker, found)
    _let_through_later(pool, worker, pipe)
    if not pipe.open:
        _unwatch_pipe(pool, pipe)
    if pool.link.congested:
        hold_off(pool)


def _let_through_later(pool: Pool, worker: Worker, pipe: RawPipe) -> None:
    """A flood may pause: its newest bytes do not wait for more."""
    if pipe.holds and not pipe.timed:
        pipe.timed = True
        pool.loop.later(WINDOW, lambda: _let_through(pool, worker, pipe))


def _let_through(pool: Pool, worker: Worker, pipe: RawPipe) -> None:
    pipe.timed = False
    _pass_on(pool, worker, worker.writing, pipe.let_through(time.monotonic()))


def _read_pipes(pool: Pool, worker: Worker) -> None:
    _turn_page(pool, worker)
    for pipe in waiting(worker.pipes):
        _read(pool, worker, pipe)


def _read(pool: Pool, worker: Worker, pipe: RawPipe) -> None:
    """Take in a chunk of what is in the pipe already: it belongs to the task that the board names now."""
    _turn_page(pool, worker)
    records: list[Record] = []
    pipe.read(time.monotonic(), records)
    _pass_on(pool, worker, worker.writing, records)


def _turn_page(pool: Pool, worker: Worker) -> None:
    """What is read from now on belongs to the task that the board names."""
    serial = worker.process.board.started
    if serial != worker.writing:
        _finish_output(pool, worker)
        worker.writing = serial
        for pipe in worker.pipes:
            pipe.begin_task()


def _finish_output(pool: Pool, worker: Worker) -> None:
    records = [record for pipe in worker.pipes for record in pipe.finish()]
    _pass_on(pool, worker, worker.writing, records)


def _pass_on(pool: Pool, worker: Worker, serial: int, records: list[Record]) -> None:
    if not records:
        return
    task = worker.held.by_serial(serial)
    if task is None:
        # a child that outlived its task, or the worker itself before its first task
        said = "".join(record["text"] for record in records)
        worker.last_words = (worker.last_words + said)[-_LAST_WORDS:]
        return
    message = Streamed(task.run, task.index, task.generation, task.attempt, tuple(records))
    pool.outbox.stream(message)
