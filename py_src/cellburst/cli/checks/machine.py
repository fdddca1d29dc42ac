"""How much of this machine the local workers may use."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from cellburst.cli.checks.finding import Finding, ok, warning
from cellburst.pool.capacity import usable_cores
from cellburst.settings import Settings

_CGROUP = Path("/sys/fs/cgroup")
_GB = 1 << 30


def check_machine(settings: Settings) -> Iterator[Finding]:
    """Cores, memory and limits, as the scheduler, the cgroup and the shell see them."""
    yield _cores(settings)
    yield _memory()
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 1024:
        yield warning("open files", f"at most {soft}", "ulimit -n 4096")
    yield _process_limit()


def _cores(settings: Settings) -> Finding:
    whole, usable = os.cpu_count() or 1, usable_cores()
    text = f"{whole}, {usable} usable"
    wanted = settings.workers
    if wanted > 2 * usable:
        advice = "unset CELLBURST_WORKERS, or expect the tasks to slow each other down"
        return warning("cores", f"{text}, {wanted} workers set", advice)
    return ok("cores", text)


def _memory() -> Finding:
    import psutil  # imports in 20 ms; only the doctor pays

    memory = psutil.virtual_memory()
    limit = memory_limit()
    total = min(memory.total, limit) if limit else memory.total
    text = f"{total / _GB:.1f} GB" + (" (cgroup limit)" if limit and limit < memory.total else "")
    text += f", {memory.available / _GB:.1f} GB available on the machine"
    if memory.available < _GB // 2:
        return warning("memory", text, "end something, or run fewer tasks at once with --parallel")
    return ok("memory", text)


def _process_limit() -> Finding:
    text = _read(_CGROUP / "pids.max") or "max"
    soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    limits = [int(text)] if text.isdigit() else []
    limits += [soft] if soft != resource.RLIM_INFINITY else []
    if limits and min(limits) < 256:
        return warning(
            "processes", f"at most {min(limits)}", "raise the limit (ulimit -u, or the container's pids limit)"
        )
    return ok("processes", f"at most {min(limits)}" if limits else "no limit")


def memory_limit() -> int | None:
    """Bytes that the cgroup allows, None without a limit."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        text = _read(_CGROUP / name)
        if text and text.isdigit() and int(text) < 1 << 60:
            return int(text)
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
