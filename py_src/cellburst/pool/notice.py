"""Telling running tasks that they are about to end with their machine or pool (``task.on_interrupt``)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from cellburst.pool.state import Pool

_AGAIN = (0.02, 0.2, 1.0)  # seconds: a signal that comes just before a wait in the system does not end it
_LOOK = 0.05


def give(pool: Pool) -> bool:
    """Tell every worker; whether a running task wants to be called because of it."""
    found = _poke(pool)
    if found:
        for delay in _AGAIN:
            pool.loop.later(delay, partial(_poke_again, pool))
    return found


def give_and_wait(pool: Pool, seconds: float, then: Callable[[], None]) -> None:
    """Tell every worker, and call ``then`` once those that wanted to be called have been, or after ``seconds``."""
    if not give(pool):
        then()
        return
    _wait(pool, time.monotonic() + seconds, then)


def _wait(pool: Pool, until: float, then: Callable[[], None]) -> None:
    listening = any(worker.process.board.notice() for worker in pool.workers.values())
    if listening and time.monotonic() < until:
        pool.loop.later(_LOOK, lambda: _wait(pool, until, then))
    else:
        then()


def _poke_again(pool: Pool) -> None:
    _poke(pool)


def _poke(pool: Pool) -> bool:
    found = False
    for worker in pool.workers.values():
        if worker.process.board.notice() and worker.status is None:
            found = True
            with suppress(OSError):  # it is just ending
                os.kill(worker.pid, signal.SIGURG)
    return found
