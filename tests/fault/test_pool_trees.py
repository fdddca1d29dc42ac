"""No process that a task started is left: not when it ends, is cancelled or dies, and not when the pool is killed."""

from __future__ import annotations

import os
import re
import secrets
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cellburst.model.outcome import LossReason
from cellburst.paths import Folders
from cellburst.pool import launch
from cellburst.pool.marker import marked
from cellburst.pool.survivors import end_survivors, find_survivors
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from cellburst.wire.worker import MARKER
from tests.processes import gone
from tests.unit.pool.driver import Controller, eventually, running_pool, start_pool


@pytest.fixture
def folders(folders: Folders) -> Folders:
    """An environment of its own: pools of tests that run beside this one end survivors too."""
    return replace(folders, env=secrets.token_hex(6))


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, replace(settings, cancel_grace=0.2)) as controller:
        yield controller


def _below(folders: Folders) -> list[int]:
    """Every living process below the pool."""
    found = launch.find(folders)
    assert found is not None
    children = psutil.Process(found.pid).children(recursive=True)
    return [child.pid for child in children if not gone(child.pid)]


def _marked(folders: Folders, pool_pid: int) -> list[int]:
    return [process.pid for process, marker in marked() if marker.pid == pool_pid and process.pid != pool_pid]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["cancel", "timeout", "death", "close"])
def test_two_hundred_hostile_children_are_all_gone(
    pool: Controller, folders: Folders, tmp_path: Path, end: str
) -> None:
    found = launch.find(folders)
    assert found is not None
    (worker,) = pool.start_workers()
    ready = tmp_path / "ready"
    line = "hostile 200 abort" if end == "death" else f"hostile 200 {ready}"
    pool.run_lines(worker, line, timeout=4.0 if end == "timeout" else None)
    if end != "death":
        eventually(ready.exists)
        assert len(_below(folders)) > 200
    if end == "cancel":
        pool.send(wire.CancelTasks("r"))
    elif end == "close":
        pool.send(wire.ClosePool())
    ended = pool.wait_for(wire.WorkerEnded)
    assert ended.worker == worker
    assert _marked(folders, found.pid) == [], "gone before it is said"


def test_a_fork_bomb_dies_with_its_task(pool: Controller, folders: Folders, tmp_path: Path) -> None:
    found = launch.find(folders)
    assert found is not None
    (worker,) = pool.start_workers()
    ready = tmp_path / "ready"
    pool.run_lines(worker, f"bomb {len(psutil.pids()) + 80} {ready}")
    eventually(lambda: ready.exists() and len(_below(folders)) > 60)
    pool.send(wire.CancelTasks("r"))
    assert pool.wait_for(wire.WorkerEnded).worker == worker
    assert _marked(folders, found.pid) == []
    assert pool.start_workers() == ["w2"]


def test_a_task_with_too_many_processes_is_ended_with_all_of_them(
    folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    with running_pool(folders, replace(settings, task_processes=40)) as pool:
        found = launch.find(folders)
        assert found is not None
        first, second = pool.start_workers(2)
        pool.run_lines(first, f"hostile 20 {tmp_path / 'few'}", run="few")
        eventually((tmp_path / "few").exists)
        pool.run_lines(second, f"hostile 60 {tmp_path / 'many'}", run="many")
        ended = pool.wait_for(wire.WorkerEnded)
        assert (ended.worker, ended.run, ended.reason) == (second, "many", LossReason.TOO_MANY_PROCESSES)
        assert re.fullmatch(r"it had \d\d processes of its own, more than the 40 that a task may have", ended.message)
        marks = {marker.worker for _, marker in marked() if marker.pid == found.pid}
        assert marks == {first, "pool"}, "gone before it is said, and the others go on"


def test_orphans_of_one_worker_are_not_taken_for_anothers(pool: Controller, folders: Folders, tmp_path: Path) -> None:
    first, second = pool.start_workers(2)
    go, started = tmp_path / "go", tmp_path / "started"
    pool.run_lines(first, f"hostile 6 {tmp_path / 'ready'}", run="a")
    pool.run_lines(second, f"touch_and_wait {started} {go}", run="b")
    eventually(lambda: (tmp_path / "ready").exists() and started.exists())
    pool.send(wire.CancelTasks("a"))
    assert pool.wait_for(wire.WorkerEnded).worker == first
    go.touch()
    assert pool.results()[0].summary == "went"


def test_children_that_are_to_be_kept_outlive_an_idle_worker(
    pool: Controller, folders: Folders, tmp_path: Path
) -> None:
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


def _guard(pool_pid: int) -> int:
    """The process above a pool."""
    guard = psutil.Process(pool_pid).ppid()
    assert any("detach" in word for word in psutil.Process(guard).cmdline())
    return guard


@pytest.mark.parametrize("kept", [False, True])
def test_what_a_killed_pool_leaves_is_ended_at_once(
    folders: Folders, settings: Settings, tmp_path: Path, kept: bool
) -> None:
    """Also what carries no mark, unless a run has asked for its children to be kept."""
    start_pool(folders, settings)
    found = launch.find(folders)
    assert found is not None
    guard = _guard(found.pid)
    pool = Controller(folders)
    (worker, other) = pool.start_workers(2)
    pool.run_lines(other, "keep", run="k", keep_children=kept)
    unmarked = int(str(pool.results()[0].summary))
    try:
        pool.run_lines(worker, f"hostile 40 {tmp_path / 'ready'}")
        eventually((tmp_path / "ready").exists)
        assert len(escaped := _marked(folders, found.pid)) >= 40
        os.kill(found.pid, signal.SIGKILL)
        eventually(lambda: gone(guard), "it has ended all")
        assert [pid for pid in escaped if not gone(pid)] == []
        assert gone(unmarked) is not kept
    finally:
        pool.leave()
        if not gone(unmarked):
            os.kill(unmarked, signal.SIGKILL)


def test_a_pool_that_ends_in_order_takes_its_guard_along_and_leaves_what_is_to_be_kept(
    folders: Folders, settings: Settings
) -> None:
    with running_pool(folders, settings) as pool:
        found = launch.find(folders)
        assert found is not None
        guard = _guard(found.pid)
        (worker,) = pool.start_workers()
        pool.run_lines(worker, "keep", keep_children=True)
        child = int(str(pool.results()[0].summary))
    eventually(lambda: gone(guard))
    assert not gone(child)
    os.kill(child, signal.SIGKILL)


def _kill_with_guard(pool_pid: int) -> None:
    os.kill(_guard(pool_pid), signal.SIGKILL)
    os.kill(pool_pid, signal.SIGKILL)


@pytest.mark.slow
def test_without_a_guard_the_next_pool_ends_what_is_marked(
    folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    start_pool(folders, settings)
    found = launch.find(folders)
    assert found is not None
    pool = Controller(folders)
    (worker, idle) = pool.start_workers(2)
    pids = [pool.value(worker, "pid", run="pid1"), pool.value(idle, "pid", run="pid2")]
    ready = tmp_path / "ready"
    pool.run_lines(worker, f"hostile 40 {ready}")
    eventually(ready.exists)
    _kill_with_guard(found.pid)
    eventually(lambda: all(map(gone, pids)), "workers die with their pool")
    pool.leave()
    assert launch.find(folders) is None
    escaped = find_survivors(folders)
    assert len(escaped) >= 40
    assert all(MARKER in psutil.Process(process.pid).environ() for process in escaped)
    with running_pool(folders, settings) as again:
        eventually(lambda: all(gone(process.pid) for process in escaped), "the next pool ends them")
        assert again.start_workers() == ["w1"]


def test_survivors_can_be_ended_without_a_pool(folders: Folders, settings: Settings, tmp_path: Path) -> None:
    start_pool(folders, settings)
    found = launch.find(folders)
    assert found is not None
    pool = Controller(folders)
    (worker,) = pool.start_workers()
    pool.run_lines(worker, f"hostile 5 {tmp_path / 'ready'}")
    eventually((tmp_path / "ready").exists)
    assert end_survivors(folders) == 0, "the pool lives"
    _kill_with_guard(found.pid)
    eventually(lambda: gone(found.pid))
    eventually(lambda: len(find_survivors(folders)) == 6)
    assert end_survivors(folders) == 6
    assert find_survivors(folders) == []
    pool.leave()
