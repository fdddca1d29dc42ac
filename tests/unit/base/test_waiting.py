"""Waiting for one descriptor, also in a process that has very many."""

from __future__ import annotations

import fcntl
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from cellburst.client.connecting.launch import Launch
from cellburst.paths import Folders
from cellburst.wire.waiting import readable, writable

FIRST = 1100  # select.select takes numbers below 1,024


@pytest.fixture
def many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert before[1] == resource.RLIM_INFINITY or before[1] > 2 * FIRST
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * FIRST, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def moved_up(descriptor: int) -> int:
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FIRST)
    os.close(descriptor)
    return high


def test_both_directions_of_a_high_descriptor(many_files: None) -> None:
    here, there = socket.socketpair()
    here.setblocking(False)
    high = moved_up(here.detach())
    assert not readable(high, 0.0)
    assert writable(high, 0.0)
    with suppress(BlockingIOError):
        while True:
            os.write(high, bytes(1 << 16))
    assert not writable(high, 0.0)
    there.close()
    assert readable(high, 0.0), "the end can be read"
    os.close(high)


@pytest.mark.parametrize(("word", "meaning"), [(b"ready\n", "ready"), (b"other\n", "other")])
def test_a_controller_is_started_by_a_kernel_with_many_files(
    many_files: None, folders: Folders, word: bytes, meaning: str
) -> None:
    ready, write = os.pipe()
    os.write(write, word)
    os.close(write)
    assert Launch(moved_up(ready), folders).wait(5.0) == meaning
