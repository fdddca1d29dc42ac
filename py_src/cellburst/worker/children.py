"""Processes that a task left behind: ended with everything below them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 2.0
# Helper processes that libraries keep for themselves and take back in order when asked to.
_HELPERS = (
    ("multiprocessing.forkserver", "_forkserver", "_forkserver_pid"),
    ("multiprocessing.resource_tracker", "_resource_tracker", "_pid"),
    ("joblib.externals.loky.backend.resource_tracker", "_resource_tracker", "_pid"),
    ("loky.backend.resource_tracker", "_resource_tracker", "_pid"),
)
_EXECUTORS = ("joblib.externals.loky.reusable_executor", "loky.reusable_executor")


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_children() -> int:
    """End every descendant of this process; how many there were."""
    if not _exist():
        return 0
    _shut_executors_down()
    ended: set[int] = set()
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = set(_below(os.getpid())) - _helper_pids()
        if not found:
            break
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        ended |= found
        _reap(found)
        time.sleep(0.001)
    _stop_helpers()
    _reap(ended)
    return len(ended)


def _exist() -> bool:
    """Whether there is any child, running or dead; one system call, and dead ones stay for whoever waits for them."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _reap(pids: set[int]) -> None:
    for pid in pids:
        with suppress(OSError):
            os.waitpid(pid, os.WNOHANG)


def _below(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _below(child)


def _children(pid: int) -> list[int]:
    """Direct children by the kernel's own lists, one for each thread that made them."""
    if sys.platform != "linux":
        import psutil  # slow to import, and only other systems need it

        return [child.pid for child in psutil.Process(pid).children()]
    found: list[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as listing:
                found += map(int, listing.read().split())
        except FileNotFoundError:
            continue
    return found


def _helpers() -> Iterator[tuple[Any, int]]:
    for module, name, attribute in _HELPERS:
        helper = getattr(sys.modules.get(module), name, None)
        pid = getattr(helper, attribute, None)
        if isinstance(pid, int):
            yield helper, pid


def _helper_pids() -> set[int]:
    return {pid for _, pid in _helpers()}


def _stop_helpers() -> None:
    for helper, pid in _helpers():
        try:
            helper._stop()
        except Exception:  # another version of the library: end it the hard way
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _shut_executors_down() -> None:
    """joblib keeps its workers for the next call; their pool must know that they end."""
    for module in _EXECUTORS:
        executor = getattr(sys.modules.get(module), "_executor", None)
        if executor is not None:
            with suppress(Exception):
                executor.shutdown(wait=True, kill_workers=True)
