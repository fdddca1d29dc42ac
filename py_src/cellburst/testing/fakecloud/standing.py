"""A cloud that stays when whoever started it has ended: found by a file, shared by all of this user's processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cellburst.paths import Folders
from cellburst.processes import boot_id, is_running, start_time
from cellburst.settings import Settings
from cellburst.testing.fakecloud import started as starting
from cellburst.testing.fakecloud.facts import Options
from cellburst.testing.fakecloud.started import Started

IDLE = 1800.0
"""Seconds without requests and machines after which it ends, unless told otherwise."""


class _Kept(Struct, frozen=True):
    started: Started
    since: int
    boot: str


def place() -> Path:
    """The file that names the running cloud."""
    return Folders.of(Settings.load()).runtime / "fakecloud.json"


def find() -> Started | None:
    """The cloud that runs; None if there is none."""
    try:
        kept = msgspec.json.decode(place().read_bytes(), type=_Kept)
    except (OSError, msgspec.MsgspecError):
        return None
    return kept.started if is_running(kept.started.pid, kept.since, kept.boot) else None


def find_or_start(options: Options | None = None) -> Started:
    """The running cloud, or a new one with these options. Of two who come at once one starts it.

    Raises UsageError without the extra, and FakeCloudError if it does not start.
    """
    with _alone():
        found = find()
        if found is not None:
            return found
        wanted = options or Options()
        detached = replace(wanted, detached=True, idle=wanted.idle or IDLE)
        running = starting.start(detached, place().with_suffix(".log"))
        running.process.returncode = 0  # nobody waits for it, and that is meant
        started = running.started
        kept = _Kept(started, start_time(started.pid) or 0, boot_id())
        fresh = place().with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.encode(kept))
        fresh.replace(place())
        return started


@contextmanager
def _alone() -> Iterator[None]:
    place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place().with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
