"""The controller is gone: tasks finish, and nothing that is finished is lost."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from cellburst.model.outcome import OutcomeKind
from cellburst.paths import Folders
from cellburst.pool import launch, spool
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from cellburst.wire.worker import Streamed
from tests.processes import gone
from tests.unit.pool.driver import Controller, eventually, running_pool, start_pool


def _spooled(folders: Folders) -> list[int]:
    return sorted(result.index for _, message in spool.read(folders.spool) for result in message.results)


def test_a_running_task_finishes_and_the_next_controller_gets_it(
    folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    with running_pool(folders, settings) as pool:
        busy, idle = pool.start_workers(2)
        idle_pid = pool.value(idle, "pid", run="pid")
        started, go = tmp_path / "started", tmp_path / "go"
        pool.define(f"stream_and_wait hello {started} {go}", "ok", count=3)
        pool.assign(busy, 0, 1)
        eventually(started.exists)
        pool.leave()
        eventually(lambda: gone(idle_pid), "idle workers are ended")
        go.touch()
        eventually(lambda: _spooled(folders) == [0, 1])
        again = Controller(folders, epoch=2)
        attached = again.wait_for(wire.Attached)
        assert set(attached.defined) == {"pid", "r"}
        first, second = again.results(2)
        assert (first.index, first.summary, second.index) == (0, "went", 1)
        assert [record["text"] for record in first.outputs] == ["hello"]
        eventually(lambda: not list(folders.spool.iterdir()), "what is acknowledged leaves the spool")
        again.leave()


def test_a_controller_that_comes_while_it_runs_sees_who_holds_what(
    folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    with running_pool(folders, settings) as pool:
        (busy,) = pool.start_workers()
        started, go = tmp_path / "started", tmp_path / "go"
        pool.define(f"touch_and_wait {started} {go}", "ok", count=4)
        pool.assign(busy, 0, 1, 2)
        pool.assign(busy, 3, attempt=2)
        eventually(started.exists)
        pool.leave()
        again = Controller(folders, epoch=2)
        attached = again.wait_for(wire.Attached)
        assert [(held.indices, held.generations, held.attempt, held.running) for held in attached.workers] == [
            ((0, 1, 2), (1, 1, 1), 1, True),
            ((3,), (1,), 2, False),
        ]
        again.send(wire.Recall(busy))
        returned = {again.wait_for(wire.Returned).indices}
        assert returned == {(1, 2, 3)}
        go.touch()
        assert again.results()[0].summary == "went"
        again.leave()


def test_output_of_a_running_task_is_shown_to_the_next_controller(
    folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    with running_pool(folders, settings) as pool:
        (busy,) = pool.start_workers()
        pool.define(f"stream_then_hold hello {tmp_path / 'hold'} {tmp_path / 'said'} {tmp_path / 'go'}")
        pool.assign(busy, 0)
        eventually((tmp_path / "hold").exists)
        pool.leave()
        found = launch.find(folders)
        assert found is not None
        (tmp_path / "said").touch()
        eventually((tmp_path / "said.done").exists)
        again = Controller(folders, epoch=2)
        streamed = again.wait_for(Streamed)
        assert streamed.outputs[0]["text"] == "hello"
        (tmp_path / "go").touch()
        assert again.results()[0].kind is OutcomeKind.SUCCEEDED
        again.leave()


def test_a_worker_that_died_while_nobody_looked_is_said_to_the_next_controller(
    folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    with running_pool(folders, settings) as pool:
        (busy,) = pool.start_workers()
        pid = pool.value(busy, "pid", run="pid")
        pool.define(f"touch_and_wait {tmp_path / 'started'} {tmp_path / 'go'}", "ok", count=3)
        pool.assign(busy, 0, 1, 2)
        eventually((tmp_path / "started").exists)
        pool.leave()
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: "is lost" in folders.log.read_text())
        again = Controller(folders, epoch=2)
        attached = again.wait_for(wire.Attached)
        assert [(held.worker, held.indices, held.running) for held in attached.workers] == [(busy, (0, 1, 2), True)]
        ended = again.wait_for(wire.WorkerEnded)
        assert (ended.worker, ended.index, ended.unstarted) == (busy, 0, (1, 2))
        assert ended.message == "killed by SIGKILL"
        again.leave()


def test_a_time_limit_holds_without_a_controller(folders: Folders, settings: Settings, tmp_path: Path) -> None:
    with running_pool(folders, settings) as pool:
        (busy,) = pool.start_workers()
        pool.define("sleep 3600", timeout=0.5)
        pool.assign(busy, 0)
        pool.leave()
        found = launch.find(folders)
        assert found is not None
        eventually(lambda: _childless(found.pid))
        again = Controller(folders, epoch=2)
        assert again.wait_for(wire.WorkerEnded).timed_out
        again.leave()


def _childless(pid: int) -> bool:
    return not Path(f"/proc/{pid}/task/{pid}/children").read_text().strip()


def test_a_pool_alone_ends_after_its_grace_and_leaves_the_spool(
    folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    with running_pool(folders, replace(settings, pool_grace=0.2)) as pool:
        found = launch.find(folders)
        assert found is not None
        (busy,) = pool.start_workers()
        started, go = tmp_path / "started", tmp_path / "go"
        pool.run_lines(busy, f"touch_and_wait {started} {go}")
        eventually(started.exists)
        pool.leave()
        with pytest.raises(AssertionError):
            eventually_within(0.6, lambda: gone(found.pid))
        go.touch()
        eventually(lambda: gone(found.pid))
        assert _spooled(folders) == [0]
        assert launch.find(folders) is None


def eventually_within(seconds: float, condition: object) -> None:
    """Fails unless ``condition`` comes true in time: for what must not happen, so it waits the whole time."""
    import time

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.01)
    raise AssertionError


def test_a_pool_that_no_controller_ever_reaches_ends(folders: Folders, settings: Settings) -> None:
    start_pool(folders, replace(settings, pool_grace=0.1))
    eventually(lambda: launch.find(folders) is None)


@pytest.mark.parametrize("point", ["pool.outcome.received", "pool.outcome.sent", "pool.spool.written"])
def test_killed_at_a_named_point_it_leaves_a_whole_spool_or_none(
    folders: Folders, settings: Settings, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    monkeypatch.setenv("CELLBURST_FAULT", f"{point}:kill:2")
    start_pool(folders, settings)
    found = launch.find(folders)
    assert found is not None
    pool = Controller(folders)
    (worker,) = pool.start_workers()
    pool.run_lines(worker, "ok", "sleep 0.1")
    if "spool" in point:
        pool.leave()
    eventually(lambda: gone(found.pid), "it dies at the point")
    pool.leave()
    monkeypatch.delenv("CELLBURST_FAULT")
    assert set(_spooled(folders)) <= {0, 1}
    with running_pool(folders, settings, epoch=2) as again:
        assert again.start_workers() == ["w1"]
        assert not list(folders.spool.glob("*.tmp"))


def test_a_full_disk_keeps_outcomes_in_memory_until_there_is_space(
    folders: Folders, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CELLBURST_FAULT", "pool.spool.write:nospace:1")
    with running_pool(folders, settings) as pool:
        (busy,) = pool.start_workers()
        pool.run_lines(busy, f"touch_and_wait {tmp_path / 'started'} {tmp_path / 'go'}")
        eventually((tmp_path / "started").exists)
        pool.leave()
        (tmp_path / "go").touch()
        eventually(lambda: _spooled(folders) == [0])
        assert "No space left" in folders.log.read_text()


def test_a_controller_that_does_not_read_is_waited_for(folders: Folders, settings: Settings, tmp_path: Path) -> None:
    """Above 64 MB the pool stops reading from workers; when the controller reads again, nothing is missing."""
    with running_pool(folders, replace(settings, output_head=200 << 20)) as pool:
        found = launch.find(folders)
        assert found is not None
        (worker,) = pool.start_workers()
        pool.run_lines(worker, "long_line 120")
        eventually(lambda: _resident(found.pid) > 60 << 20)
        again = Controller(folders, epoch=1)  # the first one is stuck and replaced
        pool.leave()
        (result,) = again.results()
        assert result.summary == 120 << 20
        assert _resident(found.pid) < 400 << 20
        again.leave()


def _resident(pid: int) -> int:
    from cellburst.pool.table import resident

    return resident(pid)
