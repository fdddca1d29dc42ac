"""Processes of a machine as /proc shows them."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_DYING = 0.002
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Process:
    """One line of the table."""

    pid: int
    parent: int
    name: str
    state: str


def listed() -> dict[int, Process]:
    """Every process that can be seen."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (process := _read(int(entry))):
            found[process.pid] = process
    return found


def _read(pid: int) -> Process | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    name = text[text.index(b"(") + 1 : text.rindex(b")")].decode(errors="replace")
    state, parent = text.rpartition(b")")[2].split()[:2]
    return Process(pid, int(parent), name, state.decode())


def below(pid: int) -> list[int]:
    """Its descendants, parents first; without those that have ended and are not waited for."""
    everything = listed()
    children: dict[int, list[int]] = {}
    for process in everything.values():
        if process.state not in "ZX":
            children.setdefault(process.parent, []).append(process.pid)
    found: list[int] = []
    todo = [pid]
    while todo:
        new = children.get(todo.pop(), [])
        found += new
        todo += new
    return found


def memory(pid: int) -> int:
    """Bytes that it alone holds: resident without what is shared."""
    try:
        _, resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[:3])
    except OSError:
        return 0
    return max(0, resident - shared) * _PAGE


def cpu_ticks(pid: int) -> int:
    """CPU time of it and of its children that have ended (proc(5), fields 14 to 17 of stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0
    return sum(map(int, fields[11:15]))


def send(pids: list[int], number: int) -> None:
    """Signal each of them that is still there."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def end_below(pid: int) -> None:
    """Kill everything below a process: first stopped, so that nothing can fork away, until nothing is left.

    Whoever is the parent has to wait for them.
    """
    while found := below(pid):
        send(found, signal.SIGSTOP)
        send([*found, *below(pid)], signal.SIGKILL)
        time.sleep(_DYING)
