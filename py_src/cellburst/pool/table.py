"""The processes of this machine, as far as ending and measuring trees of them needs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """One process; ``start`` tells it from a later one with the same pid (clock ticks since boot)."""

    pid: int
    parent: int
    state: str
    start: int

    @property
    def dead(self) -> bool:
        """Whether nothing is left of it but its exit status."""
        return self.state in "ZX"

    @property
    def stopped(self) -> bool:
        """Whether it runs no instruction until it is continued."""
        return self.state in "Tt"


Table = dict[int, Process]


def read_table() -> Table:
    """All processes that can be seen now, by pid."""
    if sys.platform != "linux":
        return _table_by_psutil()
    return {found.pid: found for name in os.listdir("/proc") if name.isdigit() and (found := read_process(name))}


def read_process(pid: int | str) -> Process | None:
    """One process; None if there is no such process."""
    if sys.platform != "linux":
        return _table_by_psutil().get(int(pid))
    text = _read(f"/proc/{pid}/stat")
    fields = text.rpartition(b")")[2].split()  # the name before it may hold spaces and brackets
    if len(fields) < 20:
        return None
    return Process(int(pid), int(fields[1]), fields[0].decode(), int(fields[19]))


def descendants(table: Table, roots: Iterable[int]) -> list[Process]:
    """Children, grandchildren and so on of ``roots``, without these, parents before children."""
    children: dict[int, list[Process]] = {}
    for process in table.values():
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = list(roots)
    seen = set(waiting)
    while waiting:
        for process in children.get(waiting.pop(), ()):
            if process.pid not in seen:
                seen.add(process.pid)
                found.append(process)
                waiting.append(process.pid)
    return found


def tree_of(pid: int) -> list[int]:
    """The pid and those of its descendants, read quickly: one that is just starting may be missed."""
    found = [pid]
    for parent in found:
        try:
            threads = os.listdir(f"/proc/{parent}/task")
        except OSError:
            continue
        for thread in threads:
            found += map(int, _read(f"/proc/{parent}/task/{thread}/children").split())
    return found


def send_signal(process: Process, number: signal.Signals) -> bool:
    """Signal exactly this process, never one that took over its pid; False if it is gone or not ours."""
    try:
        if not hasattr(os, "pidfd_open"):
            return _send_checked(process, number)
        handle = os.pidfd_open(process.pid)
        try:
            if not _is_same(process):
                return False
            signal.pidfd_send_signal(handle, number)  # type: ignore[attr-defined,unused-ignore]
        finally:
            os.close(handle)
    except OSError:
        return False
    return True


def resident(pid: int) -> int:
    """Bytes of memory that the process has in use and shares with no file, 0 if unknown."""
    fields = _read(f"/proc/{pid}/statm").split()
    return (int(fields[1]) - int(fields[2])) * _PAGE if len(fields) > 2 else 0


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time that these processes, and children of theirs that have ended, have used."""
    return sum(map(_cpu_seconds, pids))


def _cpu_seconds(pid: int) -> float:
    if sys.platform != "linux":
        return _cpu_by_psutil(pid)
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _send_checked(process: Process, number: signal.Signals) -> bool:
    if not _is_same(process):
        return False
    os.kill(process.pid, number)
    return True


def _is_same(process: Process) -> bool:
    now = read_process(process.pid)
    return now is not None and now.start == process.start


def _read(path: str) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, 1 << 16)
    except OSError:
        return b""  # it ended meanwhile
    finally:
        os.close(handle)


def _table_by_psutil() -> Table:
    import psutil  # slow to import, and only other systems need it

    states = {psutil.STATUS_ZOMBIE: "Z", psutil.STATUS_DEAD: "X", psutil.STATUS_STOPPED: "T"}
    found: Table = {}
    for process in psutil.process_iter(["ppid", "status", "create_time"]):
        facts = process.info
        state = states.get(facts["status"], "R")
        found[process.pid] = Process(process.pid, facts["ppid"] or 0, state, int((facts["create_time"] or 0) * 100))
    return found


def _cpu_by_psutil(pid: int) -> float:
    import psutil

    try:
        found = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(found.user + found.system)
