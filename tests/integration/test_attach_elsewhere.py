"""A run that one computer has started and another one attaches to, with the same account and nothing else."""

from __future__ import annotations

import os
import signal
from typing import Any

import psutil
import pytest
from click.testing import CliRunner

import cellburst
from cellburst.cli.main import cli
from cellburst.client.connecting import discover
from cellburst.errors import TamperedError, UnknownRunError, UsageError
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.testing.fakecloud import FakeCloud
from tests.integration.test_runs_on_machines import MACHINES, ended, square, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Computers:
    """Two of them, with nothing in common; this process is a notebook on one at a time."""

    def __init__(self, first: Folders, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.homes = {"first": first.data.parent, "second": first.data.parent / "2"}

    def go_to(self, name: str) -> None:
        """Sit down at the other one."""
        discover.disconnect()
        self._patch.setenv("CELLBURST_DATA_DIR", str(self.homes[name] / "data"))
        self._patch.setenv("CELLBURST_RUNTIME_DIR", str(self.homes[name] / "run"))

    def destroy(self, name: str) -> None:
        """Nothing runs there any more."""
        discover.disconnect()
        doomed = []
        for process in psutil.process_iter():
            try:
                ours = any(word.startswith(f"{self.homes[name] / 'data'}") for word in process.cmdline())
            except psutil.Error:
                continue
            if ours:
                doomed.append(process)
                os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs(doomed, timeout=20)
        assert doomed


@pytest.fixture
def computers(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> Computers:
    return Computers(folders, monkeypatch)


def s3(cloud: FakeCloud) -> tuple[Any, str]:
    import boto3

    client = boto3.client("s3", region_name="us-east-1")
    return client, client.list_buckets()["Buckets"][0]["Name"]


def test_another_computer_collects_when_the_first_is_gone(cloud: FakeCloud, computers: Computers) -> None:
    run = cellburst.map(square, {"x": range(12)}, parallel=2, **MACHINES, seconds=1.0, name="squares")
    until(lambda: run.counts.succeeded)
    before = [one.id for one in cloud.instances()]
    computers.destroy("first")
    computers.go_to("second")
    with pytest.raises(UnknownRunError, match=r"this computer has no run whose id starts with '0000000', nor has the "):
        cellburst.attach("0000000")
    found = cellburst.attach(run.id[:9])
    found.wait()
    assert list(found.results) == [x * x for x in range(12)]
    assert list(found.frame()["x"]) == list(range(12))
    assert (found.name, found.id, found.code) == ("squares", run.id, run.record.code)
    assert [one.id for one in cloud.instances()] == before
    until(lambda: ended(cloud, found), 150)
    machines = found.connection.reader.machines(found.id)
    assert sorted(machine.id for machine in machines) == sorted(before)
    assert found.status.fleet is not None
    assert found.status.fleet.cost == pytest.approx(cloud.bill().dollars, rel=0.3)
    with pytest.raises(UsageError, match="was started on another computer"):
        found.retry()


def big(x: int) -> bytes:
    return bytes([x]) * 3_000_000


def test_both_follow_a_run_and_neither_disturbs_the_other(cloud: FakeCloud, computers: Computers) -> None:
    run = cellburst.map(big, {"x": range(4)}, parallel=1, **MACHINES)
    until(lambda: run.counts.succeeded)
    computers.go_to("second")
    found = cellburst.attach(run.id)
    found.wait()
    computers.go_to("first")
    own = cellburst.attach(run.id)
    own.wait()
    assert own.record.elsewhere is None
    until(lambda: ended(cloud, own))
    assert own.results[3] == big(3)
    computers.go_to("second")
    found = cellburst.attach(run.id)
    until(lambda: ended(cloud, found))
    assert [found.results[x] for x in range(4)] == [big(x) for x in range(4)]  # fetched now
    assert [row.attempt for row in found.results.rows()] == [row.attempt for row in own.results.rows()]
    assert len(cloud.instances()) == 1


def test_a_cancel_from_elsewhere_ends_what_costs(cloud: FakeCloud, computers: Computers) -> None:
    run = cellburst.map(square, {"x": range(40)}, parallel=2, **MACHINES, seconds=5.0)
    until(lambda: run.counts.succeeded)
    computers.destroy("first")
    computers.go_to("second")
    found = cellburst.attach(run.id)
    until(lambda: found.counts.succeeded)
    found.cancel()
    assert found.wait().state is RunState.CANCELLED
    assert found.counts.succeeded + found.counts.cancelled == 40
    assert found.counts.succeeded
    assert not cloud.instances("pending", "running")
    computers.go_to("first")  # it comes back, and is asked to cancel before it launches anything
    own = cellburst.attach(run.id)
    assert own.wait().state is RunState.CANCELLED
    until(lambda: ended(cloud, own))


def test_a_cancel_from_elsewhere_is_heard_at_home(cloud: FakeCloud, computers: Computers) -> None:
    run = cellburst.map(square, {"x": range(40)}, parallel=2, **MACHINES, seconds=5.0)
    until(lambda: run.counts.succeeded)
    computers.go_to("second")
    found = cellburst.attach(run.id)
    until(lambda: found.counts.succeeded)
    found.cancel()
    assert found.wait().state is RunState.CANCELLED
    computers.go_to("first")
    own = cellburst.attach(run.id)
    assert own.wait().state is RunState.CANCELLED
    until(lambda: ended(cloud, own))
    assert own.counts == found.counts


def test_a_forged_record_is_refused(cloud: FakeCloud, computers: Computers) -> None:
    run = cellburst.map(square, {"x": [1]}, **MACHINES)
    run.wait()
    until(lambda: ended(cloud, run))
    client, bucket = s3(cloud)
    key = next(
        each["Key"]
        for each in client.list_objects_v2(Bucket=bucket)["Contents"]
        if each["Key"].endswith(f"{run.id}/run.json")
    )
    data = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    client.put_object(Bucket=bucket, Key=key, Body=data.replace(b'"count":1', b'"count":2'))
    computers.go_to("second")
    with pytest.raises(TamperedError, match="was tampered with"):
        cellburst.attach(run.id)
    assert not cellburst.runs()
    client.put_object(Bucket=bucket, Key=key, Body=data)
    listed = CliRunner().invoke(cli, ["runs", "--account"])
    assert (run.id in listed.output, listed.exit_code) == (True, 0)
    shown = CliRunner().invoke(cli, ["attach", run.id])  # also when nothing but the bucket is left
    assert shown.exit_code == 0, shown.output
    assert "was started on another computer" in shown.output
    assert list(cellburst.attach(run.id).results) == [1]
