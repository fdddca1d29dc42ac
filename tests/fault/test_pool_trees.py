"""No process that a task started is left: not when it ends, is cancelled or dies, and not when the pool is killed."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cellburst.paths import Places
from cellburst.pool import launch
from cellburst.pool.marker import marked
from cellburst.pool.survivors import end_survivors, find_survivors
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from cellburst.wire.worker import MARKER
from tests.unit.pool.driver import Controller, eventually, gone, running_pool, start_pool


@pytest.fixture
def places(places: Places) -> Places:
    """An environment of its own: pools of tests that run beside this one end survivors too."""
    return replace(places, env=secrets.token_hex(6))


@pytest.fixture
def pool(places: Places, settings: Settings) -> Iterator[Controller]:
    with running_pool(places, replace(settings, cancel_grace=0.2)) as controller:
        yield controller


def _below(places: Places) -> list[int]:
    """Every living process below the pool."""
    found = launch.find(places)
    assert found is not None
    children = psutil.Process(found.pid).children(recursive=True)
    return [child.pid for child in children if not gone(child.pid)]


def _marked(places: Places, pool_pid: int) -> list[int]:
    return [process.pid for process, marker in marked() if marker.pid == pool_pid and process.pid != pool_pid]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["cancel", "timeout", "death", "close"])
def test_two_hundred_hostile_children_are_all_gone(pool: Controller, places: Places, tmp_path: Path, end: str) -> None:
    found = launch.find(places)
    assert found is not None
    (worker,) = pool.start_workers()
    ready = tmp_path / "ready"
    line = "hostile 200 abort" if end == "death" else f"hostile 200 {ready}"
    pool.run_lines(worker, line, timeout=4.0 if end == "timeout" else None)
    if end != "death":
        eventually(ready.exists)
        assert len(_below(places)) > 200
    if end == "cancel":
        pool.send(wire.CancelTasks("r"))
    elif end == "close":
        pool.send(wire.ClosePool())
    ended = pool.wait_for(wire.WorkerEnded)
    assert ended.worker == worker
    assert _marked(places, found.pid) == [], "gone before it is said"


def test_a_fork_bomb_dies_with_its_task(pool: Controller, places: Places, tmp_path: Path) -> None:
    found = launch.find(places)
    assert found is not None
    (worker,) = pool.start_workers()
    ready = tmp_path / "ready"
    pool.run_lines(worker, f"bomb {len(psutil.pids()) + 80} {ready}")
    eventually(lambda: ready.exists() and len(_below(places)) > 60)
    pool.send(wire.CancelTasks("r"))
    assert pool.wait_for(wire.WorkerEnded).worker == worker
    assert _marked(places, found.pid) == []
    assert pool.start_workers() == ["w2"]


def test_orphans_of_one_worker_are_not_taken_for_anothers(pool: Controller, places: Places, tmp_path: Path) -> None:
    first, second = pool.start_workers(2)
    go, started = tmp_path / "go", tmp_path / "started"
    pool.run_lines(first, f"hostile 6 {tmp_path / 'ready'}", run="a")
    pool.run_lines(second, f"touch_and_wait {started} {go}", run="b")
    eventually(lambda: (tmp_path / "ready").exists() and started.exists())
    pool.send(wire.CancelTasks("a"))
    assert pool.wait_for(wire.WorkerEnded).worker == first
    go.touch()
    assert pool.results()[0].summary == "went"


def test_children_that_are_to_be_kept_outlive_an_idle_worker(pool: Controller, places: Places, tmp_path: Path) -> None:
    (worker,) = pool.start_workers()
    pool.run_lines(worker, "keep", keep_children=True)
    child = pool.results()[0].summary
    try:
        pool.send(wire.StopWorkers((worker,)))
        assert pool.wait_for(wire.WorkerEnded).worker == worker
        (other,) = pool.start_workers()
        pool.run_lines(other, "die 9", run="other")
        assert pool.wait_for(wire.WorkerEnded).worker == other
        assert not gone(child)
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.slow
def test_nothing_survives_a_killed_pool_for_long(places: Places, settings: Settings, tmp_path: Path) -> None:
    start_pool(places, settings)
    found = launch.find(places)
    assert found is not None
    pool = Controller(places)
    (worker, idle) = pool.start_workers(2)
    pids = [pool.value(worker, "pid", run="pid1"), pool.value(idle, "pid", run="pid2")]
    ready = tmp_path / "ready"
    pool.run_lines(worker, f"hostile 40 {ready}")
    eventually(ready.exists)
    os.kill(found.pid, signal.SIGKILL)
    eventually(lambda: all(map(gone, pids)), "workers die with their pool")
    pool.leave()
    assert launch.find(places) is None
    escaped = find_survivors(places)
    assert len(escaped) >= 40
    assert all(MARKER in psutil.Process(process.pid).environ() for process in escaped)
    with running_pool(places, settings) as again:
        eventually(lambda: all(gone(process.pid) for process in escaped), "the next pool ends them")
        assert again.start_workers() == ["w1"]


def test_survivors_can_be_ended_without_a_pool(places: Places, settings: Settings, tmp_path: Path) -> None:
    start_pool(places, settings)
    found = launch.find(places)
    assert found is not None
    pool = Controller(places)
    (worker,) = pool.start_workers()
    pool.run_lines(worker, f"hostile 5 {tmp_path / 'ready'}")
    eventually((tmp_path / "ready").exists)
    assert end_survivors(places) == 0, "the pool lives"
    os.kill(found.pid, signal.SIGKILL)
    eventually(lambda: gone(found.pid))
    eventually(lambda: len(find_survivors(places)) == 6)
    assert end_survivors(places) == 6
    assert find_survivors(places) == []
    pool.leave()
