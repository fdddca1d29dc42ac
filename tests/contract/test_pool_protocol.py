"""wire/pool.py as a controller sees it, spoken by a real pool with scripted workers."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cellburst.model.outcome import LossReason
from cellburst.paths import Folders
from cellburst.pool import launch
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from cellburst.wire.frames import encode
from tests.processes import gone
from tests.unit.pool.driver import PATIENCE, Controller, eventually, kill_pool, running_pool, start_pool


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, replace(settings, cancel_grace=0.3)) as controller:
        yield controller


def test_the_file_names_the_pool_and_is_gone_with_it(pool: Controller, folders: Folders) -> None:
    found = launch.find(folders)
    assert found is not None
    assert set(json.loads(folders.pool_file.read_text())) == {"socket", "pid", "start_time", "boot_id", "version"}
    assert folders.pool_file.stat().st_mode & 0o077 == 0
    assert os.getsid(found.pid) == found.pid
    kill_pool(found)
    assert launch.find(folders) is None
    assert not folders.pool_file.exists()
    assert not folders.pool_socket.exists()


def test_a_second_pool_leaves_and_the_first_stays(pool: Controller, folders: Folders, settings: Settings) -> None:
    first = launch.find(folders)
    ready = launch.begin(folders, settings)
    with os.fdopen(ready, "rb") as word:
        assert word.read() == b"other\n"
    assert launch.find(folders) == first
    assert pool.start_workers() == ["w1"]


def test_a_pool_that_cannot_start_says_so(folders: Folders, settings: Settings) -> None:
    with pytest.raises(launch.ControllerError, match="did not start"):
        launch.start(folders, settings, "no_such_module:serve")
    assert "no_such_module" in folders.log.read_text()


def test_workers_are_named_in_order_and_are_contained(pool: Controller, folders: Folders) -> None:
    assert sorted(pool.start_workers(2)) == ["w1", "w2"]
    found = launch.find(folders)
    assert found is not None
    expected = {
        "descriptors": "0,1,2,3",
        "session": "True",
        "oom": "500",
        "name": "cellburst-w1",
        "marker": f"{folders.env}.{found.pid}.{found.start_time}:w1",
    }
    assert {name: pool.value("w1", f"facts {name}", run=name) for name in expected} == expected


def test_workers_share_the_cores_and_have_the_users_umask(folders: Folders, settings: Settings) -> None:
    before = os.umask(0o027)
    try:
        with running_pool(folders, replace(settings, workers=2, threads=3)) as pool:
            (worker,) = pool.start_workers()
            assert pool.value(worker, "facts threads", run="a") == "3"
            assert pool.value(worker, "facts umask", run="b") == "0o27"
    finally:
        os.umask(before)


def test_nothing_heavy_is_loaded_before_the_fork(pool: Controller) -> None:
    (worker,) = pool.start_workers()
    loaded = set(pool.value(worker, "modules").split())
    assert not loaded & {"numpy", "IPython", "sqlite3", "psutil", "pandas", "tornado"}


def test_closing_ends_everything(pool: Controller, folders: Folders, tmp_path: Path) -> None:
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
    eventually(lambda: not folders.pool_file.exists())


def test_an_empty_pool_can_be_closed(pool: Controller) -> None:
    pool.send(wire.ClosePool())
    assert pool.receive() is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else for a moment")
def test_another_user_is_refused(pool: Controller, folders: Folders) -> None:
    """Kept out by the folder; where that stands open, turned away at the door."""

    def connect_as_nobody() -> str:
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.setuid(65534)
            with socket.socket(socket.AF_UNIX) as sock:
                try:
                    sock.connect(str(folders.pool_socket))
                    os.write(write, b"closed" if sock.recv(1) == b"" else b"served")
                except OSError as error:
                    os.write(write, type(error).__name__.encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(write)
        with os.fdopen(read) as said:
            return said.read()

    assert connect_as_nobody() == "PermissionError"
    for path in (folders.runtime.parent, folders.runtime):
        path.chmod(0o755)
    folders.pool_socket.chmod(0o777)
    assert connect_as_nobody() in ("closed", "ConnectionResetError")
    assert "another user" in folders.log.read_text()
    assert pool.start_workers() == ["w1"]


def test_unacknowledged_outcomes_come_again_and_acknowledged_ones_do_not(pool: Controller, folders: Folders) -> None:
    (worker,) = pool.start_workers()
    pool.run_lines(worker, "ok", "ok", "ok")
    pool.results(3, acknowledge=False)
    messages = [message for message in pool.heard if isinstance(message, wire.Outcomes)]
    pool.send(wire.Acknowledge(messages[0].serial))
    again = Controller(folders, epoch=2)
    attached = again.wait_for(wire.Attached)
    assert [(held.worker, held.indices, held.running) for held in attached.workers] == [(worker, (), False)]
    assert attached.defined == ("r",)
    assert [again.wait_for(wire.Outcomes) for _ in messages[1:]] == messages[1:]
    again.leave()


def test_a_newer_controller_takes_the_pool_and_an_older_one_is_refused(pool: Controller, folders: Folders) -> None:
    newer = Controller(folders, epoch=5)
    newer.wait_for(wire.Attached)
    assert pool.wait_for(wire.Refused) == wire.Refused(5)
    assert pool.receive() is None
    older = Controller(folders, epoch=4)
    assert older.receive() == wire.Refused(5)
    assert older.receive() is None
    assert newer.start_workers() == ["w1"]
    for connection in (newer, older):
        connection.leave()


@pytest.mark.parametrize("noise", [b"\xff" * 64, b"\x02\0\0\0{}", b"\x05\0\0\0\x81\xa4type"])
def test_noise_on_the_socket_closes_that_connection_only(pool: Controller, folders: Folders, noise: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(PATIENCE)
        stranger.connect(str(folders.pool_socket))
        stranger.sendall(noise)
        stranger.shutdown(socket.SHUT_WR)
        assert stranger.recv(1) == b""
    assert pool.start_workers() == ["w1"]


def test_commands_before_attaching_are_not_obeyed(pool: Controller, folders: Folders) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(PATIENCE)
        stranger.connect(str(folders.pool_socket))
        stranger.sendall(encode(wire.ClosePool()))
        assert stranger.recv(1) == b""
    assert pool.start_workers() == ["w1"]


def test_a_stale_file_that_names_an_innocent_process_harms_nobody(folders: Folders, settings: Settings) -> None:
    folders.create()
    innocent = os.posix_spawn("/bin/sleep", ["sleep", "3600"], os.environ)
    try:
        state = {"socket": str(folders.pool_socket), "pid": innocent, "start_time": 1, "boot_id": "", "version": "0"}
        folders.pool_file.write_text(json.dumps(state))
        assert launch.find(folders) is None
        with running_pool(folders, settings) as pool:
            assert pool.start_workers() == ["w1"]
            found = launch.find(folders)
            assert found is not None
            assert found.pid != innocent
        assert not gone(innocent)
    finally:
        os.kill(innocent, signal.SIGKILL)
        os.waitpid(innocent, 0)


def test_a_torn_file_is_no_pool(folders: Folders) -> None:
    folders.create()
    for text in (
        "",
        "{",
        "[]",
        '{"pid": 1}',
        '{"socket": 1, "pid": "x", "start_time": 0, "boot_id": "", "version": 0}',
    ):
        folders.pool_file.write_text(text)
        assert launch.find(folders) is None


def test_ten_starts_at_once_give_one_pool(folders: Folders, settings: Settings) -> None:
    readers = [launch.begin(folders, settings, "os:_exit") for _ in range(10)]
    words = []
    for reader in readers:
        with os.fdopen(reader, "rb") as file:
            words.append(file.read())
    found = launch.find(folders)
    assert sorted(words) == [b"other\n"] * 9 + [b"ready\n"]
    assert found is not None
    start_pool(folders, settings)
    assert launch.find(folders) == found
    kill_pool(found)
