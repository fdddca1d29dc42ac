"""The process above a pool (``detach``): what it does when the pool was killed, and what the pool tells it.

The guard's interpreter has the standard library and this package, nothing else.
"""

from __future__ import annotations

import os
import signal
import time

from cellburst.pool.table import Process, descendants, read_table, send_signal

_MARKER = "CELLBURST_WORKER="
_PATIENCE = 5.0  # seconds; what does not die by then is found by its mark, by the next pool
_guard = 0


def end_all(pool: str) -> None:
    """End every process below this one; if ``pool`` is the beginning of a mark, only those that carry such a one."""
    mark = f"{_MARKER}{pool}".encode() if pool else b""
    deadline = time.monotonic() + _PATIENCE
    while (found := _living(mark)) and time.monotonic() < deadline:
        for process in found:
            send_signal(process, signal.SIGSTOP)  # none of them can start another one now
        for process in found:
            send_signal(process, signal.SIGKILL)
        time.sleep(0.002)


def meet() -> None:
    """In a new pool: learn who is above it, which its workers need not know."""
    global _guard
    _guard = int(os.environ.pop("CELLBURST_GUARD", "0"))


def spare_unmarked() -> None:
    """In a pool: from now on there are processes that are to outlive it; these carry no mark."""
    if _guard and os.getppid() == _guard:
        os.kill(_guard, signal.SIGUSR1)


def _living(mark: bytes) -> list[Process]:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return []
    found = [process for process in descendants(read_table(), [os.getpid()]) if not process.dead]
    return [process for process in found if not mark or mark in _environment(process.pid)]


def _environment(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read()
    except OSError:
        return b""
