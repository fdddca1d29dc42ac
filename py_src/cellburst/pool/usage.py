"""What a running task uses, sampled ever less often the longer it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from cellburst.model.usage import UsageSample
from cellburst.pool.gpu import GpuUse, gpu_use
from cellburst.pool.table import cpu_seconds

_FIRST = 1.0  # seconds; a shorter task has no curve
_NO_GPU = GpuUse()
_STEPS = 120  # samples in the first so many seconds, and about 80 each time that the time doubles


class Meter(Struct, eq=False):
    """Where a worker's last sample was: of which task, after how many seconds of it, with how much CPU time used."""

    serial: int = 0
    at: float = 0.0
    cpu: float = 0.0


def sample(
    meter: Meter,
    serial: int,
    elapsed: float,
    pids: Iterable[int],
    rss: int,
    gpus: Callable[[], GpuUse | None] = gpu_use,
) -> UsageSample | None:
    """A sample of the task with this serial, ``elapsed`` seconds after its start; None if it is not time for one."""
    if meter.serial != serial:
        meter.serial, meter.at, meter.cpu = serial, elapsed, cpu_seconds(pids)
        return None
    if elapsed < _FIRST or elapsed - meter.at < max(_FIRST, elapsed / _STEPS):
        return None
    cpu = cpu_seconds(pids)
    used = max(0.0, cpu - meter.cpu) / (elapsed - meter.at)  # a child that ended may have taken its time along
    meter.at, meter.cpu = elapsed, cpu
    gpu = gpus() or _NO_GPU
    return UsageSample(round(elapsed, 2), round(used, 3), rss, gpu.busy if gpu is not _NO_GPU else None, gpu.memory)
