"""The file in which the controller says where it is."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cellburst.paths import Folders
from cellburst.processes import is_running


class ControllerRecord(msgspec.Struct, frozen=True):
    """Which process is the controller, and where it listens."""

    socket: str
    pid: int
    start_time: int
    boot_id: str
    version: str = ""
    protocol: int = 0
    epoch: int = 0
    store: str = ""


def read_record(path: Path) -> ControllerRecord | None:
    """What the file says; None if there is none or it is not one of ours."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ControllerRecord)
    except (OSError, msgspec.DecodeError):
        return None


def find_controller(folders: Folders) -> ControllerRecord | None:
    """The controller that runs now: a pid alone is never believed, it may be somebody else's by now."""
    record = read_record(folders.controller_file)
    if record is None or not is_running(record.pid, record.start_time, record.boot_id):
        return None
    return record
