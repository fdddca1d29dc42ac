"""The commands that change something, against a real controller and real workers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cellburst
from cellburst.cli.main import cli


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def fail_until(marker: Path) -> str:
    print("looking for", marker.name)
    if not marker.exists():
        raise FileNotFoundError(marker.name)
    return "found"


def wait_for(marker: Path) -> None:
    from time import sleep

    while not marker.exists():
        sleep(0.02)


@pytest.mark.timeout(120)
def test_a_failed_run_is_shown_retried_and_deleted(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    run = cellburst.submit(fail_until, marker).wait()
    assert "FileNotFoundError" in invoke("show", run.id).output
    assert "looking for marker" in invoke("logs", run.id).output

    marker.touch()
    done = invoke("retry", run.id)
    assert done.exit_code == 0, done.output
    assert run.wait().value == "found"
    assert "1/1" in invoke("runs").output
    assert invoke("rerun", run.id).output.endswith(f": does all of {run.id} again\n")
    assert cellburst.attach("last").wait().value == "found"
    assert invoke("delete", "--yes", "last").exit_code == 0

    assert invoke("delete", "--yes", run.id).exit_code == 0
    assert json.loads(invoke("runs", "--json").output) == []


@pytest.mark.timeout(120)
def test_a_waiting_run_is_cancelled_and_pruned(tmp_path: Path) -> None:
    run = cellburst.submit(wait_for, tmp_path / "never")
    done = invoke("cancel", run.id)
    assert done.exit_code == 0, done.output
    assert run.wait().state.value == "cancelled"
    assert "has ended already (cancelled)" in invoke("cancel", run.id).output

    found = json.loads(invoke("prune", "--days", "0", "--json").output)
    assert found["deleted"] == [run.id]
    assert invoke("doctor").exit_code == 0
