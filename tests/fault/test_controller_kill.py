"""Controllers that are killed at the worst moments; nothing acknowledged is lost, nothing is run twice for nothing."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import RunState
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel
from cellburst.wiring import open_reader
from tests.fault.plant import Plant, cell_run

MARK = "import os, time\nwith open({path!r}, 'ab') as ran:\n    ran.write(b'x')\n"
HOLD = "while not os.path.exists({gate!r}): time.sleep(0.01)\n"


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    yield plant
    plant.stop()


def test_a_run_goes_through(plant: Plant) -> None:
    plant.start()
    channel = plant.connect()
    run = plant.submit(channel, cell_run("task.index * 2", 20))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [2 * index for index in range(20)]


@pytest.mark.parametrize("point", ["controller.before-commit", "controller.committed"])
def test_killed_at_submission_the_run_exists_whole_or_not_at_all(plant: Plant, point: str) -> None:
    process = plant.start(CELLBURST_FAULT=f"{point}:kill")
    channel = plant.connect()
    run = cell_run("task.index", 3, key="cell-execution-1")
    channel.send(wire.Submit(1, run))
    assert channel.receive() is None
    process.wait()
    plant.start()
    channel = plant.connect()
    again = plant.submit(channel, cell_run("task.index", 3, key="cell-execution-1"))
    plant.wait(channel, again)
    assert plant.runs() == [again]
    assert plant.values(again) == [0, 1, 2]


def test_a_busy_worker_is_adopted_and_its_task_not_run_again(plant: Plant, tmp_path: Path) -> None:
    ran, gate = tmp_path / "ran", tmp_path / "gate"
    process = plant.start()
    channel = plant.connect()
    source = MARK.format(path=str(ran)) + "print('begun', flush=True)\n" + HOLD.format(gate=str(gate)) + "41 + 1"
    run = plant.submit(channel, cell_run(source))
    plant.wait_for(channel, wire.OutputArrived)
    process.send_signal(signal.SIGKILL)
    process.wait()
    plant.start()
    gate.touch()
    channel = plant.connect()
    plant.follow(channel, run)
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [42]
    assert ran.read_bytes() == b"x"


@pytest.mark.parametrize(
    ("point", "durable"),
    [
        ("controller.before-commit", False),
        ("store.commit.applied", False),
        ("store.commit.committed", True),
        ("controller.committed", True),
    ],
)
def test_killed_at_a_cancel_all_that_wait_have_ended_or_none(
    plant: Plant, tmp_path: Path, point: str, durable: bool
) -> None:
    source, count = "import os, time\nprint('begun', flush=True)\n" + HOLD.format(gate=str(tmp_path / "gate")), 20_000
    process = plant.start(CELLBURST_FAULT=f"{point}:kill:3", CELLBURST_WORKERS="1")  # after submission and start
    channel = plant.connect()
    run = plant.submit(channel, cell_run(source, count, parallel=1))
    plant.wait_for(channel, wire.OutputArrived)
    channel.send(wire.Cancel(3, run))
    while channel.receive() is not None:
        pass
    assert process.wait(30) == -signal.SIGKILL
    with open_reader(plant.folders) as reader:
        assert reader.status(run).counts.cancelled == (count - 1 if durable else 0)
    plant.start()
    channel = plant.connect()
    plant.follow(channel, run)
    if not durable:  # nobody was told that it was
        channel.send(wire.Cancel(3, run))
    status = plant.wait(channel, run)
    assert (status.state, status.counts.cancelled) == (RunState.CANCELLED, count)
    results = plant.results(run)
    assert [result.index for result in results] == list(range(count))
    assert {result.kind for result in results} == {OutcomeKind.CANCELLED}


def test_an_outcome_between_finished_and_recorded_is_not_computed_again(plant: Plant, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    process = plant.start(CELLBURST_FAULT="controller.outcomes-heard:kill")
    channel = plant.connect()
    run = plant.submit(channel, cell_run(MARK.format(path=str(ran)) + "7"))
    assert process.wait(30) == -signal.SIGKILL
    plant.start()
    channel = plant.connect()
    plant.follow(channel, run)
    plant.wait(channel, run)
    assert plant.values(run) == [7]
    assert ran.read_bytes() == b"x"


def test_an_outcome_outlives_both_controller_and_pool(tmp_path: Path) -> None:
    plant = Plant(tmp_path, CELLBURST_POOL_GRACE="0.2")
    try:
        ran, gate = tmp_path / "ran", tmp_path / "gate"
        process = plant.start()
        channel = plant.connect()
        source = MARK.format(path=str(ran)) + "print('begun', flush=True)\n" + HOLD.format(gate=str(gate)) + "5"
        run = plant.submit(channel, cell_run(source))
        plant.wait_for(channel, wire.OutputArrived)
        pool = plant.pool_pid()
        assert pool is not None
        process.kill()
        process.wait()
        gate.touch()
        _wait_gone(pool)
        plant.start()
        channel = plant.connect()
        plant.follow(channel, run)
        plant.wait(channel, run)
        assert plant.values(run) == [5]
        assert ran.read_bytes() == b"x"
    finally:
        plant.stop()


def _wait_gone(pid: int) -> None:
    descriptor = os.pidfd_open(pid)
    ready, _, _ = select.select([descriptor], [], [], 30)
    os.close(descriptor)
    assert ready, "the pool did not end"


def test_killed_over_and_over_every_task_ends_once(plant: Plant) -> None:
    process = plant.start()
    channel = plant.connect()
    run = plant.submit(channel, cell_run("import time; time.sleep(0.02); task.index", 60))
    for _ in range(4):
        plant.wait_for(channel, wire.TasksChanged)
        process.kill()
        process.wait()
        process = plant.start()
        channel = plant.connect()
        plant.follow(channel, run)
    plant.wait(channel, run)
    assert plant.values(run) == list(range(60))
    assert {result.kind for result in plant.results(run)} == {OutcomeKind.SUCCEEDED}


def test_of_many_that_start_at_once_one_serves(plant: Plant) -> None:
    plant.folders.create()
    words = []
    for _ in range(8):
        plant.start()
        words.append(plant.word)
    assert words == ["ready"] + ["other"] * 7
    assert [process.poll() for process in plant.started[1:]] == [0] * 7 or all(
        process.wait(10) == 0 for process in plant.started[1:]
    )
    plant.connect()


def test_a_controller_that_was_replaced_ends_without_writing(plant: Plant) -> None:
    old = plant.start()
    channel = plant.connect()
    old.send_signal(signal.SIGSTOP)
    plant.folders.lock.unlink()  # a broken lock: the second one gets its own
    plant.start()
    fresh = plant.connect()
    run = plant.submit(fresh, cell_run("1"))
    plant.wait(fresh, run)
    old.send_signal(signal.SIGCONT)
    channel.send(wire.Submit(1, cell_run("2")))
    assert channel.receive() is None
    assert old.wait(30) == 3
    assert plant.runs() == [run]


def test_a_killed_worker_costs_one_attempt(plant: Plant) -> None:
    plant.start()
    channel = plant.connect()
    source = (
        "import os, signal\nif task.attempt == 1 and task.index == 7: os.kill(os.getpid(), signal.SIGKILL)\ntask.index"
    )
    run = plant.submit(channel, cell_run(source, 200))
    plant.wait(channel, run)
    results = plant.results(run)
    assert [result.kind for result in results] == [OutcomeKind.SUCCEEDED] * 200
    assert {result.index: result.attempt for result in results if result.attempt > 1} == {7: 2}


def test_a_foreign_protocol_is_told_so_in_one_line(plant: Plant) -> None:
    plant.start()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(str(plant.folders.controller_socket))
    channel: Channel[object] = Channel(sock, wire.FromController)
    channel.send(wire.Hello(wire.PROTOCOL + 1, "9.9", 1))
    refusal = channel.receive()
    channel.close()
    assert isinstance(refusal, wire.Refusal)
    assert refusal.error == "VersionSkewError"
    assert "\n" not in refusal.message


def test_an_idle_one_that_is_told_to_end_does_so_at_once(plant: Plant) -> None:
    process = plant.start()
    channel = plant.connect()
    plant.wait(channel, plant.submit(channel, cell_run("1")))
    time.sleep(1.0)  # its short timers have run out: from here on nothing but the signal wakes it
    process.terminate()
    assert process.wait(5) == 0, "the next look around would have been after 15 s"


def test_it_ends_itself_when_idle(tmp_path: Path) -> None:
    plant = Plant(tmp_path, CELLBURST_IDLE_EXIT="0.5")
    try:
        process = plant.start()
        assert process.wait(30) == 0
        assert not plant.folders.controller_file.exists()
    finally:
        plant.stop()


@pytest.mark.skipif(os.getuid() != 0, reason="needs a second user id")
def test_another_user_is_not_served(plant: Plant) -> None:
    plant.start()
    channel = plant.connect()
    plant.wait(channel, plant.submit(channel, cell_run("1")))  # the pool is there, and closes the folder no more
    plant.folders.runtime.chmod(0o755)
    plant.folders.controller_socket.chmod(0o777)
    for folder in plant.folders.runtime.parents:
        if folder.stat().st_uid == os.getuid() and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o055)
    script = (
        "import os, socket, sys; os.setuid(65534); s = socket.socket(socket.AF_UNIX); s.settimeout(10);"
        "s.connect(sys.argv[1]); sys.exit(0 if s.recv(1) == b'' else 1)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(plant.folders.controller_socket)], timeout=30, check=False)
    assert done.returncode == 0


def test_the_outcome_of_a_short_task_does_not_wait_for_a_long_one_behind_it(tmp_path: Path) -> None:
    plant = Plant(tmp_path, CELLBURST_WORKERS="1")
    try:
        plant.start()
        channel = plant.connect()
        gate = tmp_path / "gate"
        source = f"import os, time\nif task.index == 5:\n    {HOLD.format(gate=str(gate))}task.index"
        run = plant.submit(channel, cell_run(source, 6))
        ended: set[int] = set()
        while ended != {0, 1, 2, 3, 4}:
            ended.update(plant.wait_for(channel, wire.TasksChanged).ended)
        gate.touch()
        plant.wait(channel, run)
        assert plant.values(run) == list(range(6))
    finally:
        plant.stop()
