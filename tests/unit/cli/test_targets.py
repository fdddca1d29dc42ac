"""`cellburst targets`, and what `cellburst run` says of machines before it starts any."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from cellburst import targets
from cellburst.cli.main import cli
from cellburst.paths import Folders

_ADD = (
    *("targets", "add", "gpu", "--backend", "ec2", "--instance-type", "g5.xlarge,g4dn.xlarge"),
    *("--spot-policy", "spot_with_fallback", "--region", "us-east-1", "--max-cost", "20", "--max-lifetime", "2h"),
)


def invoke(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exit_code == code, done.output
    return done


def test_a_target_is_added_listed_shown_and_removed(folders: Folders) -> None:
    assert "EC2 machines in us-east-1, g5.xlarge or g4dn.xlarge" in invoke(*_ADD).output
    assert "max_cost = 20\n" in folders.targets.read_text()
    assert 'instance_type = ["g5.xlarge", "g4dn.xlarge"]' in folders.targets.read_text()
    assert [line.split()[0] for line in invoke("targets", "list").output.splitlines()][1:] == [
        "local",
        "fakecloud",
        "gpu",
    ]
    assert "  instance_type = g5.xlarge, g4dn.xlarge\n" in invoke("targets", "show", "gpu").output
    assert json.loads(invoke("targets", "show", "gpu", "--json").output)["max_lifetime"] == 7200
    assert "1 target, nothing wrong" in invoke("targets", "edit-check").output
    invoke("targets", "remove", "gpu")
    assert "gpu" not in targets.load(folders)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "gpu", "--max-cost", "0"), "above 0 is needed"),
        (("add", "gpu", "--region", "us-east-1a"), "is a zone of us-east-1"),
        (("add", "GPU"), "is no name for a target"),
        (("show", "fakeclou"), "did you mean fakecloud?"),
        (("remove", "local"), "built in"),
        (("types", "--region", "eu-west-1"), "nobody has asked yet for prices in eu-west-1"),
        (("types", "--memory", "32"), "write its unit: 32GB"),
        (("types", "local"), "this machine"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(folders: Folders, arguments: tuple[str, ...], message: str) -> None:
    assert message in " ".join(invoke("targets", *arguments, code=2).output.split())
    assert not folders.targets.exists()


def test_every_wrong_section_is_told_with_its_line(folders: Folders) -> None:
    folders.targets.write_text("[a]\nbackend = 'ec2'\nregon = 'x'\n\n[b]\nbackend = 'ec3'\n")
    said = invoke("targets", "edit-check", code=2).output
    assert f"{folders.targets}, line 3: [a] there is no key 'regon'; did you mean region?" in said
    assert f"{folders.targets}, line 6: [b] backend: 'ec3' is none of" in said
    listed = invoke("targets", "list", code=2).output
    assert "local" in listed
    assert "line 3" in listed


def test_the_schema_accepts_what_is_written(folders: Folders) -> None:
    invoke(*_ADD)
    schema = json.loads(invoke("targets", "edit-check", "--schema").output)
    keys = schema["additionalProperties"]["properties"]
    assert keys["backend"]["enum"] == ["ec2", "fakecloud"]
    assert set(keys) == set(targets.schema.READERS)


def test_types_are_listed_cheapest_first() -> None:
    lines = invoke("targets", "types", "--gpus", "1").output.splitlines()
    assert lines[1].split()[:2] == ["g4dn.xlarge", "4"]
    assert "more (--all); us-east-1, Linux, prices of 2025-09-01" in lines[-1]
    invoke(*_ADD)
    named = json.loads(invoke("targets", "types", "gpu", "--json").output)
    assert [fit["type"][0] for fit in named] == ["g4dn.xlarge", "g5.xlarge"]
    found = json.loads(invoke("targets", "types", "gpu", "--cpus", "4+", "--memory", "32GB", "--json").output)
    prices = [fit["price"] for fit in found]
    assert prices == sorted(prices)
    assert all(fit["type"][1] >= 4 and fit["type"][2] >= 32e9 for fit in found)


def test_a_dry_run_shows_the_plan_and_starts_nothing(folders: Folders) -> None:
    invoke(*_ADD)
    done = invoke("run", "--target", "gpu", "--parallel", "50", "--dry-run", "--", "true")
    assert "$19.99" in done.output or "$20.00" in done.output
    assert "max_cost $20 allows 39 machines" in done.output
    assert not folders.store.exists()


def test_a_run_that_costs_is_not_started_unasked() -> None:
    invoke(*_ADD)
    said = invoke("run", "--target", "gpu", "--parallel", "50", "--", "true", code=2).output
    assert "nothing was started: 39 machines for up to $20.00 want a yes" in said
    assert "--yes" in said
    assert json.loads(invoke("runs", "--json").output) == []


def test_options_about_machines_are_refused_on_this_machine() -> None:
    said = invoke("run", "--max-cost", "3", "--", "true", code=2).output
    assert "--max-cost is about machines" in said
    wrong = invoke("run", "--max-cost", "3x", "--target", "gpu", "--", "true", code=2).output
    assert "'3x' is no amount of dollars" in wrong
