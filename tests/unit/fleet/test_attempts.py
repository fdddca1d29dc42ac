"""What was executed on machines that said nothing any more is told as lost, once, and with the machine's reason."""

from __future__ import annotations

from cellburst.fleet import attempts, facts
from cellburst.fleet import effects as fx
from cellburst.model.known import Known, Tried
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import LossReason, OutcomeKind, TaskResult
from cellburst.wire import fleet as wire
from tests.unit.fleet.house import RUN, START, House, a_plan, offer


def _working(house: House, index: int = 0, attempt: int = 1, worker: str = "m1.0") -> None:
    house.hear(facts.Told(RUN, wire.TaskBegan(RUN, index, 1, attempt, worker, house.now)))


def _up(house: House) -> fx.Launch:
    launch = house.of(fx.Launch)[-1]
    house.answer(launch)
    house.beat("m1")
    return launch


def _read(house: House, seconds: float) -> None:
    house.wait(seconds)
    house.hear(facts.Followed(RUN, house.now))


def _backs(house: House) -> list[tuple[int, int, str, LossReason | None, str]]:
    told = {message.serial: message for message in house.said(wire.TaskBack)}
    return [(each.index, each.attempt, each.worker, each.loss, each.message) for each in told.values()]


def test_what_a_machine_executed_that_is_gone_is_lost_with_it() -> None:
    house = House(a_plan(offer(market="spot"), machines=1))
    launch = _up(house)
    _working(house, 0)
    _working(house, 1, worker="m1.1")
    house.hear(facts.Settled(RUN, (TaskResult(1, 1, 1, OutcomeKind.SUCCEEDED, house.now, 1.0),)))
    house.see(*house.instances(launch, "terminated", "Server.SpotInstanceTermination"))
    _read(house, attempts.ENDED - 10)
    assert _backs(house) == []  # its outcome may be in the bucket
    _read(house, 20)
    why = "m1 was lost: reclaimed: AWS took the spot machine back"
    assert _backs(house) == [(0, 1, "m1.0", LossReason.RECLAIMED, why)]
    assert house.core.runs[RUN].losses == {0: 1}
    _read(house, 200)
    assert len(_backs(house)) == 1


def test_nothing_is_lost_while_the_bucket_cannot_be_read() -> None:
    house = House(a_plan(machines=1))
    launch = _up(house)
    _working(house)
    house.see(*house.instances(launch, "terminated"))
    house.wait(300)
    assert _backs(house) == []


def test_an_attempt_that_another_one_follows_was_lost_unless_its_machine_says_how_it_ended() -> None:
    house = House(a_plan(machines=2))
    _up(house)
    for index in (0, 1):
        _working(house, index)
        _working(house, index, 2, "m2.0")
    house.hear(facts.Told(RUN, wire.TaskBack(0, RUN, 1, 1, 1, "m1.0", None, "ValueError", house.now)))
    _read(house, attempts.SUPERSEDED + 1)
    assert _backs(house) == [
        (1, 1, "m1.0", None, "ValueError"),
        (0, 1, "m1.0", LossReason.MACHINE_LOST, "m1 said nothing more of it"),
    ]


def test_another_process_goes_on_with_the_counts_and_looks_into_what_was_begun() -> None:
    plan = a_plan(offer(market="spot", price=0.03), offer(), machines=1, spot_policy="spot_with_fallback")
    spot = {"type": "m5.large", "region": "us-east-1", "zone": "a", "market": "spot"}
    gone = tuple(
        Machine(RUN, f"m{n}", f"t{n}", MachineState.ENDED, START, START, id=f"i-{n}", reason="reclaimed: x", **spot)  # type: ignore[arg-type]
        for n in (1, 2)
    )
    tried = (Tried(1, 1, 1, "m1.0", LossReason.RECLAIMED), Tried(1, 1, 2, "m2.0"))
    house = House(plan, tasks=2, machines=gone, known=Known(((0, 1),), {}, tried))
    assert house.of(fx.Know) == [fx.Know(RUN, ((0, 1),))]
    house.hear(facts.Told(RUN, wire.TaskBack(0, RUN, 1, 1, 1, "m1.0", LossReason.RECLAIMED, "", START)))  # again
    assert house.core.runs[RUN].losses == {1: 1}
    _read(house, attempts.ENDED + 1)
    assert house.core.runs[RUN].losses == {1: 2}
    assert _backs(house)[-1] == (1, 2, "m2.0", LossReason.RECLAIMED, "m2 was lost: reclaimed: x")


def test_it_is_told_before_the_outcome_of_a_later_attempt() -> None:
    house = House(a_plan(machines=2))
    _up(house)
    _working(house)
    _working(house, 0, 2, "m2.0")
    house.hear(facts.Settled(RUN, (TaskResult(0, 1, 2, OutcomeKind.SUCCEEDED, house.now, 1.0),)))
    told = [type(message) for message in house.told if isinstance(message, wire.TaskBack | wire.Outcomes)]
    assert told == [wire.TaskBack, wire.Outcomes]
    _read(house, 200)
    assert len(_backs(house)) == 1
