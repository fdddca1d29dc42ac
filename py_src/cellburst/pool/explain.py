"""Why a worker is gone, in words."""

from __future__ import annotations

import os
import signal

from cellburst.model.outcome import LossReason

_NEAR = 0.85  # of the limit: who is killed from outside here was most likely killed for its memory


def loss(status: int, *, peak: int, limit: int, out_of_memory: bool) -> tuple[LossReason, str]:
    """The reason and a sentence part for a wait status; ``peak`` and ``limit`` are bytes.

    ``out_of_memory`` says that the system killed something for memory while the worker's task ran.
    """
    if os.WIFSIGNALED(status):
        return _killed(os.WTERMSIG(status), peak, limit, out_of_memory)
    code = os.waitstatus_to_exitcode(status)
    return LossReason.EXITED, f"exited with code {code} (os._exit, or an exit in C code)"


def _killed(number: int, peak: int, limit: int, out_of_memory: bool) -> tuple[LossReason, str]:
    name = _name(number)
    if number == signal.SIGKILL and (out_of_memory or peak >= _NEAR * limit):
        sizes = f"peak {_gigabytes(peak)} of {_gigabytes(limit)} GB"
        return LossReason.OUT_OF_MEMORY, f"killed by {name}, likely out of memory: {sizes}"
    return LossReason.SIGNALLED, f"killed by {name}"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"  # a real-time one


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f}" if size < 1e9 else f"{size / 1e9:.1f}"
