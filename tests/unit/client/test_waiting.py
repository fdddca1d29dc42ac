"""Waits that are interrupted, against a scripted controller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cellburst.client.connecting.connection import Connection
from cellburst.client.runs.run import Run
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import RunState
from cellburst.model.sweep import SweepView
from cellburst.wire import client as wire
from tests.unit.client.scripted import RUN, Recorder, Scripted, Stored, done, make_run, refuse, result, status, stream

Start = Callable[..., Scripted]
RUNNING = status(RunState.RUNNING, running=1)
CANCELLED = status(RunState.CANCELLED, succeeded=1, cancelled=2)


class Interrupted(Recorder):
    """Presses the button at the first output."""

    def outputs(self, index: int, attempt: int, outputs: list[dict[str, Any]]) -> None:
        first = not self.printed
        super().outputs(index, attempt, outputs)
        if first:
            raise KeyboardInterrupt


def cancelling(printed: str, *last: Any) -> Any:
    """Prints; after a cancel tells the same again with what came since, and ends."""

    def handle(controller: Scripted, channel: Any, message: Any) -> None:
        if isinstance(message, wire.Follow):
            done(channel, message)
            again = len(controller.of(wire.Follow)) > 1
            text = printed + " late" if again else printed
            channel.send(RUNNING, wire.OutputArrived(RUN, 0, 1, (stream(text),)), *(last if again else ()))
        elif isinstance(message, wire.Cancel):
            done(channel, message)

    return handle


@pytest.fixture
def run(connection: Connection, stored: Stored) -> Run:
    return Run(RUN, connection)


def test_an_interrupt_cancels_and_the_rest_of_the_output_comes_once(script: Start, run: Run) -> None:
    ending = wire.TasksChanged(RUN, (0,), result(OutcomeKind.CANCELLED))
    controller = script(cancelling("begun", ending, status(RunState.CANCELLED, cancelled=1)))
    listener = Interrupted()
    with pytest.raises(KeyboardInterrupt, match=f"was cancelled; `%remote retry {RUN}`"):
        run.wait(listener=listener)
    assert listener.text == "begun late"
    assert listener.statuses[-1].state is RunState.CANCELLED
    assert len(controller.of(wire.Cancel)) == 1


def test_what_is_kept_of_a_sweep_is_said(script: Start, run: Run, stored: Stored) -> None:
    stored.whole = make_run(SweepView("copies", 3))
    script(cancelling("x", CANCELLED))
    with pytest.raises(KeyboardInterrupt, match="1 of 3 results are kept"):
        run.wait(listener=Interrupted())


def test_a_run_that_is_to_go_on_is_not_cancelled(script: Start, run: Run, stored: Stored) -> None:
    stored.whole = make_run(options={"on_interrupt": "detach"})
    controller = script(cancelling("x"))
    with pytest.raises(KeyboardInterrupt, match="goes on; `%remote attach"):
        run.wait(listener=Interrupted())
    assert controller.of(wire.Cancel) == []


def test_a_cancel_that_takes_long_is_not_waited_for_for_ever(
    script: Start, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cellburst.client.following.interrupt._BEYOND_GRACE", -1.9)
    script(cancelling("x"))
    with pytest.raises(KeyboardInterrupt, match="is being cancelled"):
        run.wait(listener=Interrupted())


def test_a_cancel_that_is_refused_says_so(script: Start, run: Run) -> None:
    def handle(controller: Scripted, channel: Any, message: Any) -> None:
        if isinstance(message, wire.Follow):
            done(channel, message)
            channel.send(wire.OutputArrived(RUN, 0, 1, (stream("x"),)))
        elif isinstance(message, wire.Cancel):
            refuse(channel, message, "StoreError", "the disk is gone")

    script(handle)
    with pytest.raises(KeyboardInterrupt, match="could not be cancelled: the disk is gone"):
        run.wait(listener=Interrupted())


def test_an_ended_run_is_not_waited_for(run: Run, stored: Stored) -> None:
    stored.status_now = CANCELLED.status
    assert run.wait() is run
