"""User data executed by a shell, against a bucket of the fake cloud."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from msgspec.structs import replace

from cellburst.environments import bootstrap, lock, platforms
from cellburst.model.environment import Environment, Package
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.testing.fakecloud import FakeCloud
from cellburst.testing.fakecloud.machines import probe
from tests.integration.machines import ENV, PREFIX, Store, agent, booted, packed, with_agent

TELL = """
import json, os, sys
config = json.load(open(sys.argv[1]))
import helper
print("helper says", helper.word)
with open(os.path.join(config["data"], "told"), "w") as file:
    json.dump({"prefix": sys.prefix, "executable": sys.executable, "path": sys.path, "run": config["run"]}, file)
"""


@pytest.fixture
def blobs(folders: Folders) -> BlobFolder:
    return BlobFolder(folders.blobs)


@pytest.fixture
def store(cloud: FakeCloud, blobs: BlobFolder) -> Store:
    return Store(blobs)


@pytest.fixture
def environment(blobs: BlobFolder, tmp_path: Path) -> Environment:
    """Nothing but a module of the user's own and an agent that tells where it is."""
    plain = Environment(
        digest="d" * 64,
        build="b" * 64,
        python=lock.python_version(),
        platform=platforms.here(),
        packages=(),
        cellburst=Package("cellburst", "0"),
        executable=sys.executable,
        sources=(packed(blobs, "notebooks", "", {"helper.py": "word = 'hello'\n"}, str(tmp_path / "sender" / "nb")),),
    )
    return with_agent(plain, blobs, TELL)


def test_an_image_with_its_packages_needs_nothing_but_the_code(
    environment: Environment, store: Store, tmp_path: Path
) -> None:
    parcel = bootstrap.parcel(environment, prebuilt=True)
    store.upload(parcel)

    with booted(tmp_path / "m1", parcel) as machine:
        told = json.loads((machine.root / "data" / "told").read_text())

    assert told["executable"] == sys.executable
    assert "helper says hello" in machine.console
    assert (tmp_path / "sender" / "nb" / "helper.py").read_text() == "word = 'hello'\n"  # where the sender has it
    assert machine.switched.read_text().splitlines()[0] in ("shutdown -h +59", "shutdown -h +60")


def test_packages_that_differ_from_the_image_are_told(environment: Environment, store: Store, tmp_path: Path) -> None:
    parcel = bootstrap.parcel(
        replace(environment, packages=(Package("numpy", "0.1"), Package("not-there", "2"))), prebuilt=True
    )
    store.upload(parcel)

    with booted(tmp_path / "m1", parcel) as machine:
        console = machine.console

    assert "the image differs: not-there is missing (the notebook has 2); numpy " in console
    assert "(the notebook has 0.1)" in console


def test_an_image_that_lacks_what_cellburst_needs_is_refused(
    environment: Environment, store: Store, tmp_path: Path
) -> None:
    parcel = bootstrap.parcel(environment, prebuilt=True)
    said = {**json.loads(parcel.recipe), "needs": ["msgspec", "not-there"]}
    parcel = dataclasses.replace(parcel, recipe=json.dumps(said).encode())
    store.upload(parcel)

    with booted(tmp_path / "m1", parcel):
        note = store.note()

    assert note["reason"].startswith("the image lacks not-there, which cellburst needs there: ")


def test_an_image_without_that_python_is_refused(environment: Environment, store: Store, tmp_path: Path) -> None:
    parcel = bootstrap.parcel(replace(environment, python="3.99"), prebuilt=True)
    store.upload(parcel)

    with booted(tmp_path / "m1", parcel):
        note = store.note()

    assert note["state"] == "ending"
    assert note["reason"].startswith("the image has no Python 3.99, which the notebook has, but 3.")


def test_a_program_that_was_swapped_is_not_executed(environment: Environment, store: Store, tmp_path: Path) -> None:
    parcel = bootstrap.parcel(environment, prebuilt=True)
    store.upload(parcel)
    store.put(f"{ENV}/blob/{hashlib.sha256(parcel.program).hexdigest()}", b"print('mine now')")

    with booted(tmp_path / "m1", parcel) as machine:
        console = machine.console

    assert "is not the one that was sent; it was not executed" in console
    assert "mine now" not in console
    assert not machine.root.exists()


def test_code_that_was_swapped_is_not_unpacked(environment: Environment, store: Store, tmp_path: Path) -> None:
    parcel = bootstrap.parcel(environment, prebuilt=True)
    store.upload(parcel)
    store.put(f"{ENV}/blob/{environment.sources[0].sha256}", b"no archive")

    with booted(tmp_path / "m1", parcel):
        note = store.note()

    assert note["reason"] == "the code of notebooks in the bucket is not what was sent; it was not unpacked"


def test_an_agent_that_crashes_is_started_three_times(
    environment: Environment, store: Store, blobs: BlobFolder, tmp_path: Path
) -> None:
    parcel = bootstrap.parcel(with_agent(environment, blobs, "raise SystemExit('no queue')"), prebuilt=True)
    store.upload(parcel)

    with booted(tmp_path / "m1", parcel) as machine:
        console, note = machine.console, store.note()

    assert console.count("no queue") >= 3
    assert note["reason"] == "the agent ended 3 times (1): no queue"


def test_a_bucket_that_does_not_answer_ends_the_machine(environment: Environment, store: Store, tmp_path: Path) -> None:
    parcel = bootstrap.parcel(environment, prebuilt=True)

    with booted(tmp_path / "m1", parcel) as machine:
        console = machine.console

    assert "the program that sets this machine up cannot be fetched" in console
    assert "404" in console


def test_nothing_secret_is_in_user_data(environment: Environment, store: Store) -> None:
    text = bootstrap.user_data(agent(), bootstrap.parcel(environment), lifetime=3600)

    assert len(text.encode()) <= bootstrap.LIMIT
    assert text.splitlines()[1].startswith("N=")
    assert PREFIX in text


def test_its_time_is_over_whatever_the_agent_does(
    environment: Environment, store: Store, blobs: BlobFolder, tmp_path: Path
) -> None:
    parcel = bootstrap.parcel(with_agent(environment, blobs, "import time; time.sleep(600)"), prebuilt=True)
    store.upload(parcel)

    with booted(tmp_path / "m1", parcel, lifetime=6) as machine:
        console, note = machine.console, store.note()

    assert note["reason"] == "starting"  # it was not the setting up that ended it
    assert "ended" not in console


@pytest.fixture(params=["isolated", "plain"])
def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    """A cloud whose machines are as real as can be, and one where processes stand in for them."""
    if request.param == "isolated" and (why := probe.why_not()):
        pytest.skip(f"no isolated machines here: {why}")
    with FakeCloud(seed=1, speed=60, machines=request.param) as cloud:
        for name, value in cloud.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the last cloud's credentials
        yield cloud


@pytest.mark.slow
def test_an_instance_boots_with_it_and_ends_itself(environment: Environment, blobs: BlobFolder, rig: FakeCloud) -> None:
    program = "import helper, os; print('helper says', helper.word, os.environ['CELLBURST_DATA_DIR'])"
    store = Store(blobs)
    parcel = bootstrap.parcel(with_agent(environment, blobs, program), prebuilt=True)
    store.upload(parcel)
    give_role()
    ec2 = boto3.client("ec2", region_name="us-east-1")
    image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    found = boto3.client("ssm", region_name="us-east-1").get_parameter(Name=image)["Parameter"]["Value"]

    launched = ec2.run_instances(
        ImageId=found,
        InstanceType="m7i.large",
        MinCount=1,
        MaxCount=1,
        UserData=bootstrap.user_data(agent(metadata="", endpoint="", machine="m7"), parcel, lifetime=3600),
        IamInstanceProfile={"Name": "worker"},
        InstanceInitiatedShutdownBehavior="terminate",
    )
    identity = launched["Instances"][0]["InstanceId"]
    rig.wait(lambda cloud: cloud.instance(identity).state == "terminated")

    assert re.search(r"helper says hello /\S+/data\b", rig.console(identity)), rig.console(identity)
    assert rig.instance(identity).reason == "Client.InstanceInitiatedShutdown"
    assert store.note("m7")["reason"] == "starting"


def give_role() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam = boto3.client("iam")
    iam.create_role(
        RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust})
    )
    iam.create_instance_profile(InstanceProfileName="worker")
    iam.add_role_to_instance_profile(InstanceProfileName="worker", RoleName="worker")
