"""A whole run on machines with nothing but the printed policies: a user without the setup part, the role of the run."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from cellburst import targets
from cellburst.account import remains, standings
from cellburst.account.place import Place
from cellburst.account.policies import user_policy
from cellburst.aws.session import Session
from cellburst.paths import Folders
from cellburst.testing.fakecloud import FakeCloud
from tests.keyed_session import Keyed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
_IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"  # with the packages that are here
_CELLBURST = [sys.executable, "-c", "from cellburst.cli.main import main; main()"]


def test_a_run_needs_no_more_than_the_policies(
    cloud: FakeCloud, folders: Folders, person: Session, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    if cloud.describe().machines == "none":
        pytest.skip("machines do not boot here")
    list(standings.setup(standings.parts(person, place)))
    variables = cloud.user("bob", user_policy(place, setup=False))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    targets.add("gpu", {"backend": "ec2", "region": "us-east-1", "instance_type": ["m5.large"], "image": _IMAGE})
    words = ["run", "--target", "gpu", "--yes", "-p", "x=20,21,22", "--", sys.executable, "-c", "print({x} * 2)"]
    done = subprocess.run(
        [*_CELLBURST, *words], capture_output=True, text=True, timeout=200, env=os.environ, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 succeeded" in done.stdout + done.stderr
    logs = subprocess.run([*_CELLBURST, "logs", "last", "1"], capture_output=True, text=True, timeout=60, check=True)
    assert "42" in logs.stdout
    _until_nothing_is_left(Keyed.of_variables(variables), place)


def _until_nothing_is_left(session: Session, place: Place, limit: float = 60.0) -> None:
    """The run's machines, queue and role end with it, by the user's own rights."""
    end = time.monotonic() + limit
    while True:
        left = remains.remains(session, place)
        if not (left.machines or left.queues or left.roles):
            return
        assert time.monotonic() < end, left
        time.sleep(1)
