"""Executors whose controllers and workers are killed again and again."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from concurrent import futures
from pathlib import Path

import pytest

import cellburst
from cellburst.client.connecting.record import find_controller
from cellburst.paths import Folders

pytestmark = pytest.mark.slow


def note(folder: str, number: int) -> int:
    """Say which worker executed it."""
    time.sleep(0.002)
    with open(os.path.join(folder, str(number)), "a") as file:
        file.write(f"{os.getpid()} ")
    return number * number


@pytest.fixture(autouse=True)
def _two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_WORKERS", "2")


def test_no_call_is_lost_or_told_twice_when_controllers_are_killed(folders: Folders, tmp_path: Path) -> None:
    stop = threading.Event()
    killed: list[int] = []

    def kill() -> None:
        chance = random.Random(5)
        while not stop.wait(chance.uniform(0.1, 0.6)) and len(killed) < 6:
            record = find_controller(folders)
            if record is not None:
                os.kill(record.pid, signal.SIGKILL)
                killed.append(record.pid)

    killer = threading.Thread(target=kill)
    told: list[int] = []
    with cellburst.Executor() as executor:
        executor.submit(note, str(tmp_path), 0).result(30)
        killer.start()
        calls = []
        for number in range(1500):
            calls.append(executor.submit(note, str(tmp_path), number))
            calls[-1].add_done_callback(lambda done: told.append(done.result()))
            if number % 50 == 0:
                time.sleep(0.05)
        assert [call.result(55) for call in calls] == [n * n for n in range(1500)]
        stop.set()
        killer.join()
    assert killed
    assert sorted(told) == [n * n for n in range(1500)]
    assert executor.run is not None
    assert executor.run.status.counts.succeeded == 1501


def test_calls_go_on_when_workers_are_killed(tmp_path: Path) -> None:
    with cellburst.Executor() as executor:
        calls = [executor.submit(note, str(tmp_path), number) for number in range(600)]
        for done in futures.as_completed(calls, 55):
            if done.result() in (10_000, 40_000, 90_000):  # what is being executed then is tried again
                written = (tmp_path / str(int(done.result() ** 0.5))).read_text()
                try:
                    os.kill(int(written.split()[-1]), signal.SIGKILL)
                except ProcessLookupError:
                    continue
        assert [call.result(30) for call in calls] == [n * n for n in range(600)]
