"""What EC2 is asked for a machine: nothing that could cost more than the plan says."""

from __future__ import annotations

import pytest

from cellburst.aws import ec2
from cellburst.aws.instances import LaunchRequest


def asked(kind: str) -> dict[str, object]:
    return ec2._arguments(LaunchRequest("token", 1, 1, kind, "on-demand", "ami-1", ""))


@pytest.mark.parametrize("kind", ["t2.small", "t3.micro", "t3a.large", "t4g.2xlarge"])
def test_what_bursts_is_throttled_and_costs_no_more(kind: str) -> None:
    assert asked(kind)["CreditSpecification"] == {"CpuCredits": "standard"}


@pytest.mark.parametrize("kind", ["m7i.large", "g5.xlarge", "trn1.2xlarge", "c7i-flex.large"])
def test_other_types_have_no_credits(kind: str) -> None:
    assert "CreditSpecification" not in asked(kind)


def test_everything_ends_with_the_machine() -> None:
    found = asked("m7i.large")
    assert found["InstanceInitiatedShutdownBehavior"] == "terminate"
    disks = found["BlockDeviceMappings"]
    assert isinstance(disks, list)
    assert all(each["Ebs"]["DeleteOnTermination"] for each in disks)
