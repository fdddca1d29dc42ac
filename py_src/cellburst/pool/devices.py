"""Which worker has which GPUs. A task of a run with ``gpus`` sees as many, and nobody else's.

A worker keeps what it was given: once CUDA is loaded in a process, it goes on with the devices that it found. So one
that has used others, or all of them, is replaced before it gets a task that wants its own.
"""

from __future__ import annotations

from cellburst.pool import ending
from cellburst.pool.state import Cause, Pool, Worker

_CUDA = b"/libcuda.so"


def ready(pool: Pool, worker: Worker, wanted: int) -> bool:
    """Whether the worker has so many GPUs of its own now; if they are free, it is given them."""
    if not wanted or len(worker.gpus) == wanted:
        return True
    if _has_used_gpus(worker):
        worker.retiring = f"a task wants {wanted} GPUs of its own, and others were used before"
        return False
    worker.gpus = ()
    free = _free(pool)
    if len(free) < wanted:
        _collect(pool)
        free = _free(pool)
    if len(free) < wanted:
        return False
    worker.gpus = tuple(free[:wanted])
    return True


def _free(pool: Pool) -> list[str]:
    taken = {name for worker in pool.workers.values() for name in worker.gpus}
    return [name for name in pool.gpus if name not in taken]


def _collect(pool: Pool) -> None:
    """Take GPUs from workers that have nothing to do; those that have used them end."""
    for worker in pool.workers.values():
        if worker.gpus and not worker.held:
            if _has_used_gpus(worker):
                ending.begin(pool, worker, Cause.STOPPED, "its GPUs are for another task")
            else:
                worker.gpus = ()


def _has_used_gpus(worker: Worker) -> bool:
    """Whether the process has loaded CUDA; where the system does not show that, only a new one has certainly not."""
    try:
        with open(f"/proc/{worker.pid}/maps", "rb") as file:
            return _CUDA in file.read()
    except OSError:
        return bool(worker.held.sent)
