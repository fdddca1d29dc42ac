"""`cellburst setup aws` as a person types it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from cellburst.account import run_role
from cellburst.account.place import Place
from cellburst.account.policies import boundary_policy, user_policy
from cellburst.aws import names
from cellburst.aws.session import Session
from cellburst.cli.main import cli


@pytest.fixture
def account(root: Session) -> Session:
    """Of whom the variables of the environment speak, too."""
    return root


def _run(*words: str, said: str = "") -> Result:
    return CliRunner().invoke(cli, ["setup", "aws", *words], input=said)


def test_a_person_sets_up_checks_and_removes(account: Session, place: Place) -> None:
    found = _run("--dry-run")
    assert found.exit_code == 0, found.output
    assert found.output.count("would be created") == 3
    found = _run()
    assert found.exit_code == 0, found.output
    assert found.output.count(": created") == 3
    assert "each run gets a queue and a role of its own" in found.output
    account.client("s3").delete_bucket_policy(Bucket=place.bucket)
    found = _run()
    assert "put right" in found.output
    assert "outcomes are written once" in found.output
    assert found.output.count("as it should be") == 2
    assert _run("--remove", said="n\n").exit_code == 1
    assert _run("--dry-run").output.count("as it should be") == 3
    found = _run("--remove", "--yes")
    assert found.exit_code == 0, found.output
    assert found.output.count(": removed") == 3
    found = _run("--remove")
    assert "there is nothing of cellburst here" in found.output
    assert found.exit_code == 0, found.output


def test_results_and_machines_are_not_removed_in_passing(account: Session, place: Place) -> None:
    _run()
    account.client("s3").put_object(Bucket=place.bucket, Key="env/run/out/a", Body=b"result")
    run_role.make(account, place, "0123456789ab", "8x1k3mq-a2b4", 1.9e9)
    found = _run("--remove", "--yes")
    assert found.exit_code == 2
    assert "--delete-results" in found.output
    tags = [{"ResourceType": "instance", "Tags": names.as_list({names.RUN: "8x1k3mq-a2b4"})}]
    ec2 = account.client("ec2")
    launched = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, TagSpecifications=tags)["Instances"]
    found = _run("--remove", "--yes", "--delete-results")
    assert found.exit_code == 2
    assert "1 machine still lives" in found.output
    ec2.terminate_instances(InstanceIds=[launched[0]["InstanceId"]])
    found = _run("--remove", "--dry-run", "--delete-results")
    assert "role of the run 8x1k3mq-a2b4" in found.output
    assert "with 1 object" in found.output
    found = _run("--remove", "--yes", "--delete-results")
    assert found.exit_code == 0, found.output
    assert run_role.there(account) == []


def test_the_boundary_stays_while_roles_of_another_region_have_it(account: Session, place: Place) -> None:
    _run()
    other = Place(place.account, "eu-west-1", f"cellburst-{place.account}-eu-west-1")
    run_role.make(account, other, "0123456789ab", "8x1k3mq-a2b4", 1.9e9)
    found = _run("--remove", "--yes")
    assert "kept: roles in eu-west-1 have it" in found.output
    assert len(run_role.there(account)) == 1


def test_policies_are_printed_for_this_account(account: Session, place: Place) -> None:
    assert json.loads(_run("--print-policy", "user").stdout) == user_policy(place)
    assert json.loads(_run("--print-policy", "machine").stdout) == boundary_policy(place)
    assert "8x1k3mq-a2b4" in _run("--print-policy", "run").stdout


def test_policies_are_printed_without_credentials(account: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    found = _run("--print-policy", "user-without-setup")
    assert found.exit_code == 0
    assert "stand for yours" in found.stderr
    assert "Setup" not in found.stdout
    assert json.loads(found.stdout)["Statement"]


def test_without_credentials_it_says_what_to_do(account: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    found = _run()
    assert found.exit_code == 1
    assert "aws configure" in found.output
