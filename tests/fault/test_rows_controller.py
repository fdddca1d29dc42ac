"""Rows 1, 4, 5, 11, 21, 23, 26 and 38: who owns the runs, whatever happens to the processes around them."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

import cellburst
from cellburst.client.connecting import discover
from cellburst.client.connecting.record import find_controller
from cellburst.errors import CellburstError, DiskFullError, UnpicklableError
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.processes import boot_id, start_time
from cellburst.wire import client as wire
from tests.fault.plant import Plant, cell_run


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    yield plant
    plant.stop()


# row 1

KERNEL = """
import sys
import cellburst
from cellburst.client.connecting.discover import offline
from cellburst.client.starting.sending import send
from tests.fault.plant import cell_run
run = send(cell_run("task.index", 3, key="execution-7"), offline(), follow=True)
print(run.id)
"""


@pytest.mark.parametrize("point", ["client.request.sending", "client.request.sent"])
def test_a_kernel_killed_as_it_submits_leaves_a_whole_run_or_none(folders: Folders, point: str) -> None:
    cellburst.submit(abs, -1).result(30)
    command = [sys.executable, "-c", KERNEL]
    root = str(Path(__file__).parents[2])
    killed = subprocess.run(
        command, env={**os.environ, "CELLBURST_FAULT": f"{point}:kill", "PYTHONPATH": root}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    again = subprocess.run(command, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=True)
    first, *others = [run for run in cellburst.runs() if run.count == 3]
    assert (first.id, others) == (again.stdout.strip(), [])
    assert first.wait(30).state is RunState.SUCCEEDED
    assert list(first.results) == [0, 1, 2]


# rows 4 and 5

POINTS = [
    f"{point}:kill:{nth}"
    for point, nth in [
        ("controller.before-commit", 2),
        ("controller.before-commit", 4),
        ("controller.committed", 2),
        ("controller.committed", 4),
        ("controller.outcomes-heard", 1),
        ("controller.outcomes-heard", 4),
        ("store.commit.applied", 3),
        ("store.commit.committed", 3),
    ]
]


@pytest.mark.parametrize("fault", POINTS)
def test_a_controller_killed_anywhere_between_submission_and_end_loses_and_repeats_nothing(
    plant: Plant, tmp_path: Path, fault: str
) -> None:
    ran = tmp_path / "ran"
    source = f"import time\nopen({str(ran)!r}, 'ab').write(bytes([task.index]))\ntime.sleep(0.03)\ntask.index * 7"
    process = plant.start(CELLBURST_FAULT=fault)
    channel = plant.connect()
    run = plant.submit(channel, cell_run(source, 8))
    assert process.wait(30) == -signal.SIGKILL
    plant.start()
    channel = plant.connect()
    plant.follow(channel, run)
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [7 * index for index in range(8)]
    assert sorted(ran.read_bytes()) == list(range(8)), "each ran once: what was running was adopted"


@pytest.mark.parametrize("point", ["pool.outcome.received", "pool.outcome.sent"])
def test_a_pool_killed_between_two_outcomes_costs_only_what_it_had_not_told(plant: Plant, point: str) -> None:
    plant.start(CELLBURST_FAULT=f"{point}:kill:5")
    channel = plant.connect()
    run = plant.submit(channel, cell_run("import time; time.sleep(0.06)\ntask.index * 7", 8))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [7 * index for index in range(8)]
    assert max(result.attempt for result in plant.results(run)) == 2


def test_the_next_client_has_a_controller_again_within_moments(folders: Folders) -> None:
    cellburst.submit(abs, -1).result(30)
    record = find_controller(folders)
    assert record is not None
    connection = discover.offline()
    began = time.monotonic()
    connection.request(wire.Ping(0))
    warm = time.monotonic() - began
    os.kill(record.pid, signal.SIGKILL)
    began = time.monotonic()
    connection.request(wire.Ping(0))
    load = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert time.monotonic() - began < 2.0 * load + warm
    after = find_controller(folders)
    assert after is not None
    assert after.pid != record.pid
    assert cellburst.attach("last").value == 1


# row 11


def test_a_full_disk_at_a_submission_is_said_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_FAULT", "store.commit.applied:nospace:1")
    with pytest.raises(DiskFullError):
        cellburst.submit(abs, -1)
    assert cellburst.runs() == []
    assert cellburst.submit(abs, -2).result(30) == 2


# row 21


def test_of_twenty_that_start_in_the_same_moment_one_serves(plant: Plant) -> None:
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda _: plant.start(), range(20)))
    losers = [process for process in plant.started if process.poll() is not None or not _serves(plant, process.pid)]
    assert len(losers) == 19
    assert [process.wait(30) for process in losers] == [0] * 19
    channel = plant.connect()
    run = plant.submit(channel, cell_run("1"))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED


def _serves(plant: Plant, pid: int) -> bool:
    record = find_controller(plant.folders)
    return record is not None and record.pid == pid


# row 23


def test_files_that_name_an_innocent_process_do_it_no_harm(folders: Folders) -> None:
    innocent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        folders.create()
        began = start_time(innocent.pid) or 0
        for path, sock in (
            (folders.controller_file, folders.controller_socket),
            (folders.pool_file, folders.pool_socket),
        ):
            facts = {"socket": str(sock), "pid": innocent.pid, "start_time": began - 1, "boot_id": boot_id()}
            path.write_text(_json({**facts, "version": cellburst.__version__}))
            sock.write_bytes(b"")
        run = cellburst.submit(abs, -3)
        assert run.result(30) == 3
        record = find_controller(folders)
        assert record is not None
        assert record.pid != innocent.pid
        assert innocent.poll() is None
    finally:
        innocent.communicate(b"\n", timeout=10)
    assert innocent.returncode == 0


def _json(facts: dict[str, object]) -> str:
    import json

    return json.dumps(facts)


# row 26


def test_a_store_of_a_newer_cellburst_is_refused_in_one_line_and_left_alone(folders: Folders) -> None:
    cellburst.submit(abs, -1).result(30)
    record = find_controller(folders)
    assert record is not None
    discover.offline().request(wire.Shutdown(0))
    discover.disconnect()
    _wait_gone(record.pid)
    with closing(sqlite3.connect(folders.store)) as db:
        db.execute("PRAGMA user_version = 99000")
    before = folders.store.read_bytes()
    with pytest.raises(CellburstError, match="newer cellburst") as caught:
        cellburst.submit(abs, -1)
    assert "\n" not in str(caught.value)
    assert "pip install --upgrade cellburst" in str(caught.value)
    assert folders.store.read_bytes() == before


OLDER = """
import sys
import cellburst._version as version
version.__version__ = "0.0.1"
from cellburst.wiring import run_controller
sys.exit(run_controller(sys.argv[1:]))
"""


def test_an_upgrade_takes_the_running_work_of_the_older_controller_over(plant: Plant, tmp_path: Path) -> None:
    gate, ran = tmp_path / "gate", tmp_path / "ran"
    command = [sys.executable, "-c", OLDER, "--data", str(plant.data), "--runtime", str(plant.runtime)]
    plant.folders.create()
    older = subprocess.Popen(command, env=plant.environment, start_new_session=True)
    plant.started.append(older)
    while find_controller(plant.folders) is None:
        assert older.poll() is None
        time.sleep(0.01)
    channel = plant.connect()
    source = (
        f"import os, time\nopen({str(ran)!r}, 'ab').write(b'x')\nprint('begun', flush=True)\n"
        f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)\n42"
    )
    run = plant.submit(channel, cell_run(source))
    plant.wait_for(channel, wire.OutputArrived)
    older.terminate()
    assert older.wait(30) == 0
    plant.start()
    record = find_controller(plant.folders)
    assert record is not None
    assert record.version == cellburst.__version__
    gate.touch()
    channel = plant.connect()
    plant.follow(channel, run)
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    (result,) = plant.results(run)
    assert (result.kind, result.attempt, ran.read_bytes()) == (OutcomeKind.SUCCEEDED, 1, b"x")


# row 38


def test_what_cannot_travel_is_named_by_its_path_and_starts_nothing(folders: Folders) -> None:
    class Holder:
        pass

    holder = Holder()
    with open(__file__) as file:
        holder.inner = {"log": [file]}  # type: ignore[attr-defined]
        with pytest.raises(UnpicklableError, match=r"inner\['log'\]\[0\] is an open file"):
            cellburst.submit(lambda h: 1, holder)
    assert not folders.store.exists() or cellburst.runs() == []


def _wait_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while find_controller(Folders.of(cellburst.settings.Settings.load())) is not None and time.monotonic() < deadline:
        time.sleep(0.005)
    try:
        os.waitpid(pid, 0)  # the last words of a store come before the end of its process
    except ChildProcessError:
        pass
