"""Whether there is room in this process for a value, asked before it is loaded."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from cellburst.model.blob import Packed

_SURELY_FITS = 64 << 20  # bytes
_SHARE = 0.5  # of the free memory; objects take more than their pickle does
_PAGE = os.sysconf("SC_PAGE_SIZE")


def lack_of_room(packed: Packed) -> str:
    """Why the value should not be loaded without being asked for, in words; empty if it may be.

    Buffers (arrays, frames) do not count: they are mapped, and take memory only when they are changed.
    """
    size = packed.body_blob.size if packed.body_blob is not None else 0
    if size <= _SURELY_FITS:
        return ""
    free = free_memory()
    return "" if size <= _SHARE * free else f"its pickle has {size / 1e9:.2f} GB, and {free / 1e9:.2f} GB are free here"


def free_memory() -> int:
    """Bytes that this process can still get: from the machine, and within its own limit."""
    found = [_available()]
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        found.append(soft - address_space())
    return max(0, min(found))


def address_space() -> int:
    """Bytes that this process has mapped; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
    except OSError:
        return 0


def _available() -> int:
    import psutil  # costs tens of milliseconds, and most values are small

    return int(psutil.virtual_memory().available)
