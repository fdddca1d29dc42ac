"""How much of the machine its tasks take, against what is there: for the report on what was paid for."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from cellburst.model.machine import MachineUse
from cellburst.pool import memory
from cellburst.pool.capacity import usable_cores
from cellburst.pool.gpu import GpuUse, gpu_use

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_IDLE = (3, 4)  # fields of the first line of /proc/stat (proc(5)): idle, waiting for input and output


class UseMeter:
    """``look`` now and then; ``most`` is the most that was used at once since the beginning."""

    def __init__(
        self,
        proc: Path = _PROC,
        now: Callable[[], float] = time.monotonic,
        gpus: Callable[[], GpuUse | None] = gpu_use,
    ) -> None:
        self._proc = proc
        self._now = now
        self._gpus = gpus
        self._at = now()
        self._busy = self._busy_seconds()
        self.most = MachineUse(cpus=usable_cores(), memories=memory.limit())

    def look(self) -> MachineUse:
        """Take a sample; the most until now."""
        now, busy = self._now(), self._busy_seconds()
        cores = (busy - self._busy) / (now - self._at) if now > self._at else 0.0
        self._at, self._busy = now, busy
        most, gpus = self.most, self._gpus() or GpuUse()
        self.most = MachineUse(
            cpu=round(max(most.cpu, min(cores, most.cpus)), 2),
            cpus=most.cpus,
            memory=max(most.memory, self._used_memory()),
            memories=most.memories,
            gpu=max(most.gpu, gpus.busy),
            gpu_memory=max(most.gpu_memory, gpus.memory),
            gpu_memories=max(most.gpu_memories, gpus.memories),
        )
        return self.most

    def _busy_seconds(self) -> float:
        """CPU time that all processes have used since the machine was started; 0 where the system does not say."""
        try:
            fields = (self._proc / "stat").read_text().splitlines()[0].split()[1:9]
        except (OSError, IndexError):
            return 0.0
        return sum(int(ticks) for place, ticks in enumerate(fields) if place not in _IDLE) / _TICKS

    def _used_memory(self) -> int:
        """Bytes that are not to be had without taking them from somebody."""
        found = {}
        try:
            for line in (self._proc / "meminfo").read_text().splitlines():
                name, _, rest = line.partition(":")
                found[name] = int(rest.split()[0]) * 1024
        except (OSError, ValueError, IndexError):
            return 0
        return max(0, found.get("MemTotal", 0) - found.get("MemAvailable", 0))
