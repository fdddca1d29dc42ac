"""The printed policy is enough to find and end what runs left: `ps --orphans` and `reap`, policies enforced."""

from __future__ import annotations

import json
import time

import pytest
from click.testing import CliRunner

from cellburst.account import remains, run_role, standings
from cellburst.account.place import Place
from cellburst.account.policies import user_policy
from cellburst.aws import names
from cellburst.aws.session import Session
from cellburst.cli.main import cli
from cellburst.paths import environment_id
from cellburst.testing.fakecloud import FakeCloud
from tests.keyed_session import Keyed

pytestmark = pytest.mark.slow
RUN = "lost-run-1"


def test_reaping_needs_no_more_than_the_policy(
    cloud: FakeCloud, person: Session, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(standings.setup(standings.parts(person, place)))
    variables = cloud.user("bob", user_policy(place, setup=False))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    bob, late, env = Keyed.of_variables(variables), time.time() - 1000, environment_id()
    profile = run_role.make(bob, place, env, RUN, late)
    tags = names.as_list(names.tags(env, RUN, machine="m1", token="t", deadline=late))
    bob.client("ec2").run_instances(
        ImageId="ami-12c6146b",
        InstanceType="m5.large",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": profile},
        MetadataOptions={"HttpTokens": "required"},
        TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")],
    )
    bob.client("sqs").create_queue(QueueName=names.queue(RUN), tags=names.tags(env, RUN, deadline=late))
    bob.client("s3").put_object(Bucket=place.bucket, Key=f"{env}/{RUN}/out/a", Body=b"result")

    listed = CliRunner().invoke(cli, ["ps", "--orphans", "--json"], catch_exceptions=False)
    kinds = {thing["kind"] for thing in json.loads(listed.output)}
    assert {"machine", "queue", "role"} <= kinds, listed.output
    done = CliRunner().invoke(cli, ["reap", "--yes"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    cloud.wait(lambda cloud: not cloud.instances("pending", "running", "shutting-down"))
    left = remains.remains(bob, place)
    assert (left.machines, left.queues, left.roles) == ((), (), ())
