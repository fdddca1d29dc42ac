"""What is handed out is not taken by machines that end, who would never begin it."""

from __future__ import annotations

from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.wire import fleet as wire
from tests.unit.fleet.house import RUN, House, a_plan, a_run


def _worked() -> House:
    """A run whose task is done, and whose machine was told to end."""
    house = House(a_plan(machines=1), tasks=1)
    house.answer(house.of(fx.Launch)[-1])
    house.beat("m1")
    house.hear(facts.Settled(RUN, (TaskResult(0, 1, 1, OutcomeKind.SUCCEEDED, house.now, 1.0),)))
    house.hear(wire.Finish(RUN))
    assert house.of(fx.End)
    return house


def test_tasks_that_are_added_wait_for_the_last_look_of_machines_that_end() -> None:
    house = _worked()
    more = (wire.Begin(a_run(a_plan(machines=1), 2), tuple(house.machines.values())), wire.Enqueue(RUN, (1,), (1,)))
    done = house.hear(*more)
    assert not house.of(fx.Hand, done + house.wait(11))
    assert [hand.indices for hand in house.of(fx.Hand, house.wait(3))] == [(1,)]


def test_who_leaves_hands_everything_out() -> None:
    house = _worked()
    house.hear(wire.Begin(a_run(a_plan(machines=1), 2)), wire.Enqueue(RUN, (1,), (1,)))
    assert house.of(fx.Hand, house.hear(wire.Leave()))


def test_what_is_added_to_a_run_at_work_waits_for_nothing() -> None:
    house = House(a_plan(machines=1), tasks=1)
    house.answer(house.of(fx.Launch)[-1])
    house.beat("m1")
    assert house.of(fx.Hand, house.hear(wire.Begin(a_run(a_plan(), 2)), wire.Enqueue(RUN, (1,), (1,))))
