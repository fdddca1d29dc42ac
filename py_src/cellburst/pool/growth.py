"""Warm workers that have kept too much of what their tasks used: replaced between two tasks."""

from __future__ import annotations

import os
import time

from cellburst.pool import feeding
from cellburst.pool.state import Pool, Size, Worker
from cellburst.pool.table import resident

_DESCRIPTORS = 256  # more than at the start; many systems allow a process 1024
_THREADS = 512
_WEIGH_EVERY = 0.5  # seconds, for a worker that never has nothing to do


def size_of(worker: Worker) -> Size:
    """What the worker has now."""
    return Size(resident(worker.pid), _entries(worker.pid, "fd"), _entries(worker.pid, "task"))


def replace_if_grown(pool: Pool, worker: Worker) -> None:
    """After an outcome: if the worker has grown too much, take back what it has not started and end it."""
    if not worker.retiring and not _weigh(pool, worker):
        return
    feeding.end_if_retired(pool, worker)


def _weigh(pool: Pool, worker: Worker) -> bool:
    now = time.monotonic()
    if worker.held and now - worker.weighed < _WEIGH_EVERY:
        return False
    worker.weighed = now
    worker.retiring = _growth(worker.base, size_of(worker), pool.settings.rss_growth)
    if worker.retiring and worker.held:
        feeding.take_back(pool, worker, lambda task: True, interrupt=False)
    return bool(worker.retiring)


def _growth(base: Size, now: Size, rss_growth: int) -> str:
    """What there is too much of, in words."""
    if now.memory - base.memory > rss_growth:
        return f"its memory had grown by {(now.memory - base.memory) / 1e9:.1f} GB"
    if now.descriptors - base.descriptors > _DESCRIPTORS:
        return f"its tasks had left {now.descriptors - base.descriptors} files open"
    if now.threads - base.threads > _THREADS:
        return f"its tasks had left {now.threads - base.threads} threads running"
    return ""


def _entries(pid: int, folder: str) -> int:
    """0 where the system does not say."""
    try:
        return len(os.listdir(f"/proc/{pid}/{folder}"))
    except OSError:
        return 0
