"""Memory of a process and all its descendants, also those that detached themselves."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

MARK = "BENCH_TAG"
_EVERY = 0.03


def marked(tag: str) -> list[int]:
    """Every process with this tag in its environment."""
    wanted = f"{MARK}={tag}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def private(pid: int) -> int:
    """Bytes of its own (anonymous) memory; pages that n processes share count 1/n in each of them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss_Anon:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def shared() -> int:
    """Bytes in shared memory and memory file systems, of the whole machine."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("Shmem:"):
            return int(line.split()[1]) * 1024
    return 0


def written(folder: Path) -> int:
    """Bytes in the files below a folder: what was written may be mapped, or wait in the page cache."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


class Sampler:
    """Adds up, every 30 ms and in a thread, every copy there is: in processes, in shared memory, in written files."""

    def __init__(self, tag: str, folder: Path) -> None:
        self.samples: list[tuple[float, int]] = []
        self._tag = tag
        self._folder = folder
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def peak_between(self, begin: float, end: float) -> float | None:
        """Bytes above what there was at ``begin`` (monotonic seconds); None without samples."""
        before = [size for at, size in self.samples if begin <= at <= begin + 0.25]
        during = [size for at, size in self.samples if begin <= at <= end]
        return max(during) - min(before) if before else None

    def _sample(self) -> None:
        while not self._over.wait(_EVERY):
            size = sum(map(private, marked(self._tag))) + shared() + written(self._folder)
            self.samples.append((time.monotonic(), size))


def end_marked(tag: str) -> int:
    """End what is left of a measured system; how many there were."""
    left = [pid for pid in marked(tag) if pid != os.getpid()]
    for pid in left:
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue
    return len(left)
