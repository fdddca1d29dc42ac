"""wire/pool.py as a controller sees it, spoken by a real pool with scripted workers."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.paths import Places
from cellburst.pool import launch
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from cellburst.wire.frames import encode
from tests.unit.pool.driver import PATIENCE, Controller, eventually, gone, kill_pool, running_pool, start_pool


@pytest.fixture
def pool(places: Places, settings: Settings) -> Iterator[Controller]:
    with running_pool(places, replace(settings, cancel_grace=0.3)) as controller:
        yield controller


def test_the_file_names_the_pool_and_is_gone_with_it(pool: Controller, places: Places) -> None:
    found = launch.find(places)
    assert found is not None
    assert set(json.loads(places.pool_file.read_text())) == {"socket", "pid", "start_time", "boot_id", "version"}
    assert places.pool_file.stat().st_mode & 0o077 == 0
    assert os.getsid(found.pid) == found.pid
    kill_pool(found)
    assert launch.find(places) is None
    assert not places.pool_file.exists()
    assert not places.pool_socket.exists()


def test_a_second_pool_leaves_and_the_first_stays(pool: Controller, places: Places, settings: Settings) -> None:
    first = launch.find(places)
    ready = launch.begin(places, settings)
    with os.fdopen(ready, "rb") as word:
        assert word.read() == b"other\n"
    assert launch.find(places) == first
    assert pool.start_workers() == ["w1"]


def test_a_pool_that_cannot_start_says_so(places: Places, settings: Settings) -> None:
    with pytest.raises(launch.ControllerError, match="did not start"):
        launch.start(places, settings, "no_such_module:serve")
    assert "no_such_module" in places.log.read_text()


def test_workers_are_named_in_order_and_are_contained(pool: Controller, places: Places) -> None:
    assert sorted(pool.start_workers(2)) == ["w1", "w2"]
    found = launch.find(places)
    assert found is not None
    expected = {
        "descriptors": "0,1,2,3",
        "session": "True",
        "oom": "500",
        "name": "cellburst-w1",
        "marker": f"{places.env}.{found.pid}.{found.start_time}:w1",
    }
    assert {name: pool.value("w1", f"facts {name}", run=name) for name in expected} == expected


def test_workers_share_the_cores_and_have_the_users_umask(places: Places, settings: Settings) -> None:
    before = os.umask(0o027)
    try:
        with running_pool(places, replace(settings, workers=2, threads=3)) as pool:
            (worker,) = pool.start_workers()
            assert pool.value(worker, "facts threads", run="a") == "3"
            assert pool.value(worker, "facts umask", run="b") == "0o27"
    finally:
        os.umask(before)


def test_nothing_heavy_is_loaded_before_the_fork(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    loaded = set(pool.value(worker, "modules").split())
    assert not loaded & {"numpy", "IPython", "sqlite3", "psutil", "pandas", "tornado"}


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


def test_a_worker_that_has_grown_is_replaced(places: Places, settings: Settings) -> None:
    with running_pool(places, replace(settings, rss_growth=50 << 20)) as pool:
        (worker,) = pool.start_workers()
        pool.run_lines(worker, "grow 10", "grow 80")
        pool.results(2)
        ended = pool.wait_for(wire.WorkerEnded)
        assert (ended.worker, ended.reason, ended.index) == (worker, None, None)
        assert "grown" in ended.message


def test_a_worker_is_not_used_beyond_an_upgrade_of_packages(
    places: Places, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site-packages"
    installed.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(installed))
    with running_pool(places, settings) as pool:
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


def test_closing_ends_everything(pool: Controller, places: Places, tmp_path: Path) -> None:
    first, second = pool.start_workers(2)
    pids = [pool.value(worker, "pid", run=worker) for worker in (first, second)]
    started = tmp_path / "started"
    pool.run_lines(first, f"touch_and_wait {started} {tmp_path / 'never'}", run="last")
    eventually(started.exists)
    pool.send(wire.ClosePool())
    ended = {message.worker: message for message in (pool.wait_for(wire.WorkerEnded), pool.wait_for(wire.WorkerEnded))}
    assert (ended[first].index, ended[first].reason) == (0, LossReason.POOL_LOST)
    assert (ended[second].index, ended[second].reason) == (None, None)
    while pool.receive() is not None:
        pass
    assert all(map(gone, pids))
    eventually(lambda: not places.pool_file.exists())


def test_an_empty_pool_can_be_closed(pool: Controller) -> None:
    pool.send(wire.ClosePool())
    assert pool.receive() is None


def test_tasks_that_came_as_their_worker_was_stopped_were_not_started(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    pool.define("ok", count=3)
    pool.send(wire.StopWorkers((worker,)), wire.Assign(worker, "r", (0, 1), (1, 1), 1))
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.run, ended.index, ended.unstarted, ended.reason) == ("r", None, (0, 1), None)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else for a moment")
def test_another_user_is_refused(pool: Controller, places: Places) -> None:
    """Kept out by the folder; where that stands open, turned away at the door."""

    def connect_as_nobody() -> str:
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.setuid(65534)
            with socket.socket(socket.AF_UNIX) as sock:
                try:
                    sock.connect(str(places.pool_socket))
                    os.write(write, b"closed" if sock.recv(1) == b"" else b"served")
                except OSError as error:
                    os.write(write, type(error).__name__.encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(write)
        with os.fdopen(read) as said:
            return said.read()

    assert connect_as_nobody() == "PermissionError"
    for path in (places.runtime.parent, places.runtime):
        path.chmod(0o755)
    places.pool_socket.chmod(0o777)
    assert connect_as_nobody() in ("closed", "ConnectionResetError")
    assert "another user" in places.log.read_text()
    assert pool.start_workers() == ["w1"]


def test_unacknowledged_outcomes_come_again_and_acknowledged_ones_do_not(pool: Controller, places: Places) -> None:
    (worker,) = pool.start_workers()
    pool.run_lines(worker, "ok", "ok", "ok")
    pool.results(3, acknowledge=False)
    messages = [message for message in pool.heard if isinstance(message, wire.Outcomes)]
    pool.send(wire.Acknowledge(messages[0].serial))
    again = Controller(places, epoch=2)
    attached = again.wait_for(wire.Attached)
    assert [(held.worker, held.indices, held.running) for held in attached.workers] == [(worker, (), False)]
    assert attached.defined == ("r",)
    assert [again.wait_for(wire.Outcomes) for _ in messages[1:]] == messages[1:]
    again.leave()


def test_a_newer_controller_takes_the_pool_and_an_older_one_is_refused(pool: Controller, places: Places) -> None:
    newer = Controller(places, epoch=5)
    newer.wait_for(wire.Attached)
    assert pool.wait_for(wire.Refused) == wire.Refused(5)
    assert pool.receive() is None
    older = Controller(places, epoch=4)
    assert older.receive() == wire.Refused(5)
    assert older.receive() is None
    assert newer.start_workers() == ["w1"]
    for connection in (newer, older):
        connection.leave()


@pytest.mark.parametrize("noise", [b"\xff" * 64, b"\x02\0\0\0{}", b"\x05\0\0\0\x81\xa4type"])
def test_noise_on_the_socket_closes_that_connection_only(pool: Controller, places: Places, noise: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(PATIENCE)
        stranger.connect(str(places.pool_socket))
        stranger.sendall(noise)
        stranger.shutdown(socket.SHUT_WR)
        assert stranger.recv(1) == b""
    assert pool.start_workers() == ["w1"]


def test_commands_before_attaching_are_not_obeyed(pool: Controller, places: Places) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(PATIENCE)
        stranger.connect(str(places.pool_socket))
        stranger.sendall(encode(wire.ClosePool()))
        assert stranger.recv(1) == b""
    assert pool.start_workers() == ["w1"]


def test_a_stale_file_that_names_an_innocent_process_harms_nobody(places: Places, settings: Settings) -> None:
    places.create()
    innocent = os.posix_spawn("/bin/sleep", ["sleep", "3600"], os.environ)
    try:
        state = {"socket": str(places.pool_socket), "pid": innocent, "start_time": 1, "boot_id": "", "version": "0"}
        places.pool_file.write_text(json.dumps(state))
        assert launch.find(places) is None
        with running_pool(places, settings) as pool:
            assert pool.start_workers() == ["w1"]
            found = launch.find(places)
            assert found is not None
            assert found.pid != innocent
        assert not gone(innocent)
    finally:
        os.kill(innocent, signal.SIGKILL)
        os.waitpid(innocent, 0)


def test_a_torn_file_is_no_pool(places: Places) -> None:
    places.create()
    for text in (
        "",
        "{",
        "[]",
        '{"pid": 1}',
        '{"socket": 1, "pid": "x", "start_time": 0, "boot_id": "", "version": 0}',
    ):
        places.pool_file.write_text(text)
        assert launch.find(places) is None


def test_ten_starts_at_once_give_one_pool(places: Places, settings: Settings) -> None:
    readers = [launch.begin(places, settings, "os:_exit") for _ in range(10)]
    words = []
    for reader in readers:
        with os.fdopen(reader, "rb") as file:
            words.append(file.read())
    found = launch.find(places)
    assert sorted(words) == [b"other\n"] * 9 + [b"ready\n"]
    assert found is not None
    start_pool(places, settings)
    assert launch.find(places) == found
    kill_pool(found)
