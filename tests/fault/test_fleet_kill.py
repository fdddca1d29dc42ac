"""The process that gets machines is killed at every boundary of a launch: never a second machine, never a lost one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.aws import names
from cellburst.aws.session import Session
from cellburst.model.machine import MachineState
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.testing.fakecloud import FakeCloud
from cellburst.testing.fakecloud.facts import Fault
from cellburst.wire import fleet as wire
from tests.integration.fleet_owner import REGION, Owner, a_plan, a_run, set_up_account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

POINTS = (
    "fleet.prepared:kill",
    "fleet.told:kill",  # the intent was told, and nobody has acknowledged it
    "fleet.intent-acknowledged:kill",
    "fleet.launch-sent:kill",  # EC2 has answered, and nobody was told
    "fleet.told:kill:2",  # the controller knows of the machines, and the process does not know that
)
_DEAD = {"shutting-down", "terminated"}  # what it costs ends with the first
LEAVING = ("fleet.ended:kill", "fleet.cleaned:kill")


@pytest.fixture(scope="module")
def one_cloud() -> Iterator[FakeCloud]:
    """Its instances are only said to run: what is looked at here comes before they boot."""
    with FakeCloud(seed=1, speed=600, machines="none") as cloud:
        yield cloud


@pytest.fixture
def cloud(one_cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in one_cloud.environment().items():
        monkeypatch.setenv(name, value)
    yield one_cloud
    one_cloud.reset()


@pytest.fixture
def owner(cloud: FakeCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Owner]:
    """Two machines for two tasks."""
    monkeypatch.setenv("CELLBURST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CELLBURST_RUNTIME_DIR", str(tmp_path / "run"))
    folders = Folders.of(Settings.load())
    folders.create()
    set_up_account()
    found = Owner(folders, a_run(a_plan(2), 2, folders), tmp_path / "log")
    yield found
    found.stop()


def _all_up(owner: Owner) -> bool:
    return [each.state for each in owner.machines.values()] == [MachineState.BOOTING] * 2


def _ended_clean(owner: Owner, cloud: FakeCloud) -> None:
    owner.until(lambda owner: owner.finished)
    assert {each.state for each in cloud.instances()} <= _DEAD
    session = Session(region=REGION)
    roles = session.client("iam").list_roles(PathPrefix=names.ROLE_PATH)["Roles"]
    queues = session.client("sqs").list_queues().get("QueueUrls", [])
    assert (roles, queues) == ([], [])


@pytest.mark.parametrize("point", POINTS)
def test_killed_while_machines_are_launched(owner: Owner, cloud: FakeCloud, point: str) -> None:
    owner.start(point)
    owner.until(lambda owner: owner.starts == 2 and _all_up(owner))
    launched = {each.id for each in cloud.instances()}
    assert launched == {each.id for each in owner.machines.values()}
    assert len(launched) == 2
    owner.finish()
    _ended_clean(owner, cloud)
    assert {each.id for each in cloud.instances()} == launched


@pytest.mark.parametrize("point", LEAVING)
def test_killed_while_machines_are_ended(owner: Owner, cloud: FakeCloud, point: str) -> None:
    owner.start(point)
    owner.until(_all_up)
    owner.finish()
    _ended_clean(owner, cloud)
    assert owner.starts == 2
    assert len(cloud.instances()) == 2


def test_an_answer_that_was_lost_on_the_way_means_no_second_machine(owner: Owner, cloud: FakeCloud) -> None:
    fault = cloud.arm(Fault(action="RunInstances", lose=True))
    owner.start()
    owner.until(_all_up)
    assert len(cloud.instances()) == 2
    assert cloud.met()[fault] == 1
    owner.finish()
    _ended_clean(owner, cloud)


def test_what_was_left_of_a_run_that_ended_without_us_is_ended(owner: Owner, cloud: FakeCloud) -> None:
    owner.start()
    owner.until(_all_up)
    owner.stop()
    bystander = Session(region=REGION).client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    owner.finishing = True
    owner.start()
    owner.until(lambda owner: owner.finished)
    states = {each.id: each.state for each in cloud.instances()}
    assert states.pop(bystander["Instances"][0]["InstanceId"]) == "running"
    assert set(states.values()) <= _DEAD


def test_machines_carry_what_ends_them_and_nothing_secret(owner: Owner, cloud: FakeCloud) -> None:
    owner.start()
    owner.until(_all_up)
    ec2 = Session(region=REGION).client("ec2")
    for machine in owner.machines.values():
        (found,) = ec2.describe_instances(InstanceIds=[machine.id])["Reservations"][0]["Instances"]
        tags = names.as_dict(found["Tags"])
        assert tags[names.ENVIRONMENT] == owner.folders.env
        assert names.deadline_of(tags) == machine.deadline
        assert found["MetadataOptions"]["HttpTokens"] == "required"
        assert found["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
        assert "KeyName" not in found or not found["KeyName"]
        attribute = ec2.describe_instance_attribute(
            InstanceId=machine.id, Attribute="instanceInitiatedShutdownBehavior"
        )
        assert attribute["InstanceInitiatedShutdownBehavior"]["Value"] == "terminate"
        (group,) = ec2.describe_security_groups(GroupIds=[found["SecurityGroups"][0]["GroupId"]])["SecurityGroups"]
        assert group["IpPermissions"] == []
        volume = found["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        (disk,) = ec2.describe_volumes(VolumeIds=[volume])["Volumes"]
        assert (disk["Encrypted"], disk["VolumeType"]) == (True, "gp3")
        assert names.as_dict(disk["Tags"])[names.RUN] == owner.run.id
        key = (owner.folders.data / "keys" / "signing-ed25519").read_bytes()
        assert key.hex() not in json.dumps(found, default=str)
    assert not [message for message in owner.told if isinstance(message, wire.Trouble) and message.message]
