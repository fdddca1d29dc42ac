"""Which machine of plain processes is at the other end of a connection: they share the host's loopback."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from cellburst.testing.fakecloud.machines import processes

_TABLE = "/proc/net/tcp"


def machine_of(port: int, machines: Iterable[tuple[str, int]]) -> str:
    """The machine that connected from this port of 127.0.0.1, or "". ``machines`` are names and first processes."""
    inode = _inode(port)
    if not inode:
        return ""
    wanted = f"socket:[{inode}]"
    for name, first in machines:
        if any(wanted in _open(pid) for pid in (first, *processes.below(first))):
            return name
    return ""


def _inode(port: int) -> str:
    """Of the socket that is bound to the port (proc(5), /proc/net/tcp)."""
    try:
        lines = Path(_TABLE).read_text().splitlines()[1:]
    except OSError:
        return ""
    local = f"0100007F:{port:04X}"
    return next((fields[9] for fields in map(str.split, lines) if fields[1] == local), "")


def _open(pid: int) -> set[str]:
    folder = f"/proc/{pid}/fd"
    try:
        return {os.readlink(f"{folder}/{name}") for name in os.listdir(folder)}
    except OSError:
        return set()
