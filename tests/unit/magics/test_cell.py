from __future__ import annotations

import logging
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from cellburst.errors import CaptureError, ControllerError, MagicLineError, SweepError
from cellburst.magics import cell as magic
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.model.run import Counts, RunState, RunStatus
from tests.unit.magics.doubles import GRID, RUN_ID, SINGLE, FakeRun, Shell, stream

MANIFEST = Manifest((InputEntry("key", "str", 40, "value", warning="key looks like a secret"),))


class Client:
    """What the cell magic asks of the client; notes the order."""

    def __init__(self) -> None:
        self.run = FakeRun()
        self.manifest = Manifest()
        self.warnings: tuple[str, ...] = ()
        self.refusal: Exception | None = None
        self.prepared: Any = None
        self.submitted = 0

    def prepare(self, cell: str, shell: Any, options: Any) -> Any:
        if self.refusal:
            raise self.refusal
        self.prepared = options
        return SimpleNamespace(manifest=self.manifest, sweep=self.run.record.sweep, warnings=self.warnings, plan=None)

    def submit(self, prepared: Any, connection: Any, show: Any = None) -> FakeRun:
        print("submitted", file=sys.stderr)
        self.submitted += 1
        return self.run


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    found = Client()
    monkeypatch.setattr(magic, "prepare_cell", found.prepare)
    monkeypatch.setattr(magic, "submit_prepared", found.submit)
    return found


@pytest.fixture
def shell() -> Shell:
    return Shell(n=3)


def rendered(error: BaseException) -> str:
    return "\n".join(error._render_traceback_())  # type: ignore[attr-defined]


def test_a_single_cell_gives_its_value_and_its_variables(client: Client, shell: Shell) -> None:
    client.run.delta = SimpleNamespace(value=42, has_value=True, unreturned={}, placeholders=(), error=None, states={})
    client.run.assigned = {"x": 1}
    assert magic.run_cell(shell, "local --into found", "x = 1\n42") == 42
    assert shell.user_ns == {"n": 3, "x": 1, "found": 42}
    assert shell.display_pub.kinds == []


def test_output_comes_as_it_is_printed(client: Client, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    client.run.during = lambda listener: listener.outputs(0, 1, [stream("hello\n"), stream("oops\n", "stderr")])
    magic.run_cell(shell, "", "print('hello')")
    captured = capsys.readouterr()
    assert captured.out == "hello\n"
    assert captured.err == "submitted\noops\n"


def test_the_cells_own_exception_is_raised_and_its_variables_are_there(client: Client, shell: Shell) -> None:
    client.run.error = ZeroDivisionError("division by zero")
    client.run.assigned = {"x": 1}
    with pytest.raises(ZeroDivisionError) as caught:
        magic.run_cell(shell, "", "x = 1\n1 / 0")
    assert shell.user_ns["x"] == 1
    assert not hasattr(caught.value, "_render_traceback_")  # the client says how it is shown


def test_what_could_not_come_back_is_said(client: Client, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    client.run.delta = SimpleNamespace(
        value=1, has_value=True, unreturned={"f": "f is an open file"}, placeholders=(), error=None, states={}
    )
    client.run.note = "peak memory could not be read"
    assert magic.run_cell(shell, "", "f = open('x')") == 1
    assert capsys.readouterr().err.splitlines()[1:] == [
        "cellburst: f stays on the worker: f is an open file",
        "cellburst: peak memory could not be read",
    ]


def test_a_sweep_gives_its_results(client: Client, shell: Shell) -> None:
    client.run = FakeRun(GRID)
    assert magic.run_cell(shell, "-p x=[1,2,n] --into scores", "x") is client.run.results
    assert shell.user_ns["scores"] is client.run.results
    assert client.prepared.params == {"x": [1, 2, 3]}


def test_a_sweep_with_failures_says_how_to_go_on(client: Client, shell: Shell) -> None:
    client.run = FakeRun(GRID)
    client.run.status = RunStatus(RUN_ID, RunState.FAILED, Counts(succeeded=2, failed=1), 100.0, 101.0)
    assert magic.run_cell(shell, "-p x=[1,2,3]", "x") is client.run.results
    assert f"%remote retry {RUN_ID} --failed" in shell.shown


def test_a_dry_run_shows_what_would_travel_and_starts_nothing(
    client: Client, shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    client.manifest = MANIFEST
    assert magic.run_cell(shell, "--dry-run", "key") is None
    assert client.submitted == 0
    assert "1 name, 40 B by value" in shell.shown
    assert capsys.readouterr().err == "cellburst: key looks like a secret\n"


def test_secrets_are_warned_about_before_the_start(
    client: Client, shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    client.manifest = MANIFEST
    magic.run_cell(shell, "--quiet", "key")
    assert capsys.readouterr().err == "cellburst: key looks like a secret\nsubmitted\n"


def test_quiet_shows_nothing(client: Client, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    magic.run_cell(shell, "--quiet", "pass")
    assert shell.display_pub.said == []
    assert capsys.readouterr().out == ""


def test_detached_it_says_how_to_attach(client: Client, shell: Shell) -> None:
    client.run = FakeRun(GRID, "running")
    client.run.during = lambda listener: pytest.fail("it waited")
    assert magic.run_cell(shell, "--detach --into later -p x=[1,2,3]", "x") is None
    assert f"%remote attach {RUN_ID}" in shell.shown
    assert shell.user_ns["later"] is client.run


def interrupt(listener: Any) -> None:
    raise KeyboardInterrupt(f"2 of 3 results are kept; `%remote retry {RUN_ID}` runs the rest")


def test_an_interrupt_keeps_what_is_finished_and_says_how_to_go_on(client: Client, shell: Shell) -> None:
    client.run = FakeRun(GRID, "cancelled")
    client.run.during = interrupt
    with pytest.raises(KeyboardInterrupt) as caught:
        magic.run_cell(shell, "-p x=[1,2,3] --into scores", "x")
    assert shell.user_ns["scores"] is client.run.results
    assert rendered(caught.value) == f"KeyboardInterrupt: {caught.value}"
    assert "%remote" not in shell.shown, "it is said once"


def test_an_interrupted_single_cell_leaves_what_it_had_assigned(client: Client, shell: Shell) -> None:
    client.run = FakeRun(SINGLE, "cancelled")
    client.run.during = interrupt
    client.run.assigned = {"x": 1}
    with pytest.raises(KeyboardInterrupt):
        magic.run_cell(shell, "", "x = 1\nwhile True: pass")
    assert shell.user_ns["x"] == 1


def test_an_interrupt_of_a_detachable_wait_leaves_the_run(client: Client, shell: Shell) -> None:
    client.run = FakeRun(GRID, "running", on_interrupt="detach")
    client.run.during = interrupt
    with pytest.raises(KeyboardInterrupt):
        magic.run_cell(shell, "-p x=[1,2,3] --on-interrupt detach", "x")
    assert client.prepared.on_interrupt == "detach"
    assert "cancelled" not in shell.shown


@pytest.mark.parametrize("cell", ["", "  \n\n"])
def test_an_empty_cell_is_refused(client: Client, shell: Shell, cell: str) -> None:
    with pytest.raises(MagicLineError, match="nothing to run") as caught:
        magic.run_cell(shell, "local", cell)
    assert client.submitted == 0
    assert rendered(caught.value).startswith("MagicLineError: there is nothing to run below this line\n")


@pytest.mark.parametrize(
    "refusal",
    [
        CaptureError("model.log is an open file"),
        NameError("name 'y' is not defined (cell line 2)"),
        ControllerError("the controller cannot be started"),
    ],
)
def test_refusals_are_shown_without_our_frames(client: Client, shell: Shell, refusal: Exception) -> None:
    client.refusal = refusal
    with pytest.raises(type(refusal)) as caught:
        magic.run_cell(shell, "", "y")
    assert rendered(caught.value) == f"{type(refusal).__name__}: {refusal}"
    assert client.submitted == 0


def test_a_sweep_that_cannot_be_is_pointed_at(client: Client, shell: Shell) -> None:
    client.refusal = SweepError("depth has no values", at="-p depth")
    with pytest.raises(MagicLineError) as caught:
        magic.run_cell(shell, "-p lr=[1] -p depth=[]", "lr")
    said, line, marks = str(caught.value).split("\n")
    assert said == "depth has no values"
    assert line[marks.index("^") : marks.rindex("^") + 1] == "[]"


def test_what_was_logged_at_an_import_is_told_also_when_the_wait_is_interrupted(
    client: Client,
    shell: Shell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "begins_a_cell.py").write_text("import logging\nlogging.getLogger('begins').error('logged')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("cellburst.client.following.ahead._is_installed", lambda name: True)
    monkeypatch.setattr(logging.getLogger("begins"), "handlers", [logging.StreamHandler(sys.stderr)])

    def interrupted(listener: Any) -> None:
        raise KeyboardInterrupt

    source = "import begins_a_cell\nimport time\ntime.sleep(100)"
    record = client.run.record
    client.run.record = replace(record, payload=replace(record.payload, source=source))
    client.run.during = interrupted
    with pytest.raises(KeyboardInterrupt):
        magic.run_cell(shell, "", source)
    del sys.modules["begins_a_cell"]
    assert capsys.readouterr().err.count("logged\n") == 1
