"""The commands that read, on a store with one finished run; no controller is there, and none is started."""

from __future__ import annotations

import json
import time

import pytest
from click.testing import CliRunner, Result

from cellburst import wiring
from cellburst.cli.main import cli
from cellburst.model.blob import Packed
from cellburst.model.events import RunStateChanged, RunSubmitted, TasksEnded, TasksStarted
from cellburst.model.ids import new_run_id
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.model.run import Origin, Run, RunOptions, RunState
from cellburst.model.sweep import Axis, SweepView
from cellburst.paths import Folders
from cellburst.settings import Settings


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.fixture
def run(folders: Folders, settings: Settings) -> Run:
    """Two tasks in the store: one with a value, one that failed."""
    now = time.time()
    run = Run(
        id=new_run_id(now),
        key="k",
        name="two\x1b[31m models",
        target="local",
        payload=Payload("cell", Packed(b"secret bytes"), source="fit(name)"),
        sweep=SweepView("grid", 2, axes=(Axis("name", ("Ridge", "Lasso")),)),
        options=RunOptions(),
        submitted=now,
        code="%%remote local -p name=names\nfit(name)",
        manifest=Manifest((InputEntry("fit", "function", 321, "value"), InputEntry("np", "module", None, "import"))),
        origin=Origin(notebook="/somewhere/models.ipynb"),
    )
    printed = ({"output_type": "stream", "name": "stdout", "text": "fitting\n"},)
    error = ErrorInfo("ValueError", "negative numbers", ("Traceback", "ValueError: negative numbers"))
    good = TaskResult(0, 1, 1, OutcomeKind.SUCCEEDED, now, 0.5, 50_000_000, summary=0.97, outputs=printed)
    bad = TaskResult(1, 1, 1, OutcomeKind.FAILED, now, 0.25, error=error, outputs=printed)
    folders.create()
    store = wiring.open_store(folders, settings)
    store.commit([RunSubmitted(run), TasksStarted(run.id, (0, 1), 1, "w1", now)])
    store.commit([TasksEnded(run.id, (good, bad), now), RunStateChanged(run.id, RunState.FAILED, now, "1 of 2 failed")])
    store.close()
    return run


def test_help_lists_every_command_and_each_has_its_own() -> None:
    done = invoke("--help")
    assert done.exit_code == 0
    for name in ("runs", "show", "logs", "cancel", "retry", "rerun", "delete", "prune", "demo", "doctor"):
        assert f"\n  {name} " in done.output
        assert invoke(name, "--help").exit_code == 0


def test_without_runs_it_says_how_to_start() -> None:
    done = invoke("runs")
    assert done.exit_code == 0
    assert "%load_ext cellburst" in done.output
    assert json.loads(invoke("runs", "--json").output) == []


def test_runs_has_a_row_without_terminal_codes(run: Run) -> None:
    done = invoke("runs")
    row = next(line for line in done.output.splitlines() if line.startswith(run.id))
    assert "two models" in row
    assert "2/2, 1 failed" in row
    assert "models.ipynb" in row
    assert "on disk" in done.output
    assert "\x1b" not in done.output


def test_runs_as_json_is_complete(run: Run) -> None:
    [found] = json.loads(invoke("runs", "--json").output)
    assert found["id"] == run.id
    assert found["state"] == "failed"
    assert found["counts"]["succeeded"] == 1
    assert found["store"].endswith(".db")


@pytest.mark.parametrize("name", ["last", "whole", "start"])
def test_show_tells_state_code_tasks_and_timeline(run: Run, name: str) -> None:
    done = invoke("show", {"last": "last", "whole": run.id, "start": run.id[:9]}[name])
    assert done.exit_code == 0, done.output
    assert "✗ failed · 2/2, 1 failed" in done.output
    assert "fit(name)" in done.output
    assert "name=Ridge" in done.output
    assert "0.97" in done.output
    assert "negative numbers" in done.output


def test_show_as_json_leaves_the_payload_out(run: Run) -> None:
    found = json.loads(invoke("show", "--json").output)
    assert found["status"]["state"] == "failed"
    assert [task["params"]["name"] for task in found["tasks"]] == ["Ridge", "Lasso"]
    assert found["timeline"]
    assert "payload" not in found


def test_show_inputs_is_the_manifest(run: Run) -> None:
    done = invoke("show", run.id, "--inputs")
    assert "fit" in done.output
    assert "321 B" in done.output
    assert "import" in done.output


def test_logs_of_all_tasks_and_of_one(run: Run) -> None:
    everything = invoke("logs", run.id).output
    assert everything.count("fitting") == 2
    assert "--- task 1" in everything
    assert "--- task" not in invoke("logs", run.id, "0").output
    assert invoke("logs", run.id, "0").output == "fitting\n"


def test_logs_follow_ends_with_the_run(run: Run) -> None:
    assert invoke("logs", run.id, "--follow").output.count("fitting") == 2
    assert invoke("logs", run.id, "0", "--follow").output == "fitting\n"


def test_logs_as_json_are_the_records(run: Run) -> None:
    found = json.loads(invoke("logs", run.id, "0", "--json").output)
    assert found["0"][0]["text"] == "fitting\n"


@pytest.mark.parametrize(
    "arguments", [("show", "zzz"), ("logs", "../../etc"), ("show",), ("cancel", "zzz"), ("retry",)]
)
def test_an_unknown_run_is_one_line_and_a_usage_error(arguments: tuple[str, ...]) -> None:
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert "Error: " in done.output
    assert "Traceback" not in done.output


def test_a_task_that_is_not_there_is_refused(run: Run) -> None:
    done = invoke("logs", run.id, "7")
    assert done.exit_code == 2
    assert "no task 7" in done.output


def test_delete_asks_first(run: Run) -> None:
    done = CliRunner().invoke(cli, ["delete", run.id], input="n\n")
    assert done.exit_code == 1
    assert run.id in done.output
    assert run.id in invoke("runs").output
