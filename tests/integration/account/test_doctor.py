"""`cellburst doctor TARGET` in front of a fake cloud."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cellburst import targets
from cellburst.account import standings
from cellburst.account.place import Place
from cellburst.account.policies import user_policy
from cellburst.aws import names
from cellburst.aws.session import Session
from cellburst.cli.main import cli
from cellburst.testing.fakecloud import FakeCloud

pytestmark = pytest.mark.slow


@pytest.fixture
def gpu(cloud: FakeCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a target."""
    monkeypatch.setenv("CELLBURST_TARGETS", str(tmp_path / "targets.toml"))
    values = {"backend": "ec2", "region": "us-east-1", "instance_type": ["g5.xlarge", "g4dn.xlarge"], "parallel": 4}
    targets.add("gpu", {**values, "spot_policy": "spot_with_fallback"})
    monkeypatch.setenv("UV_OFFLINE", "1")
    cloud.quota("L-DB2E81BA", 64)
    cloud.quota("L-3819A6DF", 64)
    return "gpu"


def _findings(name: str) -> dict[str, list[tuple[str, str, str]]]:
    found = CliRunner().invoke(cli, ["doctor", name, "--json"])
    by_name: dict[str, list[tuple[str, str, str]]] = {}
    for each in json.loads(found.stdout):
        if each["what"] in ("package index", "not sent"):  # where these tests run there may be none
            continue
        by_name.setdefault(each["what"], []).append((each["level"], each["found"], each["advice"]))
    levels = {level for rows in by_name.values() for level, _, _ in rows}
    assert found.exit_code == ("problem" in levels)
    return by_name


def _set_up() -> None:
    session = Session(region="us-east-1")
    list(standings.setup(standings.parts(session, Place.of(session))))


def test_a_target_that_is_ready(gpu: str) -> None:
    _set_up()
    found = _findings(gpu)
    assert {name: {level for level, _, _ in rows} for name, rows in found.items() if name != "spot"} == {
        name: {"ok"}
        for name in (
            "target",
            "credentials",
            "clock",
            "machines",
            "prices",
            "quota",
            "zones",
            "image",
            "Python",
            "environment",
            "bucket",
            "boundary",
            "group",
            "launch",
            "left over",
        )
    }
    assert "g5.xlarge, g4dn.xlarge; from $" in found["machines"][0][1]
    assert "64 G cores on demand" in " ".join(text for _, text, _ in found["quota"])
    assert f"{sys.version_info.major}.{sys.version_info.minor} for linux-x86_64" in found["Python"][0][1]


def test_an_account_that_was_not_set_up(gpu: str) -> None:
    found = _findings(gpu)
    for part in ("bucket", "boundary", "group"):
        assert found[part][0][0] == "problem"
        assert found[part][0][2] == "cellburst setup aws --region us-east-1"
    assert found["launch"][0][0] == "ok"


def test_a_quota_that_allows_nothing(gpu: str, cloud: FakeCloud) -> None:
    cloud.quota("L-DB2E81BA", 0)
    cloud.quota("L-3819A6DF", 8)
    rows = _findings(gpu)["quota"]
    assert ("problem", "0 G cores on demand in us-east-1; one machine needs 4") in [row[:2] for row in rows]
    assert any("Service Quotas" in advice for _, _, advice in rows)
    assert rows[-1][:2] == ("warning", "2 machines at once, 4 tasks wanted")


def test_no_credentials(gpu: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    found = _findings(gpu)
    assert list(found) == ["target", "credentials"]
    assert "aws configure" in found["credentials"][0][1]


def test_rights_that_are_missing_are_named(gpu: str, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_up()
    looking = {"Effect": "Allow", "Action": ["ec2:Describe*", "ssm:*", "pricing:*"], "Resource": "*"}
    variables = cloud.user("eve", {"Version": "2012-10-17", "Statement": [looking]})
    cloud.enforce()
    try:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        found = _findings(gpu)
    finally:
        cloud.enforce(False)
    assert "may not ec2:RunInstances" in found["launch"][0][1]
    assert "may not servicequotas:ListServiceQuotas" in found["quota"][0][1]
    assert found["zones"][0][0] == "ok"


def test_the_printed_policy_is_enough(gpu: str, cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_up()
    place = Place.of(Session(region="us-east-1"))
    variables = cloud.user("bob", user_policy(place, setup=False))
    cloud.enforce()
    try:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        found = _findings(gpu)
    finally:
        cloud.enforce(False)
    assert {level for name, rows in found.items() for level, _, _ in rows if name != "spot"} == {"ok"}
    assert "may not" not in found.get("spot", [("", "", "")])[0][1]


def test_machines_that_live_are_told(gpu: str) -> None:
    _set_up()
    ec2 = Session(region="us-east-1").client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": names.as_list({names.RUN: "8x1k3mq-a2b4"})}]
    ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", TagSpecifications=tags, UserData="#!/bin/sh\n"
    )
    assert _findings(gpu)["left over"][0][:2] == ("warning", "1 machine lives in the region")


def test_a_zone_that_has_no_such_machine(gpu: str) -> None:
    targets.add(
        "far", {"backend": "ec2", "region": "us-east-1", "instance_type": ["g5.xlarge"], "zones": ["us-east-1z"]}
    )
    assert _findings("far")["zones"][0][1] == "g5.xlarge is not offered in us-east-1z"


def test_what_is_no_target_and_what_has_no_machines(gpu: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = CliRunner().invoke(cli, ["doctor", "gpus"])
    assert found.exit_code == 1
    assert "gpu" in found.output
    assert list(_findings("local")) == ["target"]
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    assert _findings("fakecloud")["cloud"][0][0] == "ok"
