"""Ending workers with everything that they started: nothing escapes that is still below them or marked.

First the whole tree is stopped, so that none of it can start another process; then, if the worker still
deserves it, all are killed; this is repeated until there is nobody left. Nothing here waits: every round is a timer.
"""

from __future__ import annotations

import os
import signal
import socket
from functools import partial

from cellburst.pool.log import log
from cellburst.pool.marker import marked
from cellburst.pool.state import Cause, Ending, Pool, Worker
from cellburst.pool.table import Process, Table, descendants, read_table, send_signal

_STOP_ROUNDS = 20  # then those that cannot be stopped (in an uninterruptible call) are killed anyway
_LONGEST_PAUSE = 0.05  # seconds between two rounds
_POLITE = 2.0  # seconds for a worker that nobody needs to leave by itself
_WARN_ROUNDS = 200


def begin(pool: Pool, worker: Worker, cause: Cause, message: str = "", serial: int = 0) -> None:
    """End a worker, if that is not already under way; with ``serial`` only while it executes that task."""
    if worker.ending is not None:
        return
    worker.ending = Ending(cause, message, serial)
    if cause is Cause.STOPPED and worker.status is None:
        _let_go(worker)
        pool.loop.later(_POLITE, partial(_step, pool, worker, worker.ending))
    else:
        pool.loop.later(0.0, partial(_step, pool, worker, worker.ending))


def note_death(pool: Pool, worker: Worker, status: int, largest: int) -> None:
    """The worker process itself has ended; ``largest`` is the most memory that it used, in bytes."""
    worker.status = status
    worker.largest = max(worker.largest, largest)
    if worker.ending is None:
        worker.ending = Ending(Cause.DIED, "")
    worker.ending.rounds = 0
    _step(pool, worker, worker.ending)


def _let_go(worker: Worker) -> None:
    try:
        worker.channel.sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it is ending by itself


def _step(pool: Pool, worker: Worker, ending: Ending) -> None:
    if worker.ending is not ending or worker.name not in pool.workers:
        return  # spared, or another timer has seen its end
    table = read_table()
    living = _tree(pool, worker, table)
    if not living:
        living = _escaped(pool, worker, table)
    if not living and worker.status is not None:
        pool.bury(pool, worker)
        return
    if not ending.condemned:
        fresh = [process for process in living if not process.stopped]
        if fresh and ending.rounds < _STOP_ROUNDS:
            _signal(fresh, signal.SIGSTOP)
        elif _innocent(worker, ending):
            _spare(pool, worker, living)
            return
        else:
            ending.condemned = True
    if ending.condemned:
        _signal(living, signal.SIGKILL)
    ending.rounds += 1
    if ending.rounds == _WARN_ROUNDS:
        log(f"{worker.name}: {len(living)} processes do not die: {[process.pid for process in living]}")
    pause = min(_LONGEST_PAUSE, 0.0005 * 2 ** min(ending.rounds, 10))
    pool.loop.later(pause, partial(_step, pool, worker, ending))


def _tree(pool: Pool, worker: Worker, table: Table) -> list[Process]:
    """The living processes of a worker. Those whose parent is gone are its own while it lives, then ours."""
    found: list[Process] = []
    if worker.status is None:
        found += [table[worker.pid]] if worker.pid in table else []
        if not _may_keep(worker):
            found += descendants(table, [worker.pid])
    elif not pool.keeps_children:  # else the marks tell which orphans are to be kept
        workers = {other.pid for other in pool.workers.values()}
        found += (process for process in table.values() if process.parent == os.getpid() and process.pid not in workers)
        found += descendants(table, [orphan.pid for orphan in found])
    return [process for process in found if not process.dead]


def _may_keep(worker: Worker) -> bool:
    cause = worker.ending.cause if worker.ending else Cause.DIED
    return worker.keeps_children and cause in (Cause.STOPPED, Cause.CLOSED)


def _escaped(pool: Pool, worker: Worker, table: Table) -> list[Process]:
    """Processes that carry the worker's mark and are no longer below it."""
    if worker.status is None:
        return []
    mark = pool.birth.marker._replace(worker=worker.name)
    return [process for process, marker in marked(table) if marker == mark]


def _innocent(worker: Worker, ending: Ending) -> bool:
    """Whether the worker, which is stopped, has just ended the task for which it was to be ended."""
    if not ending.serial or worker.status is not None:
        return False
    executing = worker.process.board.executing()
    return executing is None or executing.serial != ending.serial


def _spare(pool: Pool, worker: Worker, stopped: list[Process]) -> None:
    worker.ending = None
    _signal(stopped, signal.SIGCONT)
    pool.spared(pool, worker)


def _signal(processes: list[Process], number: signal.Signals) -> None:
    for process in processes:
        send_signal(process, number)
