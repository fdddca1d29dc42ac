"""Telling processes apart for certain: a pid alone may by now be somebody else's."""

from __future__ import annotations

import os
import socket
import struct
import sys
from pathlib import Path

_CREDENTIALS = struct.Struct("3i")
_START_TIME_FIELD = 22  # of /proc/<pid>/stat, counted from 1 (proc(5))


def start_time(pid: int) -> int | None:
    """When a process was started, in clock ticks since boot; None if there is no such process."""
    if sys.platform != "linux":
        return _start_time_by_psutil(pid)
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    after_name = text.rpartition(b")")[2].split()  # the name may hold spaces and brackets
    state, start = after_name[0], after_name[_START_TIME_FIELD - 3]
    return None if state in (b"Z", b"X") else int(start)


def _start_time_by_psutil(pid: int) -> int | None:
    import psutil  # slow to import, and only other systems need it

    try:
        return int(psutil.Process(pid).create_time() * 100)
    except psutil.Error:
        return None


def boot_id() -> str:
    """Changes with every start of the machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def is_running(pid: int, started: int, boot: str) -> bool:
    """Whether exactly this process still runs."""
    return boot == boot_id() and pid > 0 and start_time(pid) == started


def peer_uid(sock: socket.socket) -> int | None:
    """The user at the other end of a Unix socket; None where the system does not say."""
    if sys.platform == "linux":
        raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        return int(_CREDENTIALS.unpack(raw)[1])
    return None


def is_ours(sock: socket.socket) -> bool:
    """Whether this user is at the other end; where the system does not say, the folder's mode must do."""
    return peer_uid(sock) in (os.getuid(), None)
