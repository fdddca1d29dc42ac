"""How much memory a task took at its peak, where the system says."""

from __future__ import annotations

import os
import sys
from resource import RUSAGE_SELF, getrusage  # by name: whether a task uses the module is watched

_UNIT = 1024 if sys.platform == "linux" else 1  # of ru_maxrss
_PAGE = os.sysconf("SC_PAGE_SIZE")


def peak_rss() -> int:
    """Bytes: the largest resident size of this process since ``forget_peak``."""
    return getrusage(RUSAGE_SELF).ru_maxrss * _UNIT


def forget_peak() -> None:
    """Start measuring from the present size; without effect where the system cannot."""
    try:
        with open("/proc/self/clear_refs", "wb", buffering=0) as control:
            control.write(b"5")
    except OSError:
        return


def own_memory() -> int:
    """Bytes that are resident and not shared with a file or another process; 0 where unknown."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as statm:
            _, resident, shared, *_ = statm.read().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * _PAGE
