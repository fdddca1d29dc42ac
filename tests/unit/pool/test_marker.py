from __future__ import annotations

import os
import secrets
import signal
import subprocess
from dataclasses import replace

import pytest

from cellburst import processes
from cellburst.paths import Folders
from cellburst.pool.marker import Marker, marked, marker_of, parse
from cellburst.pool.survivors import end_survivors, find_survivors
from cellburst.wire.worker import MARKER
from tests.processes import gone


@pytest.fixture
def folders(folders: Folders) -> Folders:
    """An environment of its own: pools of tests that run beside this one end survivors too."""
    return replace(folders, env=secrets.token_hex(6))


@pytest.fixture
def ended_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def _sleep(marker: Marker | None) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **({MARKER: str(marker)} if marker else {})}
    return subprocess.Popen(["sleep", "3600"], env=environment)


def test_a_marker_is_read_as_it_is_written() -> None:
    marker = Marker("0123456789ab", 12, 3456, "w7")
    assert str(marker) == "0123456789ab.12.3456:w7"
    assert parse(str(marker)) == marker


@pytest.mark.parametrize("text", ["", ":", "a:b", "a.1:b", "a.x.2:w", "a.1.2.3:w", "a.-1.2:w", "a.\u0661.2:w"])
def test_anything_else_is_no_marker(text: str) -> None:
    assert parse(text) is None


def test_only_marked_processes_of_a_pool_that_is_gone_are_ended(folders: Folders, ended_pid: int) -> None:
    start = processes.start_time(os.getpid())
    assert start is not None
    lost = Marker(folders.env, ended_pid, 1, "w1")
    reused = Marker(folders.env, os.getpid(), start + 1, "w1")  # the pid lives, but it is somebody else's now
    started = {
        "lost": _sleep(lost),
        "reused": _sleep(reused),
        "living": _sleep(Marker(folders.env, os.getpid(), start, "w1")),
        "other": _sleep(lost._replace(env="ffffffffffff")),
        "plain": _sleep(None),
    }
    try:
        assert marker_of(started["lost"].pid) == lost
        assert {process.pid for process in find_survivors(folders)} == {started["lost"].pid, started["reused"].pid}
        assert end_survivors(folders) == 2
        assert started["lost"].wait(5) == started["reused"].wait(5) == -signal.SIGKILL
        assert not any(gone(started[name].pid) for name in ("living", "other", "plain"))
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def test_we_never_find_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cellburst.pool.marker.marker_of", lambda pid: Marker("e", 1, 1, "w"))
    assert os.getpid() not in [process.pid for process, _ in marked()]


def test_a_pool_whose_start_is_not_known_is_not_given_up() -> None:
    assert not Marker("e", 1, 0, "pool").orphaned
