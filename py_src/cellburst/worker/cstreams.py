"""What C code prints: the C library keeps it back when it writes to a pipe, and the task's output would miss it."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Any

_BY_LINES = 1  # _IOLBF
_libc: Any = ctypes.CDLL(None)


def write_by_lines() -> None:
    """Let C's stdout hand over each line as it is printed, as in a terminal."""
    with suppress(ValueError):  # a C library that calls it something else
        stdout = ctypes.c_void_p.in_dll(_libc, "stdout")
        _libc.setvbuf(stdout, None, _BY_LINES, ctypes.c_size_t(0))


def flush() -> None:
    """Hand over what C's streams hold."""
    _libc.fflush(None)
