"""Ending a controller so that the next use starts another: live runs, workers and all, go on with that one."""

from __future__ import annotations

import os
import signal
import time

from cellburst.client.connecting.record import find_controller
from cellburst.errors import ControllerError
from cellburst.paths import Folders
from cellburst.processes import is_running

_PATIENCE = 10.0  # seconds
_LOOK = 0.02  # seconds between two looks; the process is not our child, so nothing tells us


def end_controller(folders: Folders) -> int | None:
    """End the controller of this environment and wait for it; its pid, None if none runs.

    Raises ControllerError if it does not end.
    """
    record = find_controller(folders)
    if record is None:
        return None
    os.kill(record.pid, signal.SIGTERM)
    deadline = time.monotonic() + _PATIENCE
    while is_running(record.pid, record.start_time, record.boot_id):
        if time.monotonic() > deadline:
            raise ControllerError(f"controller {record.pid} does not end; `kill -9 {record.pid}` loses nothing")
        time.sleep(_LOOK)
    return record.pid
