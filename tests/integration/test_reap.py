"""`cellburst ps --orphans` and `reap` against the fake cloud: what is nobody's is found and ended, all else is not."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cellburst.aws import names
from cellburst.aws.session import Session
from cellburst.cli.main import cli
from cellburst.paths import environment_id
from cellburst.testing.fakecloud import FakeCloud

pytestmark = pytest.mark.slow


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CELLBURST_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("CELLBURST_TARGETS", str(tmp_path / "targets.toml"))


def _launch(session: Session, env: str, run: str, deadline: float, tagged: bool = True) -> str:
    tags = names.as_list(names.tags(env, run, machine="m1", token="t", deadline=deadline)) if tagged else []
    specified = [{"ResourceType": "instance", "Tags": [*tags, {"Key": "Name", "Value": "x"}]}]
    made = session.client("ec2").run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, InstanceType="m5.large", TagSpecifications=specified
    )
    return str(made["Instances"][0]["InstanceId"])


def _queue(session: Session, env: str, run: str, deadline: float) -> str:
    made = session.client("sqs").create_queue(QueueName=names.queue(run), tags=names.tags(env, run, deadline=deadline))
    return str(made["QueueUrl"])


def _states(session: Session) -> dict[str, str]:
    answer = session.client("ec2").describe_instances()
    return {i["InstanceId"]: i["State"]["Name"] for group in answer["Reservations"] for i in group["Instances"]}


def test_reap_ends_what_is_late_and_ours_and_nothing_else(cloud: FakeCloud, folders: None) -> None:
    session, now, ours = Session(region="us-east-1"), time.time(), environment_id()
    late = _launch(session, ours, "lost-run-1", now - 1000)
    spared = {
        "not late": _launch(session, ours, "lost-run-1", now + 1000),
        "another environment's": _launch(session, "ffffffffffff", "other-run", now - 100_000),
        "nobody's": _launch(session, ours, "x", now, tagged=False),
    }
    gone, kept = _queue(session, ours, "lost-run-1", now - 1000), _queue(session, ours, "lost-run-2", now + 1000)
    runner = CliRunner()

    listed = runner.invoke(cli, ["ps", "--orphans", "--json"], catch_exceptions=False)
    found = {thing["id"]: thing["verdict"] for thing in json.loads(listed.output)}
    assert found[late] == found[gone] == "past its deadline"
    assert found[spared["another environment's"]] == "of another Python environment or computer"
    assert spared["nobody's"] not in found

    said = runner.invoke(cli, ["reap", "--dry-run"], catch_exceptions=False).output
    assert late in said
    assert "m5.large" in said
    assert _states(session)[late] in {"pending", "running"}

    assert runner.invoke(cli, ["reap"], input="n\n").exit_code == 1
    assert _states(session)[late] in {"pending", "running"}

    done = runner.invoke(cli, ["reap", "--yes"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    states = _states(session)
    assert states[late] in {"shutting-down", "terminated"}
    assert all(states[each] in {"pending", "running"} for each in spared.values())
    urls = session.client("sqs").list_queues().get("QueueUrls", [])
    assert (gone in urls, kept in urls) == (False, True)
    cloud.wait(lambda cloud: late not in {one.id for one in cloud.instances("pending", "running", "shutting-down")})
    assert "nothing to end" in runner.invoke(cli, ["reap"], catch_exceptions=False).output


def test_without_runs_there_are_no_machines(folders: None) -> None:
    assert CliRunner().invoke(cli, ["ps"], catch_exceptions=False).output == "no machines\n"
