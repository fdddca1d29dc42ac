"""A controller is replaced under a live run, which goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cellburst.cli.doctor import doctor
from cellburst.client.connecting.record import find_controller
from cellburst.client.starting.functions import submit
from cellburst.library_state import environment
from cellburst.paths import Folders


def waits_for(gate: str) -> str:
    import os
    import time

    print("begun", flush=True)
    while not os.path.exists(gate):
        time.sleep(0.01)
    return "through"


def test_a_live_run_goes_on_with_the_next_controller(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment.changes()[0]:  # pytest's: values are not stored, and the run may not have reached the pool
        monkeypatch.delenv(name)
    run = submit(waits_for, str(tmp_path / "gate"))
    before = find_controller(folders)
    assert before is not None
    result = CliRunner().invoke(doctor, ["--restart", "--json"])
    assert f"controller {before.pid} ended" in result.output
    (tmp_path / "gate").touch()
    assert run.wait(30).value == "through"
    after = find_controller(folders)
    assert after is not None
    assert after.pid != before.pid


def test_with_none_running_it_says_so(folders: Folders) -> None:
    assert "no controller runs" in CliRunner().invoke(doctor, ["--restart"]).output
