"""How much the processors do for a cell: unlike its wall time, hardly more on a machine that others use."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

_PROCESSES = Path("/proc")
_OF_A_PROCESS = 2  # in the number of a clock (linux/posix-timers.h: CPUCLOCK_SCHED); above it the id's complement


def work(home: Path) -> dict[int, float]:
    """Seconds by process, of all that were started with ``home`` in their environment; nothing but on Linux."""
    found: dict[int, float] = {}
    mark = os.fsencode(home)
    for entry in _PROCESSES.glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes():
                found[int(entry.name)] = time.clock_gettime(~int(entry.name) << 3 | _OF_A_PROCESS)
        except OSError:  # another user's, or it has ended
            continue
    return found


def since(before: Mapping[int, float], home: Path) -> float:
    """Seconds of work since then, by processes that are there now."""
    return sum(seconds - before.get(process, 0.0) for process, seconds in work(home).items())
