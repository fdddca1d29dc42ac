"""What we build on in EC2: a token that launches once, a dry run, and a shutdown that ends what is paid for."""

from __future__ import annotations

import secrets
import time

import pytest

from cellburst.aws import images, names, offerings
from cellburst.aws.ec2 import Ec2, by_token
from cellburst.aws.instances import GONE, Instance, LaunchRefusedError, LaunchRequest, Refused
from tests.aws.conftest import ENV, Account

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
_SHUTDOWN = "#!/bin/sh\nshutdown -P +0\n"


def _request(account: Account, **changed: object) -> LaunchRequest:
    image = images.find(account.session)
    root, size = Ec2(account.session).image(image)
    asked = {
        "token": f"contract-{secrets.token_hex(8)}",
        "count": 1,
        "least": 1,
        "type": "t3.micro",
        "market": "on-demand",
        "image": image,
        "user_data": _SHUTDOWN,
        "disk": max(8, size),
        "root": root,
        **changed,
    }
    tags = names.tags(ENV, account.run, token=str(asked["token"]), deadline=time.time() + 600)
    return LaunchRequest(**asked, tags=tags)  # type: ignore[arg-type]


def test_whether_a_launch_is_allowed_is_told_without_one(aws: Account) -> None:
    offerings.check_launch(aws.session, ENV, images.find(aws.session), "t3.micro")
    assert Ec2(aws.session).find(ENV) == []


def test_types_are_offered_in_zones(aws: Account) -> None:
    offered = offerings.zones(aws.session, ["t3.micro", "no-such.type"])
    assert offered["t3.micro"][0].startswith(aws.place.region)
    assert offered["no-such.type"] == ()


def test_a_token_launches_once_and_a_shutdown_ends_it(aws: Account) -> None:
    ec2, request = Ec2(aws.session), _request(aws)
    first = ec2.launch(request)
    try:
        assert [one.id for one in ec2.launch(request)] == [one.id for one in first]
        with pytest.raises(LaunchRefusedError) as refused:
            ec2.launch(_request(aws, token=request.token, user_data="#!/bin/sh\nsleep 60\n"))
        assert refused.value.reason is Refused.MISMATCH
        found = _when_gone(ec2, first[0].id)
        assert found.code == "Client.InstanceInitiatedShutdown"
        assert found.tags[names.RUN] == aws.run
        assert [one.id for one in by_token(ec2.find(ENV))[request.token]] == [first[0].id]
    finally:
        ec2.end([one.id for one in first])


def _when_gone(ec2: Ec2, identity: str) -> Instance:
    """The instance when it has ended, which it does by itself; lists follow with some delay."""
    end = time.monotonic() + 400
    while time.monotonic() < end:
        found = ec2.find(ids=[identity])
        if found and found[0].state in GONE:
            return found[0]
        time.sleep(1)
    raise AssertionError(f"{identity} has not ended itself")
