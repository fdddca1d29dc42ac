"""What the kernel can be told so that no process gets away from its pool. Weaker where it is not Linux."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36
_OOM_SCORE = 500  # of -1000 to 1000: a task dies before the pool, the controller and the kernel do


def adopt_orphans() -> bool:
    """Become the parent of all descendants whose own parent ends; whether that is possible here."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int) -> None:
    """Be killed when ``parent``, which has just forked us, ends. Ends at once if it has already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def set_name(name: str) -> None:
    """The name that ``ps`` and ``top`` show, at most 15 bytes."""
    text = ctypes.create_string_buffer(name.encode()[:15])
    _prctl(_PR_SET_NAME, ctypes.addressof(text))


def be_first_to_go() -> None:
    """When memory runs out, let the system choose us."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(str(_OOM_SCORE))
    except OSError:
        pass  # not Linux, or a sandbox that forbids it


def _prctl(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    call = ctypes.CDLL(None).prctl
    call.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]  # it is variadic: all of each register must be set
    return int(call(option, value, 0, 0, 0)) == 0
