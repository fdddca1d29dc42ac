"""EC2 as moto has it: what a launch asks for, what is found, and what each refusal means."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

moto = pytest.importorskip("moto")

from cellburst.aws import names  # noqa: E402
from cellburst.aws.ec2 import Ec2, by_token  # noqa: E402
from cellburst.aws.instances import LaunchRefusedError, LaunchRequest, Refused, reason_of  # noqa: E402
from cellburst.aws.session import Session  # noqa: E402
from cellburst.errors import CloudError  # noqa: E402

ENV, RUN = "0123456789ab", "bold-ant-1"
IMAGE = "ami-12c6146b"  # one that moto has


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "not-a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    with moto.mock_aws():
        yield Session(region="us-east-1")


def _request(token: str = "t1", count: int = 1, **rest: object) -> LaunchRequest:
    tags = names.tags(ENV, RUN, machine="m1", token=token, deadline=2_000_000_000.0)
    fields = {"type": "m5.large", "market": "on-demand", "image": IMAGE, "user_data": "#!/bin/sh\n", "tags": tags}
    return LaunchRequest(token=token, count=count, least=count, **{**fields, **rest})  # type: ignore[arg-type]


def test_everything_that_ends_an_instance_is_in_its_request(session: Session) -> None:
    (made,) = Ec2(session).launch(_request(disk=40, zone="us-east-1b"))
    client = session.client("ec2")
    found = client.describe_instances(InstanceIds=[made.id])["Reservations"][0]["Instances"][0]
    behaviour = client.describe_instance_attribute(InstanceId=made.id, Attribute="instanceInitiatedShutdownBehavior")
    assert behaviour["InstanceInitiatedShutdownBehavior"]["Value"] == "terminate"
    assert found["MetadataOptions"]["HttpTokens"] == "required"
    assert found["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert not found.get("KeyName")
    assert made.zone == "us-east-1b"
    assert made.tags[names.ENVIRONMENT] == ENV
    assert names.deadline_of(made.tags) == 2_000_000_000.0


def test_volumes_are_encrypted_and_carry_the_same_tags(session: Session) -> None:
    ec2 = Ec2(session)
    ec2.launch(_request(disk=40))
    ((_, _, size, _, tags),) = ec2.volumes(ENV)
    (volume,) = session.client("ec2").describe_volumes(Filters=[{"Name": "tag-key", "Values": [names.RUN]}])["Volumes"]
    assert (size, tags[names.RUN], volume["Encrypted"], volume["VolumeType"]) == (40, RUN, True, "gp3")


def test_spot_has_its_highest_price(session: Session) -> None:
    (made,) = Ec2(session).launch(_request(market="spot", max_price=0.25))
    assert made.market == "spot"


def test_instances_of_one_request_are_told_apart_by_their_index(session: Session) -> None:
    ec2 = Ec2(session)
    made = ec2.launch(_request(count=3))
    assert [each.index for each in made] == [0, 1, 2]
    assert by_token(ec2.find(ENV)) == {"t1": made} or set(by_token(ec2.find(ENV))) == {"t1"}


def test_only_our_own_are_found(session: Session) -> None:
    ec2 = Ec2(session)
    session.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)
    (ours,) = ec2.launch(_request())
    assert [each.id for each in ec2.find(ENV)] == [ours.id]
    assert ec2.find("ffffffffffff") == []
    assert [each.id for each in ec2.find()] == [ours.id]


def test_ending_what_is_gone_is_no_error_and_ends_the_rest(session: Session) -> None:
    ec2 = Ec2(session)
    (made,) = ec2.launch(_request())
    ec2.end(["i-00000000000000000", made.id])
    (found,) = ec2.find(ENV)
    assert found.state in {"shutting-down", "terminated"}
    ec2.end(["i-00000000000000000"])


def test_an_unknown_profile_is_not_known_yet(session: Session) -> None:
    with pytest.raises(LaunchRefusedError) as refused:
        Ec2(session).launch(_request(profile="cellburst-run-none"))
    assert refused.value.reason is Refused.NOT_YET


def test_a_missing_group_says_what_to_do(session: Session) -> None:
    with pytest.raises(CloudError, match="cellburst setup aws"):
        Ec2(session).group("cellburst-machines")


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        ("InsufficientInstanceCapacity", "", Refused.CAPACITY),
        ("MaxSpotInstanceCountExceeded", "", Refused.QUOTA),
        ("VcpuLimitExceeded", "", Refused.QUOTA),
        ("Unsupported", "", Refused.UNSUPPORTED),
        ("RequestLimitExceeded", "", Refused.THROTTLED),
        ("InvalidParameterValue", "Invalid IAM Instance Profile name", Refused.NOT_YET),
        ("InvalidParameterValue", "Invalid value for instance type", Refused.UNSUPPORTED),
        ("IdempotentParameterMismatch", "", Refused.MISMATCH),
        ("UnauthorizedOperation", "", Refused.DENIED),
        ("ExpiredToken", "", Refused.EXPIRED),
        ("", "there are no credentials", Refused.EXPIRED),
        ("InvalidAMIID.NotFound", "", Refused.WRONG),
    ],
)
def test_what_a_refusal_means(code: str, text: str, reason: Refused) -> None:
    assert reason_of(code, text) is reason
