"""What a machine reads of its own size and load: a type's, where the host would tell its own.

Files in memory, laid over those of /proc and /sys that libraries look at (proc(5), cgroup-v2); ``refresh`` keeps them.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from cellburst.testing.fakecloud.machines import kernel, processes
from cellburst.testing.fakecloud.machines.orders import Boot

FOLDER = "/run/fakecloud"
_ONLINE = "/sys/devices/system/cpu/online"
_GROUP = "/sys/fs/cgroup"
_TICKS = os.sysconf("SC_CLK_TCK")
_PERIOD = 100_000


def lay(boot: Boot, root: Path) -> None:
    """Put the files where they are looked for; what the host does not allow is left out."""
    folder = root / FOLDER.lstrip("/")
    texts = {"meminfo": _meminfo(boot.memory, 0), "stat": _stat(0.0, 0.0, boot.cpus), "online": _online(boot.cpus)}
    places = {"meminfo": "/proc/meminfo", "stat": "/proc/stat", "online": _ONLINE}
    for name, text in texts.items():
        (folder / name).write_text(text)
        with suppress(OSError):
            kernel.mount(str(folder / name), str(root / places[name].lstrip("/")), flags=kernel.BIND)
    with suppress(OSError):
        group = root / _GROUP.lstrip("/")
        kernel.mount("tmpfs", str(group), "tmpfs", data="mode=755")
        (group / "cgroup.controllers").write_text("cpu memory\n")
        (group / "memory.max").write_text(f"{boot.memory}\n")
        (group / "cpu.max").write_text(f"{boot.cpus * _PERIOD} {_PERIOD}\n")
        (group / "memory.events").write_text(_events(0))


def refresh(boot: Boot, started: float, kills: int) -> None:
    """Bring them up to date; ``started`` is monotonic seconds, ``kills`` how often memory was out."""
    everything = list(processes.listed())
    used = sum(map(processes.memory, everything))
    busy = sum(map(processes.cpu_ticks, everything)) / _TICKS
    _write(Path(FOLDER, "meminfo"), _meminfo(boot.memory, used))
    _write(Path(FOLDER, "stat"), _stat(busy, time.monotonic() - started, boot.cpus))
    events = Path(_GROUP, "memory.events")
    if events.exists():
        _write(events, _events(kills))


def _write(path: Path, text: str) -> None:
    """In place and at once: a new file would not be the one that is mounted."""
    with path.open("r+") as file:
        file.write(text)


def _meminfo(total: int, used: int) -> str:
    free = max(0, total - used)
    rows = {"MemTotal": total, "MemFree": free, "MemAvailable": free, "Buffers": 0, "Cached": 0, "SwapCached": 0}
    rows.update(Active=used, Inactive=0, Shmem=0, Slab=0, SReclaimable=0, SwapTotal=0, SwapFree=0)
    return "".join(f"{name + ':':16}{size >> 10:>12} kB\n" for name, size in rows.items())


def _stat(busy: float, up: float, cpus: int) -> str:
    """Of fixed width, so that it never shrinks."""
    idle = max(0.0, up * cpus - busy)
    lines = [f"cpu  {int(busy * _TICKS):>14} 0 0 {int(idle * _TICKS):>14} 0 0 0 0 0 0"]
    share = f"{int(busy * _TICKS / cpus):>14} 0 0 {int(idle * _TICKS / cpus):>14} 0 0 0 0 0 0"
    lines += [f"cpu{number} {share}" for number in range(cpus)]
    lines += ["intr 0", "ctxt 0", f"btime {int(time.time() - up):>12}", "processes 1", "procs_running 1"]
    return "\n".join([*lines, "procs_blocked 0", ""])


def _online(cpus: int) -> str:
    return f"0-{cpus - 1}\n" if cpus > 1 else "0\n"


def _events(kills: int) -> str:
    return f"low 0\nhigh 0\nmax 0\noom {kills:>6}\noom_kill {kills:>6}\noom_group_kill 0\n"
