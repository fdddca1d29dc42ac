from __future__ import annotations

from typing import Any

import pytest

from cellburst.errors import MagicLineError, UnknownRunError, UsageError
from cellburst.magics import commands
from cellburst.model.run import Counts, RunState, RunStatus
from tests.unit.display.samples import row
from tests.unit.display.test_listing import summary
from tests.unit.magics.doubles import GRID, RUN_ID, SINGLE, FakeRun, Shell, stream


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    """The run that ``last`` means."""
    found = FakeRun(GRID)

    def attach(run: str) -> FakeRun:
        if run not in {"last", RUN_ID}:
            raise UnknownRunError(f"no run has an id that starts with {run!r}")
        return found

    monkeypatch.setattr(commands, "attach", attach)
    return found


@pytest.fixture
def shell() -> Shell:
    return Shell()


def running(run: FakeRun) -> None:
    run.status = RunStatus(RUN_ID, RunState.RUNNING, Counts(succeeded=1, running=2), 100.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "",
            "%remote needs one of: runs, show, wait, attach, logs, cancel, add, retry, continue, rerun, explain, "
            "delete, targets",
        ),
        ("sohw last", "there is no %remote sohw; did you mean show?"),
        ("local", "a cell is run with two % signs: %%remote local"),
        (
            "xyz",
            "there is no %remote xyz; "
            "there are runs, show, wait, attach, logs, cancel, add, retry, continue, rerun, explain, delete, targets",
        ),
    ],
)
def test_mistakes(shell: Shell, text: str, said: str) -> None:
    with pytest.raises(MagicLineError) as caught:
        commands.run_command(shell, text)
    assert str(caught.value).split("\n")[0] == said
    assert hasattr(caught.value, "_render_traceback_")


def test_an_unknown_run_is_one_line(run: FakeRun, shell: Shell) -> None:
    with pytest.raises(UnknownRunError) as caught:
        commands.run_command(shell, "show zzz")
    assert caught.value._render_traceback_() == [  # type: ignore[attr-defined]
        "UnknownRunError: no run has an id that starts with 'zzz'"
    ]


def test_runs(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "summaries", lambda limit: [summary()] * limit)
    commands.run_command(shell, "runs 3")
    assert shell.shown.count(RUN_ID) == 3


def test_show(run: FakeRun, shell: Shell) -> None:
    run.results.rows = lambda: [row(0, params={"x": 1}, summary=0.5)]
    assert commands.run_command(shell, "show") is None
    assert "all 3 tasks done" in shell.shown
    assert "0.5" in shell.shown


def test_show_inputs(run: FakeRun, shell: Shell) -> None:
    commands.run_command(shell, "show last --inputs")
    assert shell.shown == "3 tasks: x (3); the cell reads no variables"


def test_wait_shows_the_run_and_not_its_output(run: FakeRun, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    run.during = lambda listener: listener.outputs(0, 1, [stream("hello\n")])
    assert commands.run_command(shell, "wait last") is None
    assert "all 3 tasks done" in shell.shown
    assert capsys.readouterr().out == ""


def test_attach_to_a_sweep(run: FakeRun, shell: Shell) -> None:
    assert commands.run_command(shell, f"attach {RUN_ID} --into scores") is run.results
    assert shell.user_ns == {"scores": run.results}


def test_attach_to_a_single_cell(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = FakeRun(SINGLE)
    run.assigned = {"x": 1}
    run.during = lambda listener: listener.outputs(0, 1, [stream("hello\n")])
    monkeypatch.setattr(commands, "attach", lambda run_id: run)
    assert commands.run_command(shell, "attach") is None
    assert shell.user_ns == {"x": 1}
    assert capsys.readouterr().out == "hello\n"


def test_logs_of_one_task(run: FakeRun, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    run.printed = {2: [stream("two\n")]}
    commands.run_command(shell, "logs last 2")
    assert capsys.readouterr().out == "two\n"
    commands.run_command(shell, "logs last 1")
    assert capsys.readouterr().out == f"task 1 of run {RUN_ID} has printed nothing\n"


def test_logs_of_all_tasks(run: FakeRun, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    run.printed = {0: [stream("zero\n")], 2: [stream("two\n")]}
    commands.run_command(shell, "logs")
    assert capsys.readouterr().out == "── task 0 (x=1)\nzero\n── task 2 (x=3)\ntwo\n"
    run.printed = {}
    commands.run_command(shell, "logs")
    assert capsys.readouterr().out == f"no task of run {RUN_ID} has printed anything\n"


def test_logs_that_are_followed(
    run: FakeRun, shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running(run)
    run.printed = {1: [stream("before\n")]}

    def follow(run_id: str, listener: Any, connection: Any) -> None:
        listener.status(run.status)
        listener.outputs(0, 1, [stream("of another task\n")])
        listener.outputs(1, 1, [stream("now\n")])
        listener.status(run.status)
        raise KeyboardInterrupt

    monkeypatch.setattr("cellburst.magics.logs.follow", follow)
    commands.run_command(shell, "logs last 1 --follow")
    assert capsys.readouterr().out == f"before\nnow\nrun {RUN_ID} goes on; `%remote cancel {RUN_ID}` ends it\n"
    assert run.done == []


def test_cancel(run: FakeRun, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    commands.run_command(shell, "cancel last")
    assert run.done == []
    running(run)
    commands.run_command(shell, "cancel last")
    commands.run_command(shell, "cancel last 1 2")
    assert run.done == [("cancel", None), ("cancel", (1, 2))]
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"run {RUN_ID} has ended already (succeeded)"
    assert said[1].startswith(f"run {RUN_ID}: cancelling")
    assert said[2].startswith(f"2 tasks of run {RUN_ID}: cancelling")


def test_retry(run: FakeRun, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    commands.run_command(shell, "retry")
    assert run.done == [("retry", "unfinished")]
    assert f"%remote attach {RUN_ID}" in capsys.readouterr().out
    with pytest.raises(UsageError, match="nothing to run again"):
        commands.run_command(shell, "retry last --failed")


def test_rerun(run: FakeRun, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    commands.run_command(shell, "rerun last")
    assert run.done == ["rerun"]
    assert (
        capsys.readouterr().out
        == f"run new-{RUN_ID} does all of {RUN_ID} again; `%remote attach last` waits for it and collects\n"
    )


def test_explain_and_delete(run: FakeRun, shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    commands.run_command(shell, "explain")
    run.reason = "the first worker is starting"
    commands.run_command(shell, "explain")
    commands.run_command(shell, "delete last")
    assert capsys.readouterr().out.splitlines() == [
        f"run {RUN_ID} has ended (succeeded): no task waits",
        "the first worker is starting",
        f"run {RUN_ID} is deleted",
    ]
    assert run.done == [("delete",)]


def test_targets(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_WORKERS", "3")
    commands.run_command(shell, "targets")
    assert shell.shown.splitlines()[1].split() == [
        "local",
        "local",
        "3",
        "worker",
        "processes",
        "on",
        "this",
        "machine",
    ]
