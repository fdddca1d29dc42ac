"""A made-up cloud that was stopped under a run: its machines have ended, its tasks too, and both say so."""

from __future__ import annotations

import socket

import pytest
from msgspec.structs import replace

from cellburst.aws import made_up
from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from cellburst.model.machine import MachineState
from cellburst.model.outcome import OutcomeKind
from cellburst.wire import fleet as wire
from tests.unit.fleet.house import RUN, House, a_plan, a_run

PLAN = replace(a_plan(machines=2), provider="fakecloud", endpoint="http://127.0.0.1:1")
AWAY = "AWS cannot be reached from here"


def running() -> House:
    """A run with two machines, of which one is still being asked for."""
    house = House(PLAN, tasks=2)
    launch = house.of(fx.Launch)[0]
    house.answer(launch, 1)
    house.beat("m1")
    return house


@pytest.mark.parametrize("trouble", [facts.Unseen(AWAY), facts.Disturbed(RUN, AWAY)])
def test_a_cloud_that_does_not_answer_is_looked_for(trouble: object) -> None:
    house = running()
    assert house.of(fx.Knock, house.hear(trouble)) == [fx.Knock(RUN, PLAN)]
    said = {*(each.reason for each in house.said(wire.Standing)), *(each.message for each in house.said(wire.Trouble))}
    assert "the made-up cloud does not answer; it is asked again" in said
    assert not any("is there a network" in each for each in said)


def test_a_real_cloud_is_waited_for() -> None:
    house = House(a_plan(), tasks=1)
    assert not house.of(fx.Knock, house.hear(facts.Unseen(AWAY), facts.Disturbed(RUN, AWAY)))


def test_what_was_there_has_ended_and_the_run_fails() -> None:
    house = running()
    house.hear(facts.Unseen(AWAY), facts.Disturbed(RUN, AWAY))
    house.hear(facts.CloudStopped(RUN))
    assert {each.state for each in house.machines.values()} == {MachineState.ENDED}
    assert house.machines["m1"].reason == made_up.STOPPED
    (outcomes,) = house.said(wire.Outcomes)
    assert [(each.index, each.kind) for each in outcomes.results] == [(0, OutcomeKind.FAILED), (1, OutcomeKind.FAILED)]
    error = outcomes.results[0].error
    assert error is not None
    assert "was stopped" in error.evalue
    assert "%remote retry" in error.evalue
    assert house.standing == ""
    assert house.said(wire.Trouble)[-1].message == ""
    later = house.hear(wire.Finish(RUN))
    assert house.said(wire.Finished) == [wire.Finished(RUN)]
    assert not house.of(fx.Clean, later)  # there is nothing to remove, and nobody who could
    assert not house.of(fx.Launch, house.wait(60))


def test_a_run_that_was_being_cancelled_is_cancelled() -> None:
    house = running()
    house.hear(wire.CancelTasks(RUN))
    house.hear(facts.CloudStopped(RUN))
    (outcomes,) = house.said(wire.Outcomes)
    assert {each.kind for each in outcomes.results} == {OutcomeKind.CANCELLED}


def test_it_is_found_before_anything_could_be_made_there() -> None:
    house = House(PLAN, tasks=1, prepared=False)
    assert house.of(fx.Knock, house.hear(facts.NotPrepared(RUN, AWAY)))
    house.hear(facts.CloudStopped(RUN))
    assert house.said(wire.Outcomes)
    assert not house.of(fx.Prepare, house.wait(60))


def test_tasks_that_are_added_later_fail_as_well() -> None:
    house = running()
    house.hear(facts.CloudStopped(RUN))
    house.hear(wire.Enqueue(RUN, (2,), (1,)))
    assert [each.index for each in house.said(wire.Outcomes)[-1].results] == [2]


def test_it_goes_on_in_another_cloud() -> None:
    house = running()
    house.hear(facts.CloudStopped(RUN))
    elsewhere = replace(PLAN, endpoint="http://127.0.0.1:2")
    house.hear(wire.Begin(a_run(elsewhere, 2), tuple(house.machines.values())), wire.Enqueue(RUN, (0, 1), (2, 2)))
    assert house.of(fx.Prepare)[-1].run.plan == elsewhere
    house.hear(facts.Prepared(RUN))
    house.see()
    house.read()
    house.wait(1)
    assert {name for name, each in house.machines.items() if each.live} == {"m3", "m4"}


def test_only_a_made_up_cloud_that_nobody_listens_for_has_stopped() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        plan = replace(PLAN, endpoint=f"http://127.0.0.1:{server.getsockname()[1]}")
        assert not made_up.has_stopped(plan)
    assert made_up.has_stopped(plan)
    assert not made_up.has_stopped(replace(plan, provider="ec2"))
    assert not made_up.has_stopped(replace(plan, endpoint=""))
    assert not made_up.has_stopped(None)
