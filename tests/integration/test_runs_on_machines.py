"""Runs from a person's hand to machines that really boot, and back: the whole way, on the made-up cloud."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

import cellburst
from cellburst.aws import names
from cellburst.aws.s3 import Bucket
from cellburst.aws.session import Session
from cellburst.bucket.keys import RunKeys
from cellburst.client.runs.run import Run
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.testing.fakecloud import FakeCloud
from tests.cloud import use

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
MACHINES: dict[str, Any] = {"target": "fakecloud", "instance_type": "m7i.large", "max_lifetime": "30m", "yes": True}


def square(x: int, seconds: float = 0.0) -> int:
    time.sleep(seconds)
    return x * x


def spoil(x: int) -> int:
    return x // (x - 1)


def until(true: Callable[[], object], seconds: float = 90.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "that did not come about"
        time.sleep(0.05)


def processes(folders: Folders, module: str) -> list[psutil.Process]:
    """Ours of that module."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        if module in words and str(folders.runtime) in words:
            found.append(process)
    return found


def ended(cloud: FakeCloud, run: Run) -> bool:
    """Whether nothing of the run costs anything any more, in the books and in the cloud."""
    in_books = all(not machine.live for machine in run.connection.reader.machines(run.id))
    return in_books and not cloud.instances("pending", "running")


def test_a_sweep_is_done_by_machines_that_end_with_it(cloud: FakeCloud) -> None:
    run = cellburst.map(square, {"x": range(6)}, parallel=4, **MACHINES)
    run.wait()
    assert list(run.results) == [0, 1, 4, 9, 16, 25]
    until(lambda: ended(cloud, run))
    machines = run.connection.reader.machines(run.id)
    assert [machine.state.value for machine in machines] == ["ended", "ended"]
    assert run.status.fleet is not None
    assert 0 < run.status.fleet.cost <= (run.record.plan.worst if run.record.plan else 0.0)
    assert run.status.fleet.cost == pytest.approx(cloud.bill().dollars, rel=0.2)


def test_a_run_whose_cloud_was_stopped_fails_and_goes_on_in_another_one(
    cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before, FakeCloud(machines="none", speed=1000) as first:
        use(first, before)
        run = cellburst.map(square, {"x": [2, 3]}, parallel=2, **MACHINES)
        until(lambda: any(machine.id for machine in run.connection.reader.machines(run.id)))
    run.wait()
    assert run.state is RunState.FAILED
    assert "the made-up cloud was stopped" in str(run.errors[0])
    (machine,) = run.connection.reader.machines(run.id)
    assert (machine.state.value, machine.reason) == ("ended", "the made-up cloud was stopped, and its machines with it")
    run.retry()
    run.wait()
    assert list(run.results) == [4, 9]
    until(lambda: ended(cloud, run))


def test_an_exception_comes_back_as_itself(cloud: FakeCloud) -> None:
    run = cellburst.map(spoil, {"x": [0, 1, 2]}, parallel=2, **MACHINES)
    run.wait()
    assert (run.counts.succeeded, run.counts.failed) == (2, 1)
    assert isinstance(run.errors[1], ZeroDivisionError)


def test_the_machines_go_on_when_everything_here_is_killed(cloud: FakeCloud, folders: Folders) -> None:
    run = cellburst.map(square, {"x": range(16)}, parallel=2, **MACHINES, seconds=1.0)
    until(lambda: run.counts.succeeded)
    for module in ("cellburst.controller", "cellburst.fleet"):
        for process in processes(folders, module):
            os.kill(process.pid, signal.SIGKILL)
    before = [one.id for one in cloud.instances()]
    assert not run.state.value.startswith("succ")
    # the next controller is started by whoever asks next; until then nobody here looks after the run
    until(lambda: not cloud.instances("pending", "running"))
    again = cellburst.attach(run.id)
    again.wait()
    assert list(again.results) == [x * x for x in range(16)]
    assert [one.id for one in cloud.instances()] == before
    until(lambda: ended(cloud, run))


def test_a_machine_is_believed_that_lived_while_nobody_was_here(cloud: FakeCloud, folders: Folders) -> None:
    run = cellburst.map(square, {"x": [2, 3]}, parallel=2, **MACHINES)
    reader = run.connection.reader
    until(lambda: any(machine.id for machine in reader.machines(run.id)))
    for module in ("cellburst.controller", "cellburst.fleet"):
        for process in processes(folders, module):
            os.kill(process.pid, signal.SIGKILL)
    store = Bucket(Session(region="us-east-1"), names.bucket("123456789012", "us-east-1"))
    keys = RunKeys(folders.env, run.id)
    until(lambda: not cloud.instances("pending", "running"))
    assert store.size(keys.trust("m1")) is None
    record = json.loads(store.get(keys.machine("m1")))
    record["headers"]["X-Amz-Date"] = "20200101T000000Z"  # STS takes it no more
    store.put(keys.machine("m1"), json.dumps(record).encode())
    again = cellburst.attach(run.id)
    again.wait()
    assert list(again.results) == [4, 9]
    assert store.size(keys.trust("m1")) is not None
    until(lambda: ended(cloud, run))


def stay(x: int) -> int:
    """The first two end; the others only where they are tried again."""
    from cellburst import task

    if x > 1 and task.attempt == 1:
        time.sleep(600)
    return x


def test_a_machine_that_is_taken_back_is_replaced(cloud: FakeCloud) -> None:
    run = cellburst.map(stay, {"x": range(4)}, parallel=2, **MACHINES, spot_policy="spot")
    until(lambda: (run.counts.succeeded, run.counts.running) == (2, 2))
    (first,) = cloud.instances("running")
    cloud.kill(first.id)
    run.wait()
    assert run.counts.succeeded == 4
    assert len(cloud.instances()) > 1
    again = {result.index for result in run.connection.reader.results(run.id) if result.attempt > 1}
    assert again == {2, 3}
    assert any("attempt 1 on m1." in line.message for line in run.connection.reader.timeline(run.id))
    until(lambda: ended(cloud, run))


def test_a_cancelled_run_ends_its_machines(cloud: FakeCloud) -> None:
    run = cellburst.map(square, {"x": range(40)}, parallel=2, **MACHINES, seconds=5.0)
    until(lambda: cloud.instances("running"))
    run.cancel()
    assert run.wait().state is RunState.CANCELLED
    until(lambda: ended(cloud, run))


def test_what_a_task_leaves_is_brought_back(cloud: FakeCloud, tmp_path: Path) -> None:
    run = cellburst.submit(leave, **MACHINES)
    run.wait()
    assert run.result() == "left"
    (path,) = run.save_files(tmp_path / "files")
    assert path.read_text() == "found"


def leave() -> str:
    from cellburst import task

    (task.output_dir / "note.txt").write_text("found")
    return "left"


def test_large_values_are_fetched_by_an_executor_and_for_runs_that_take_them_over(
    cloud: FakeCloud, folders: Folders
) -> None:
    with cellburst.Executor("fakecloud", 2) as executor:
        assert executor.submit(large, 1).result() == large(1)
    first = cellburst.map(large, {"x": [2]}, cache=True, **MACHINES)
    first.wait()
    kept = BlobFolder(folders.blobs)
    (found,) = first.connection.reader.results(first.id)
    assert found.value is not None
    assert not any(ref in kept for ref in found.value.blobs())
    again = cellburst.map(large, {"x": [2]}, cache=True, **MACHINES)
    again.wait()
    assert again.results.task(0).cached == f"{first.id}/0"
    assert list(again.results) == [large(2)]


def large(x: int) -> bytes:
    return bytes([x]) * (2 << 20)
