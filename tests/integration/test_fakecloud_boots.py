"""Instances of the fake cloud really boot, in namespaces of their own and as plain processes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from cellburst.testing.fakecloud import BootPlan, FakeCloud, Instance
from cellburst.testing.fakecloud.machines import probe
from tests.cloud import use

boto3 = pytest.importorskip("boto3")
pytest.importorskip("moto")

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
METADATA = "M=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}/latest\n"


@pytest.fixture(scope="module", params=["isolated", "plain"])
def rig(request: pytest.FixtureRequest) -> Iterator[FakeCloud]:
    if request.param == "isolated" and (why := probe.why_not()):
        pytest.skip(f"no isolated machines here: {why}")
    with FakeCloud(seed=1, speed=200, machines=request.param) as cloud:
        yield cloud


@pytest.fixture
def cloud(rig: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    use(rig, monkeypatch)
    yield rig
    rig.reset()


def image() -> str:
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    return str(boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])


def launched(script: str, count: int = 1, **more: Any) -> list[str]:
    given = {"InstanceInitiatedShutdownBehavior": "terminate", "InstanceType": "m7i.large", **more}
    answer = boto3.client("ec2").run_instances(
        ImageId=image(), MinCount=count, MaxCount=count, UserData=f"#!/bin/bash\n{script}", **given
    )
    return [one["InstanceId"] for one in answer["Instances"]]


def ended(cloud: FakeCloud, identity: str) -> Instance:
    cloud.wait(lambda cloud: cloud.instance(identity).state == "terminated")
    return cloud.instance(identity)


def described(identity: str) -> dict[str, Any]:
    answer = boto3.client("ec2").describe_instances(InstanceIds=[identity])
    return dict(answer["Reservations"][0]["Instances"][0])


def role() -> None:
    iam = boto3.client("iam")
    iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_instance_profile(InstanceProfileName="worker")
    iam.add_role_to_instance_profile(InstanceProfileName="worker", RoleName="worker")


def test_user_data_is_executed_and_a_shutdown_terminates(cloud: FakeCloud) -> None:
    (identity,) = launched("echo hello from $0\nshutdown -h now\nsleep 60\n")
    one = ended(cloud, identity)
    assert "hello from" in cloud.console(identity)
    assert one.reason == "Client.InstanceInitiatedShutdown"
    assert one.launched <= one.running <= one.user_data <= one.ended  # type: ignore[operator]
    assert described(identity)["StateReason"]["Code"] == "Client.InstanceInitiatedShutdown"


def test_a_machine_reaches_the_cloud_with_the_credentials_of_its_role(cloud: FakeCloud) -> None:
    role()
    boto3.client("s3").create_bucket(Bucket="results")
    program = (
        "import boto3\n"
        "arn = boto3.client('sts', region_name='us-east-1').get_caller_identity()['Arn']\n"
        "s3 = boto3.client('s3', region_name='us-east-1')\n"
        "s3.put_object(Bucket='results', Key='who', Body=arn, IfNoneMatch='*')\n"
    )
    patience = "export AWS_METADATA_SERVICE_TIMEOUT=10 AWS_METADATA_SERVICE_NUM_ATTEMPTS=5"
    script = f'{patience}\n{sys.executable} -c "{program}"\nshutdown -h now'
    (identity,) = launched(script, IamInstanceProfile={"Name": "worker"})
    assert ended(cloud, identity).reason == "Client.InstanceInitiatedShutdown"
    assert "Traceback" not in cloud.console(identity), cloud.console(identity)
    who = boto3.client("s3").get_object(Bucket="results", Key="who")["Body"].read().decode()
    assert who == f"arn:aws:sts::123456789012:assumed-role/worker/{identity}"


def test_metadata_wants_a_token_and_tells_what_the_instance_is(cloud: FakeCloud) -> None:
    script = METADATA + (
        "echo status $(curl -s -o /dev/null -w '%{http_code}' $M/meta-data/instance-id)\n"
        "T=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $M/api/token)\n"
        'get() { curl -s -H "X-aws-ec2-metadata-token: $T" $M/$1; }\n'
        "echo id $(get meta-data/instance-id) type $(get meta-data/instance-type)\n"
        "echo zone $(get meta-data/placement/availability-zone) tag $(get meta-data/tags/instance/run)\n"
        "echo market $(get meta-data/instance-life-cycle)\n"
        "echo document $(get dynamic/instance-identity/document | tr -d '\\n')\n"
        "echo user data $(get user-data | head -c 11)\n"
        "echo action $(curl -s -o /dev/null -w '%{http_code}' -H \"X-aws-ec2-metadata-token: $T\" "
        "$M/meta-data/spot/instance-action)\nshutdown -h now\n"
    )
    (identity,) = launched(
        script,
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "InstanceMetadataTags": "enabled"},
        InstanceMarketOptions={"MarketType": "spot"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "run", "Value": "r1"}]}],
        Placement={"AvailabilityZone": "us-east-1b"},
    )
    ended(cloud, identity)
    said = cloud.console(identity)
    for line in ("status 401", f"id {identity} type m7i.large", "zone us-east-1b tag r1", "market spot", "action 404"):
        assert line in said
    assert "user data #!/bin/bash" in said
    assert '"availabilityZone": "us-east-1b"' in said


def test_what_was_asked_for_at_launch_is_kept(cloud: FakeCloud) -> None:
    role()
    first, second = launched(
        "sleep 60",
        2,
        IamInstanceProfile={"Name": "worker"},
        InstanceMarketOptions={"MarketType": "spot"},
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
    )
    for identity in (first, second):
        one = described(identity)
        assert one["IamInstanceProfile"]["Arn"].endswith("/worker")
        assert one["InstanceLifecycle"] == "spot"
        assert one["MetadataOptions"]["HttpTokens"] == "required"
        assert one["PrivateIpAddress"].startswith("172.31.")
    attribute = boto3.client("ec2").describe_instance_attribute(
        InstanceId=second, Attribute="instanceInitiatedShutdownBehavior"
    )
    assert attribute["InstanceInitiatedShutdownBehavior"]["Value"] == "terminate"


def test_terminating_ends_the_machine_with_all_its_processes(cloud: FakeCloud) -> None:
    (identity,) = launched("(setsid sleep 4711 &)\ntrap '' TERM\necho up\nsleep 4711\n")
    cloud.wait(lambda cloud: "up" in cloud.console(identity))
    boto3.client("ec2").terminate_instances(InstanceIds=[identity])
    assert ended(cloud, identity).reason == "Client.UserInitiatedShutdown"
    assert sleeping(4711) == []


def sleeping(seconds: int) -> list[int]:
    found = psutil.process_iter(["cmdline"])
    return [process.pid for process in found if process.info["cmdline"] == ["sleep", str(seconds)]]


def test_a_spot_instance_is_reclaimed_after_its_notice(cloud: FakeCloud) -> None:
    script = METADATA + (
        "T=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $M/api/token)\necho up\n"
        'until curl -sf -H "X-aws-ec2-metadata-token: $T" $M/meta-data/spot/instance-action; do sleep 0.05; done\n'
        "echo; echo noticed\nsleep 60\n"
    )
    (identity,) = launched(script, InstanceMarketOptions={"MarketType": "spot"})
    cloud.wait(lambda cloud: "up" in cloud.console(identity))
    cloud.reclaim(identity, notice=200)
    one = ended(cloud, identity)
    assert one.reason == "Server.SpotInstanceTermination"
    said = cloud.console(identity)
    assert '"action": "terminate"' in said
    assert "noticed" in said


def test_an_instance_that_never_boots_is_running_all_the_same(cloud: FakeCloud) -> None:
    cloud.boots(BootPlan(fails="never runs"), BootPlan(fails="internal error"))
    silent, broken = (launched("echo up")[0] for _ in range(2))
    assert ended(cloud, broken).reason == "Server.InternalError"
    assert cloud.instance(silent).state == "running"
    assert cloud.instance(silent).user_data is None


def test_a_delayed_shutdown_can_be_taken_back(cloud: FakeCloud) -> None:
    (identity,) = launched("shutdown -h +100\nshutdown -c\necho $(cat no-such-file) still here\n")
    cloud.wait(lambda cloud: cloud.instance(identity).exits == (0,))
    assert "still here" in cloud.console(identity)
    assert cloud.instance(identity).state == "running"


def test_a_stopped_instance_is_started_again_without_its_user_data(cloud: FakeCloud) -> None:
    (identity,) = launched("echo once\nshutdown -h now", InstanceInitiatedShutdownBehavior="stop")
    cloud.wait(lambda cloud: cloud.instance(identity).state == "stopped")
    boto3.client("ec2").start_instances(InstanceIds=[identity])
    cloud.wait(lambda cloud: cloud.instance(identity).state == "running")
    assert cloud.console(identity).count("once") == 1


def test_a_restart_keeps_the_instance_and_its_user_data_is_not_executed_again(cloud: FakeCloud) -> None:
    (identity,) = launched("echo once\nreboot\nsleep 60")
    cloud.wait(lambda cloud: cloud.console(identity).count("Linux version") == 2)
    assert "reboot: Restarting system" in cloud.console(identity)
    assert cloud.console(identity).count("once") == 1
    assert cloud.instance(identity).state == "running"


def test_what_was_printed_can_be_read_through_ec2(cloud: FakeCloud) -> None:
    (identity,) = launched("echo hello console")
    cloud.wait(lambda cloud: cloud.instance(identity).exits == (0,))
    assert "hello console" in boto3.client("ec2").get_console_output(InstanceId=identity)["Output"]


def test_machines_that_were_asked_for_together_are_numbered(cloud: FakeCloud) -> None:
    script = METADATA + (
        "T=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $M/api/token)\n"
        'echo number $(curl -s -H "X-aws-ec2-metadata-token: $T" $M/meta-data/ami-launch-index)\n'
    )
    launched(script, 3)
    cloud.wait(lambda cloud: all(one.exits == (0,) for one in cloud.instances()))
    found = [line for one in cloud.instances() for line in cloud.console(one.id).splitlines() if "number" in line]
    assert found == ["number 0", "number 1", "number 2"]


def test_many_machines_boot_side_by_side(cloud: FakeCloud) -> None:
    role()
    boto3.client("s3").create_bucket(Bucket="results")
    script = METADATA + (
        "T=$(curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $M/api/token)\n"
        'test "$(curl -s -H "X-aws-ec2-metadata-token: $T" $M/meta-data/iam/security-credentials/)" = worker\n'
    )
    launched(script + "echo $?", 12, IamInstanceProfile={"Name": "worker"})
    cloud.wait(lambda cloud: all(one.exits == (0,) for one in cloud.instances()))
    assert len({cloud.console(one.id).splitlines()[0] for one in cloud.instances()}) == 12
