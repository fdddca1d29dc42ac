"""How much memory there is, who uses it, and whether the system killed for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from cellburst.pool.table import resident

_ROOT = Path("/sys/fs/cgroup")


def limit(root: Path = _ROOT, proc: Path = Path("/proc")) -> int:
    """Bytes that this process and its neighbours may use together: of the machine, or of its control group."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for folder in _groups(root, proc):
        found += [_number(folder / name) for name in ("memory.max", "memory.limit_in_bytes")]
    return min(number for number in found if number > 0)


def kills(root: Path = _ROOT, proc: Path = Path("/proc")) -> int:
    """How many processes the system has killed for want of memory; only a difference means something."""
    files = [folder / name for folder in _groups(root, proc) for name in ("memory.events", "memory.oom_control")]
    counts = [_counter(path, "oom_kill") for path in files]
    return max(0, _counter(proc / "vmstat", "oom_kill"), *counts)


def tree_resident(pids: Iterable[int]) -> int:
    """Bytes that these processes use together, without what they share with files."""
    return sum(map(resident, pids))


def _groups(root: Path, proc: Path) -> Iterator[Path]:
    """The control groups that bound our memory, inner ones first; a container sees its own as the root."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "memory"):
            base = root / "memory" if controllers else root
            inner = base / path.lstrip("/")
            yield from (folder for folder in (inner, *inner.parents) if folder.is_relative_to(base))


def _number(path: Path) -> int:
    """0 for "max", or if there is no such file."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0


def _counter(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(value) for key, _, value in (line.partition(" ") for line in lines) if key == name), 0)
