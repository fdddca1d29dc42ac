"""The mark in the environment of everything that a worker starts, by which leftovers are known.

It reads ``<environment>.<pid of the pool>.<its start time>:<worker>``, so that anyone can tell whether the pool is
still there. A process that the user wants to keep runs without it (``Payload.keep_children``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import NamedTuple

from cellburst import processes
from cellburst.pool.table import Process, Table, read_table
from cellburst.wire.worker import MARKER

_ENTRY = f"{MARKER}=".encode()


class Marker(NamedTuple):
    """Whose process it is: the pool's ``env``, ``pid`` and ``start``, and the worker's name."""

    env: str
    pid: int
    start: int
    worker: str

    def __str__(self) -> str:
        return f"{self.env}.{self.pid}.{self.start}:{self.worker}"

    @property
    def orphaned(self) -> bool:
        """Whether its pool is certainly gone; a start time of 0 was not known."""
        return self.start != 0 and processes.start_time(self.pid) != self.start


def parse(text: str) -> Marker | None:
    """The marker that ``text`` is; None if it is none."""
    pool, _, worker = text.partition(":")
    env, *numbers = pool.split(".")
    if len(numbers) != 2 or not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    return Marker(env, int(numbers[0]), int(numbers[1]), worker)


def marker_of(pid: int) -> Marker | None:
    """The marker of a process; None if it has none or is not ours to look at."""
    if sys.platform != "linux":
        return _marker_by_psutil(pid)
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            environment = file.read()
    except OSError:
        return None
    for entry in environment.split(b"\0"):
        if entry.startswith(_ENTRY):
            return parse(entry[len(_ENTRY) :].decode(errors="replace"))
    return None


def _marker_by_psutil(pid: int) -> Marker | None:
    import psutil  # slow to import, and only other systems need it

    try:
        return parse(psutil.Process(pid).environ().get(MARKER, ""))
    except (psutil.Error, OSError):
        return None


def marked(table: Table | None = None) -> Iterator[tuple[Process, Marker]]:
    """Every marked process of this user in our own process namespace, ourselves left out."""
    mine = _namespace(os.getpid())
    for process in (read_table() if table is None else table).values():
        if process.dead or process.pid == os.getpid():
            continue
        marker = marker_of(process.pid)
        # in a container's namespace the pid in the marker means another process than here
        if marker is not None and _namespace(process.pid) == mine:
            yield process, marker


def _namespace(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""
