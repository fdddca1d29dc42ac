"""The variables of the environment that were changed since this process started."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

Changes = tuple[dict[str, str], tuple[str, ...]]

_OURS = "CELLBURST_"
_FOR_CHILDREN = (_OURS, "PYTHON")
_NOT_FOR_ALL = (_OURS, "OMP_", "OPENBLAS_", "MKL_", "BLIS_", "VECLIB_", "NUMEXPR_")  # what a pool is given besides
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""What a pool sets for its workers where the user has not."""


def at_start_of(pid: int) -> dict[str, str] | None:
    """The environment that a process was started with; None where that cannot be read."""
    try:
        said = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    pairs = (os.fsdecode(entry).partition("=") for entry in said.split(b"\0") if b"=" in entry)
    return {name: value for name, _, value in pairs}


_at_start = at_start_of(os.getpid()) or dict(os.environ)
_last: tuple[dict[bytes, bytes] | None, Changes] = (None, ({}, ()))  # the environment as it was looked at last


def changes() -> Changes:
    """What was set since the start, and the names of what was deleted; settings of ours are neither."""
    global _last
    encoded = getattr(os.environ, "_data", None)  # comparing this is much cheaper than decoding it
    if encoded is not None and encoded == _last[0]:
        return _last[1]
    now = dict(os.environ)
    _last = None if encoded is None else dict(encoded), _changes(now)
    return _last[1]


def _changes(now: Mapping[str, str]) -> Changes:
    if now == _at_start:
        return {}, ()
    found = {name: value for name, value in now.items() if _at_start.get(name) != value and not name.startswith(_OURS)}
    return found, tuple(name for name in _at_start if name not in now and not name.startswith(_OURS))


def beside(other: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What this process was started with, and ``other`` was not; and the names of what only ``other`` has."""
    found = {
        name: value
        for name, value in _at_start.items()
        if (other.get(name) != value or name in THREADS) and not name.startswith(_OURS)
    }
    return found, tuple(name for name in other if name not in _at_start and not name.startswith(_NOT_FOR_ALL))


def threads() -> dict[str, str]:
    """How many threads this process was told to use when it was started: a pool's own are not the user's."""
    return {name: _at_start[name] for name in THREADS if name in _at_start}


def for_children() -> dict[str, str]:
    """The environment for processes that other notebooks will use too: as at the start, but with our own settings."""
    settings = {name: value for name, value in os.environ.items() if name.startswith(_FOR_CHILDREN)}
    return {**_at_start, **settings}
