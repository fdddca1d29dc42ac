"""Which requests a fault meets."""

from __future__ import annotations

import pytest

from cellburst.testing.fakecloud import Fault
from cellburst.testing.fakecloud.server.asked import Asked
from cellburst.testing.fakecloud.server.faults import Faults

pytest.importorskip("moto")


def put(path: str = "bucket/key") -> Asked:
    return Asked({}, "s3", "us-east-1", "PutObject", path=path)


def launch(kind: str) -> Asked:
    return Asked({}, "ec2", "us-east-1", "RunInstances", parameters={"InstanceType": kind})


def met(faults: Faults, requests: list[Asked]) -> list[bool]:
    return [faults.meeting(request) is not None for request in requests]


def test_one_request_is_met_unless_more_is_said() -> None:
    faults = Faults(1)
    faults.arm(Fault(action="PutObject", code="SlowDown"))
    assert met(faults, [put(), put()]) == [True, False]


def test_those_before_are_spared_and_then_so_many_are_met() -> None:
    faults = Faults(1)
    number = faults.arm(Fault(service="s3", skip=1, times=2))
    assert met(faults, [put()] * 5) == [False, True, True, False, False]
    assert faults.met() == {number: 2}


def test_zero_times_is_for_ever() -> None:
    faults = Faults(1)
    faults.arm(Fault(times=0))
    assert all(met(faults, [put()] * 20))


def test_paths_and_parameters_are_patterns() -> None:
    faults = Faults(1)
    faults.arm(Fault(path="*/outcomes/*", times=0))
    faults.arm(Fault(where={"InstanceType": "g5.*"}, times=0))
    assert met(faults, [put("b/outcomes/1"), put("b/inputs/1"), launch("g5.xlarge"), launch("g4dn.xlarge")]) == [
        True,
        False,
        True,
        False,
    ]


def test_chance_is_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.arm(Fault(chance=0.5, times=0))
        return met(faults, [put()] * 64)

    assert run(1) == run(1) != run(2)
    assert 16 < sum(run(1)) < 48


def test_cleared_faults_meet_nothing() -> None:
    faults = Faults(1)
    faults.arm(Fault(times=0))
    faults.clear()
    assert met(faults, [put()]) == [False]
