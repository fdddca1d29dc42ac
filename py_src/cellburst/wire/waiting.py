"""Waiting for one descriptor. ``select.select`` fails in a process that has more than 1,024 of them open."""

from __future__ import annotations

import select
from typing import Protocol


class _File(Protocol):
    def fileno(self) -> int: ...


def readable(file: _File | int, seconds: float) -> bool:
    """Whether there is something to read, or the other side is gone, within so many seconds."""
    return _ready(file, select.POLLIN, seconds)


def writable(file: _File | int, seconds: float) -> bool:
    """Whether something can be written, or the other side is gone, within so many seconds."""
    return _ready(file, select.POLLOUT, seconds)


def _ready(file: _File | int, what: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(file, what)
    return bool(poll.poll(max(0.0, seconds) * 1000))
