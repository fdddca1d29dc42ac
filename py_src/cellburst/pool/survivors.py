"""Ending what a pool left behind that was itself killed."""

from __future__ import annotations

import signal
import time

from cellburst.paths import Folders
from cellburst.pool.marker import marked
from cellburst.pool.table import Process, send_signal

_PATIENCE = 5.0  # seconds; a process in an uninterruptible call dies only after it


def find_survivors(folders: Folders) -> list[Process]:
    """Processes marked by a pool of this environment that is no longer there."""
    return [process for process, marker in marked() if marker.env == folders.env and marker.orphaned]


def end_survivors(folders: Folders) -> int:
    """End them all, also those that are started meanwhile; how many there were.

    A living pool's processes and unmarked ones are never touched.
    """
    ended: set[tuple[int, int]] = set()
    deadline = time.monotonic() + _PATIENCE
    while (found := find_survivors(folders)) and time.monotonic() < deadline:
        for process in found:
            send_signal(process, signal.SIGSTOP)  # none of them can start another one now
        for process in found:
            send_signal(process, signal.SIGKILL)
            ended.add((process.pid, process.start))
        time.sleep(0.005)
    return len(ended)
