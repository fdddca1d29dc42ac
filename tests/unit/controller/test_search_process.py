"""A searcher as a real process, with a stand-in for the module."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from cellburst.controller import search_process
from cellburst.controller.loop import TurnLoop
from cellburst.controller.search_process import SearchProcess, starter
from cellburst.paths import Folders


class Watched:
    """A loop with one process in it."""

    def __init__(self, folders: Folders, script: str) -> None:
        self.loop = TurnLoop()
        self.ends: list[tuple[int, str]] = []
        start = starter(folders, self.loop, (sys.executable, "-c", script))
        self.process = start("0000000-abcd", lambda status, line: self.ends.append((status, line)))
        assert isinstance(self.process, SearchProcess)
        self.pid = self.process.pid

    def until_ended(self, seconds: float = 20.0) -> tuple[int, str]:
        deadline = time.monotonic() + seconds
        self.loop.later(seconds, lambda: None)
        while not self.ends:
            assert time.monotonic() < deadline, "it did not end"
            self.loop.turn()
        return self.ends[0]


@pytest.fixture
def started(folders: Folders) -> Iterator[list[Watched]]:
    every: list[Watched] = []
    yield every
    for watched in every:
        if not watched.ends:
            os.kill(watched.pid, signal.SIGKILL)
            watched.until_ended()
    signal.set_wakeup_fd(-1)


def test_it_is_told_its_run_and_folders_and_heard(
    folders: Folders, started: list[Watched], capfd: pytest.CaptureFixture[str]
) -> None:
    started.append(Watched(folders, "import sys; print('first'); print(*sys.argv[1:]); print(); sys.exit(3)"))
    status, line = started[0].until_ended()
    assert status == 3
    assert line == f"0000000-abcd --data {folders.data} --runtime {folders.runtime} --env {folders.env}"
    assert "first\n" in capfd.readouterr().err


def test_a_killed_one_is_told_by_its_signal(folders: Folders, started: list[Watched]) -> None:
    started.append(Watched(folders, "import time; time.sleep(60)"))
    os.kill(started[0].pid, signal.SIGKILL)
    assert started[0].until_ended() == (-signal.SIGKILL, "")


def test_the_last_line_of_an_exception_is_what_counts(folders: Folders, started: list[Watched]) -> None:
    started.append(Watched(folders, "raise ImportError('no optuna')"))
    assert started[0].until_ended() == (1, "ImportError: no optuna")


def test_a_child_that_keeps_its_output_open_does_not_hide_its_end(folders: Folders, started: list[Watched]) -> None:
    child = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3)'])"
    script = f"import subprocess, sys; {child}; sys.exit(4)"
    started.append(Watched(folders, script))
    assert started[0].until_ended()[0] == 4


def test_it_ends_when_it_is_asked_to(folders: Folders, started: list[Watched]) -> None:
    started.append(Watched(folders, "import time; time.sleep(60)"))
    started[0].process.end()
    assert started[0].until_ended() == (-signal.SIGTERM, "")
    started[0].process.end()  # again: nobody else's process is meant


def test_one_that_does_not_listen_is_killed(
    folders: Folders, started: list[Watched], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(search_process, "_ENDS_WITHIN", 0.05)
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    script = f"import signal, time; {deaf}; print('deaf', flush=True); time.sleep(60)"
    started.append(Watched(folders, script))
    while "deaf" not in capfd.readouterr().err:
        started[0].loop.turn()
    started[0].process.end()
    assert started[0].until_ended() == (-signal.SIGKILL, "deaf")


def test_what_cannot_be_started_leaves_nothing_open(folders: Folders) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
    loop = TurnLoop()
    with pytest.raises(OSError, match="no such program"):
        starter(folders, loop, ("/no such program",))("0000000-abcd", lambda *_: None)
    signal.set_wakeup_fd(-1)
    if before:
        assert len(os.listdir("/proc/self/fd")) <= before + 3  # the loop's own
