"""What a pool does with tasks: hands out, takes back, cancels, limits and counts them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cellburst.model.outcome import OutcomeKind
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from tests.unit.pool.driver import PATIENCE, Controller, eventually, running_pool


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, replace(settings, cancel_grace=0.3)) as controller:
        yield controller


def test_tasks_run_in_order_and_their_outcomes_are_numbered(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.run_lines(worker, *["ok"] * 5)
    results = pool.results(5)
    assert [result.index for result in results] == [0, 1, 2, 3, 4]
    assert {result.worker for result in results} == {worker}
    messages = [message for message in pool.heard if isinstance(message, wire.Outcomes)]
    assert [message.serial for message in messages] == list(range(1, len(messages) + 1))
    assert [message.idle for message in messages] == [False] * (len(messages) - 1) + [True]


def test_two_runs_share_a_worker(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.define("ok", run="a", count=9)
    pool.define("pid", run="b", count=9)
    for step in range(3):
        pool.assign(worker, step, run="a")
        pool.assign(worker, step, run="b")
    pool.results(6)
    runs = [message.run for message in pool.heard if isinstance(message, wire.Outcomes) for _ in message.results]
    assert runs == ["a", "b"] * 3


def test_tasks_for_a_worker_that_is_gone_come_back(pool: Controller) -> None:
    pool.define("ok")
    pool.assign("w9", 3, 4)
    assert pool.wait_for(wire.Returned) == wire.Returned("w9", "r", (3, 4))


def test_tasks_behind_a_long_one_are_taken_back_at_once(pool: Controller, tmp_path: Path) -> None:
    (worker,) = pool.start_workers()
    started, go = tmp_path / "started", tmp_path / "go"
    pool.define(f"touch_and_wait {started} {go}", "ok", count=500)
    pool.assign(worker, *range(500))
    eventually(started.exists)
    pool.send(wire.Recall(worker))
    assert pool.wait_for(wire.Returned) == wire.Returned(worker, "r", tuple(range(1, 500)))
    pool.assign(worker, 7, 8)
    go.touch()
    assert [result.index for result in pool.results(3)] == [0, 7, 8]


def test_a_recall_is_answered_even_if_there_is_nothing_to_return(pool: Controller, tmp_path: Path) -> None:
    (worker,) = pool.start_workers()
    pool.send(wire.Recall(worker))
    assert pool.wait_for(wire.Returned) == wire.Returned(worker, "", ())
    started, go = tmp_path / "started", tmp_path / "go"
    pool.run_lines(worker, f"touch_and_wait {started} {go}")
    eventually(started.exists)
    pool.send(wire.Recall(worker))
    assert pool.wait_for(wire.Returned) == wire.Returned(worker, "", ())
    go.touch()
    assert pool.results()[0].kind is OutcomeKind.SUCCEEDED


def test_cancelling_returns_what_waits_and_interrupts_what_runs(pool: Controller, tmp_path: Path) -> None:
    (worker,) = pool.start_workers()
    started = tmp_path / "started"
    pool.define(f"touch_and_wait {started} {tmp_path / 'never'}", "ok", count=3)
    pool.define("ok", run="other")
    pool.assign(worker, 0, 1, 2)
    pool.assign(worker, 0, run="other")
    eventually(started.exists)
    pool.send(wire.CancelTasks("r"))
    assert pool.wait_for(wire.Returned) == wire.Returned(worker, "r", (1, 2))
    first, second = pool.results(2)
    assert (first.index, first.kind) == (0, OutcomeKind.CANCELLED)
    assert second.kind is OutcomeKind.SUCCEEDED, "the other run's task is not touched"
    assert not [message for message in pool.heard if isinstance(message, wire.WorkerEnded)]


def test_cancelling_one_task_leaves_the_others(pool: Controller, tmp_path: Path) -> None:
    (worker,) = pool.start_workers()
    started, go = tmp_path / "started", tmp_path / "go"
    pool.define(f"touch_and_wait {started} {go}", "ok", count=4)
    pool.assign(worker, 0, 1, 2, 3)
    eventually(started.exists)
    pool.send(wire.CancelTasks("r", (2,)))
    assert pool.wait_for(wire.Returned) == wire.Returned(worker, "r", (2,))
    go.touch()
    results = pool.results(3)
    assert [result.index for result in results] == [0, 1, 3]
    assert {result.kind for result in results} == {OutcomeKind.SUCCEEDED}


def test_a_task_that_does_not_stop_is_ended_after_the_grace_time(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.define("stubborn", "ok", count=2)
    pool.define("ok", run="other")
    pool.assign(worker, 0)
    pool.assign(worker, 0, run="other")
    time.sleep(0.1)  # it starts; there is nothing to see it by
    pool.send(wire.CancelTasks("r"))
    begun = time.monotonic()
    assert pool.wait_for(wire.Returned) == wire.Returned(worker, "other", (0,))
    ended = pool.wait_for(wire.WorkerEnded)
    assert 0.2 < time.monotonic() - begun < PATIENCE
    assert (ended.index, ended.reason, ended.cancelled, ended.timed_out) == (0, None, True, False)
    assert "0.3 s" in ended.message


def test_a_time_limit_ends_the_worker_and_nothing_else(pool: Controller) -> None:
    first, second = pool.start_workers(2)
    pool.define("sleep 3600", "ok", count=3, timeout=0.3)
    pool.assign(first, 0, 1)
    pool.assign(second, 2)
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.worker, ended.index, ended.unstarted) == (first, 0, (1,))
    assert (ended.reason, ended.timed_out, ended.cancelled) == (None, True, False)
    assert ended.message == "ended at its time limit of 0.3 s"
    assert 0.3 <= ended.seconds < PATIENCE
    assert ended.started == pytest.approx(time.time(), abs=PATIENCE)
    assert pool.value(second, "pid") > 0


def test_short_tasks_under_a_time_limit_do_not_add_up(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.define("sleep 0.1", count=6, timeout=0.4)
    pool.assign(worker, *range(6))
    assert {result.kind for result in pool.results(6)} == {OutcomeKind.SUCCEEDED}


def test_idle_workers_end_when_told_and_busy_ones_do_not(pool: Controller, tmp_path: Path) -> None:
    first, second = pool.start_workers(2)
    go = tmp_path / "go"
    pool.run_lines(first, f"touch_and_wait {tmp_path / 'started'} {go}")
    pool.send(wire.StopWorkers((first, second)))
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.worker, ended.index, ended.reason, ended.unstarted) == (second, None, None, ())
    go.touch()
    assert pool.results()[0].summary == "went"


def test_a_worker_that_has_grown_is_replaced(folders: Folders, settings: Settings) -> None:
    with running_pool(folders, replace(settings, rss_growth=50 << 20)) as pool:
        (worker,) = pool.start_workers()
        pool.run_lines(worker, "grow 10", "grow 80")
        pool.results(2)
        ended = pool.wait_for(wire.WorkerEnded)
        assert (ended.worker, ended.reason, ended.index) == (worker, None, None)
        assert "grown" in ended.message


def test_a_worker_is_not_used_beyond_an_upgrade_of_packages(
    folders: Folders, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages"
    installed.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(installed))
    with running_pool(folders, settings) as pool:
        used, fresh = pool.start_workers(2)
        pool.run_lines(used, "pid", run="first")
        pool.run_lines(used, "pid", run="second")
        first, second = pool.results(2)
        assert first.summary == second.summary
        (installed / "something-2.0.dist-info").mkdir()
        pool.define("pid", run="third")
        pool.send(wire.Assign(used, "third", (0,), (1,), 1))
        ended = pool.wait_for(wire.WorkerEnded)
        assert (ended.worker, ended.reason, ended.index, ended.unstarted) == (used, None, None, (0,))
        assert "packages" in ended.message
        assert pool.value(fresh, "pid", run="fourth") != first.summary


def test_tasks_that_came_as_their_worker_was_stopped_were_not_started(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.define("ok", count=3)
    pool.send(wire.StopWorkers((worker,)), wire.Assign(worker, "r", (0, 1), (1, 1), 1))
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.run, ended.index, ended.unstarted, ended.reason) == ("r", None, (0, 1), None)
