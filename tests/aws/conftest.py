"""Each test of this folder is made against the fake cloud and, if that is asked for, against AWS itself.

``CELLBURST_REAL_AWS=1 pytest tests/aws`` (or ``--real-aws``) with credentials in the usual places; docs/aws.md,
"Tests against AWS", says what it costs and which rights it needs. Everything that is made is removed again.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from botocore.exceptions import ClientError

from cellburst.account import run_role
from cellburst.account.boundary import Boundary
from cellburst.account.bucket import Bucket
from cellburst.account.place import Place
from cellburst.aws import names
from cellburst.aws.session import Session
from cellburst.testing.fakecloud import FakeCloud
from tests.keyed_session import Keyed

ENV = "0123456789ab"
_PRICE = (
    "tests/aws: one t3.micro for about two minutes (billed: at least one, $0.0104 an hour), its 8 GB disk, and some "
    "hundred requests to S3, SQS, IAM and EC2: below $0.01 together, and below $1 whatever goes wrong, because the "
    "machine ends itself."
)
_REAL = os.environ.get("CELLBURST_REAL_AWS", "") not in ("", "0")
_SPREADING = 60.0  # seconds until IAM's changes are seen everywhere
_T = TypeVar("_T")


@dataclass
class Account:
    """Where a test is made; ``roles`` are of runs, and go with the test."""

    session: Session
    place: Place
    real: bool
    run: str
    roles: list[str] = field(default_factory=list)

    def key(self, rest: str) -> str:
        """The key of an object of this test's run."""
        return f"{ENV}/{self.run}/{rest}"

    def machine(self) -> Session:
        """A session with the role of this run, as its machines have it."""
        iam, me = self.session.client("iam"), self.session.identity()
        trust = {"Effect": "Allow", "Principal": {"AWS": me.arn}, "Action": "sts:AssumeRole"}
        made = iam.create_role(
            RoleName=names.role(self.run),
            Path=names.ROLE_PATH,
            PermissionsBoundary=self.place.boundary,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        self.roles.append(self.run)
        run_role.make(self.session, self.place, ENV, self.run, time.time() + 600)
        return eventually(lambda: Keyed.of_role(self.session, made["Role"]["Arn"]))


def eventually(call: Callable[[], _T], limit: float = _SPREADING) -> _T:
    """What ``call`` gives, asked again while it is refused for want of rights that were given just now."""
    end = time.monotonic() + limit
    while True:
        try:
            return call()
        except ClientError as error:
            if "Denied" not in error.response["Error"]["Code"] or time.monotonic() > end:
                raise
            time.sleep(2)


@pytest.fixture(scope="session")
def priced(request: pytest.FixtureRequest) -> None:
    """Say once what it costs, before anything is asked of AWS."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n{_PRICE}")


@pytest.fixture(params=["fake", "real"])
def aws(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account with bucket and boundary, which go with the test unless they were there before."""
    real = request.param == "real"
    if real and not (_REAL or request.config.getoption("--real-aws")):
        pytest.skip("AWS itself is asked with --real-aws or CELLBURST_REAL_AWS=1 alone")
    if real:
        request.getfixturevalue("priced")
        session = Session()
    else:
        cloud: FakeCloud = request.getfixturevalue("cloud")
        cloud.enforce()
        session = Session(region="us-east-1", endpoint=cloud.endpoint)
    identity, region = session.identity(), session.region_name
    bucket = f"{names.PREFIX}-{identity.account}-contract-{secrets.token_hex(4)}"
    place = Place(identity.account, region, bucket, identity.partition)
    account = Account(session, place, real, f"contract-{secrets.token_hex(2)}")
    boundary = Boundary(session, place)
    kept = boundary.look().there
    try:
        Bucket(session, place, 1).mend()
        boundary.mend()
        yield account
    finally:
        for run in account.roles:
            run_role.remove(session, run)
        Bucket(session, place).remove()
        if not kept:
            boundary.remove()
        if not real:
            cloud.enforce(False)


def code_of(call: Callable[[], Any]) -> str:
    """The code with which a service refuses; "" if it does not."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
