"""A run that another computer has started: followed, never fed or launched for; and ended when that is said."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

import pytest
from msgspec.structs import replace

from cellburst.aws import names
from cellburst.aws.instances import Instance
from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from cellburst.fleet.core import Core
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import Elsewhere
from cellburst.wire import fleet as wire
from tests.unit.fleet.house import ENV, RUN, START, House, a_plan, a_run, offer

FAR = "ba9876543210"
PLAN = a_plan(offer(price=0.25), offer(price=0.05, market="spot"), machines=4)


class Visit(House):
    """A house whose run is somebody else's."""

    def __init__(self, tasks: int = 2) -> None:
        self.now, self.commits = START, True
        self.told: list[Any] = []
        self.effects: list[Any] = []
        self.machines = {}
        self.core = Core(lambda: pytest.fail("a machine is asked for"))
        run = replace(a_run(PLAN, tasks), elsewhere=Elsewhere(FAR, b"k"))
        self.hear(wire.Attach(1, "0", "gpu", ENV), wire.Begin(run, ()))
        self.hear(wire.Enqueue(RUN, tuple(range(tasks)), (1,) * tasks))
        self.hear(facts.Tabled(RUN, (machine("m1"),)), facts.Prepared(RUN))

    def until(self, kind: type) -> None:
        for _ in range(60):
            if self.of(kind, self.wait(1)):
                return
        pytest.fail(f"no {kind.__name__}")


def machine(name: str, **fields: Any) -> Machine:
    known = {"id": f"i-{name}", "price": 0.25, "billed": START, "running": START, **fields}
    state = fields.pop("state", MachineState.RUNNING)
    return Machine(RUN, name, "t", **{"requested": START, "deadline": START + 3600, "state": state, **known})


def instance(name: str, state: str = "running", first: str = "", index: int = 0) -> Instance:
    tags = names.tags(FAR, RUN, machine=first or name, token="t", deadline=START + 1800)
    return Instance(f"i-{name}", state, "m5.large", "a", "spot", "t", index, START, "", "Client.User", tags=tags)


def test_nothing_is_launched_handed_out_or_removed() -> None:
    house = Visit()
    house.wait(30)
    house.see(changed(instance("m1"), state="terminated"))
    house.wait(700)
    house.hear(wire.Finish(RUN))
    house.wait(30)
    forbidden = (fx.Launch, fx.Hand, fx.Revoke, fx.GiveUp, fx.LetGo, fx.Clean, fx.End, fx.LeaveTable, fx.ReadConsole)
    assert not [effect for effect in house.effects if isinstance(effect, forbidden)]
    assert house.of(fx.Prepare)
    assert house.of(fx.Unfollow) == [fx.Unfollow(RUN)]
    assert house.said(wire.Finished) == [wire.Finished(RUN)]


def test_machines_are_those_of_the_table_and_what_ec2_says_of_them() -> None:
    house = Visit()
    assert house.machines["m1"].state is MachineState.RUNNING
    house.see(instance("m1"), instance("m3", first="m2", index=1))
    assert house.machines["m3"] == Machine(
        RUN, "m3", "t", MachineState.BOOTING, START, START + 1800, "m5.large", "us-east-1", "a", "spot", 0.05, "i-m3",
        billed=START,
    )  # fmt: skip
    assert house.of(fx.Expect)[-1].instances == (("m1", "i-m1"), ("m3", "i-m3"))
    assert house.of(fx.Follow)
    house.see(instance("m1", "terminated"), instance("m3"))
    assert house.machines["m1"].state is MachineState.ENDED
    house.hear(facts.Tabled(RUN, (machine("m1"), machine("m3", price=0.07), machine("../m4"))))
    assert house.machines["m1"].state is MachineState.ENDED  # the table is older
    assert house.machines["m3"].price == 0.07
    assert set(house.machines) == {"m1", "m3"}


def test_a_machine_that_its_owner_has_ended_did_not_fail() -> None:
    house = Visit()
    gone = changed(instance("m1", "shutting-down"), code="Client.UserInitiatedShutdown")
    house.see(gone)
    assert house.machines["m1"].reason == "ended elsewhere"
    house.hear(wire.Finish(RUN))
    house.see(changed(gone, state="terminated"))
    assert (house.machines["m1"].state, house.machines["m1"].reason) == (MachineState.ENDED, "the run has ended")
    house = House(a_plan(machines=1))
    (launch,) = house.of(fx.Launch)
    house.answer(launch)
    house.see(changed(instance("m1", "terminated"), code="Client.UserInitiatedShutdown"))
    assert house.machines["m1"].reason == "ended from outside"


def test_what_ec2_has_forgotten_ended_when_it_was_last_heard_of() -> None:
    house = Visit()
    house.now = START + 7200
    house.see()
    assert house.machines["m1"].live  # its news may still tell
    house.hear(facts.Followed(RUN, START + 7201))
    house.wait(1)
    assert (house.machines["m1"].state, house.machines["m1"].ended) == (MachineState.ENDED, START + 3600)
    house = Visit()
    house.now = START + 100
    house.beat("m1")
    house.now = START + 7200
    house.see()
    house.hear(facts.Followed(RUN, START + 7201))
    house.wait(1)
    assert house.machines["m1"].ended == START + 100


def test_a_cancel_asks_the_owner_ends_machines_and_then_what_is_missing() -> None:
    house = Visit(3)
    house.see(instance("m1"))
    done = house.hear(wire.CancelTasks(RUN))
    assert house.of(fx.Ask, done)
    assert house.of(fx.End, done) == [fx.End(("i-m1",))]
    house.wait(20)
    house.hear(facts.Followed(RUN, house.now))
    assert not house.said(wire.Outcomes)
    house.see(instance("m1", "terminated"))
    house.until(fx.LookAgain)
    assert not house.said(wire.Outcomes)
    house.hear(facts.Settled(RUN, ()), facts.Followed(RUN, house.now + 1))
    (told,) = [each for each in house.said(wire.Outcomes) if each.results]
    assert {result.kind for result in told.results} == {OutcomeKind.CANCELLED}
    assert [result.index for result in told.results] == [0, 1, 2]
    house.hear(wire.Finish(RUN))
    assert house.said(wire.Finished)


def test_a_run_whose_machines_are_gone_says_so() -> None:
    house = Visit()
    house.see(instance("m1", "terminated"))
    assert "no machine of it is left" in house.standing


def test_at_home_the_table_is_left_and_who_asks_is_told_of() -> None:
    house = House(a_plan(machines=1))
    (launch,) = house.of(fx.Launch)
    house.answer(launch)
    assert [each.id for each in house.of(fx.LeaveTable)[-1].machines] == ["i-m1"]
    house.hear(facts.AskedToCancel(RUN, "desk"))
    (asked,) = house.said(wire.CancelAsked)
    assert (asked.run, asked.by) == (RUN, "desk")
    house.hear(wire.CancelTasks(RUN))
    house.hear(facts.AskedToCancel(RUN, "desk"))
    assert len(house.said(wire.CancelAsked)) == 1
