"""An account in which policies are enforced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cellburst.account.place import Place
from cellburst.account.policies import user_policy
from cellburst.aws.session import Session
from cellburst.testing.fakecloud import FakeCloud
from tests.keyed_session import Keyed

ACCOUNT = "123456789012"


@pytest.fixture
def root(cloud: FakeCloud) -> Iterator[Session]:
    """Somebody who may do everything."""
    cloud.enforce()
    yield Keyed.of_variables(cloud.environment())
    cloud.enforce(False)


@pytest.fixture
def place() -> Place:
    return Place(ACCOUNT, "us-east-1", f"cellburst-{ACCOUNT}-us-east-1")


@pytest.fixture
def person(cloud: FakeCloud, root: Session, place: Place) -> Session:
    """Somebody with the policy that we print, and nothing else."""
    return Keyed.of_variables(cloud.user("ada", user_policy(place)))
