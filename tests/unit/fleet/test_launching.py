"""Asking for machines: committed first, never twice, down the list, and only as far as the money goes."""

from __future__ import annotations

import pytest

from cellburst.aws.instances import Refused
from cellburst.fleet import effects as fx
from cellburst.fleet import facts, money, offers
from cellburst.fleet.launching import SURE
from cellburst.model.machine import Machine, MachineState, name_after
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.plan import Plan
from cellburst.wire import fleet as wire
from tests.unit.fleet.house import RUN, START, House, a_plan, offer

SPOT, DEMAND = offer(market="spot", price=0.03), offer()


def _refuse(house: House, launch: fx.Launch, reason: Refused, code: str = "Code") -> list[object]:
    return house.hear(facts.Declined(RUN, launch.token, reason, code, "sorry"))


def test_nothing_is_asked_for_before_its_intent_is_committed() -> None:
    house = House(a_plan(), commits=False)
    (told,) = house.said(wire.MachinesChanged)
    assert [machine.state for machine in told.machines] == [MachineState.REQUESTING] * 2
    assert all(machine.token and machine.deadline > START for machine in told.machines)
    assert not house.of(fx.Launch)
    (launch,) = house.of(fx.Launch, house.hear(wire.Acknowledge(told.serial)))
    assert launch.token == told.machines[0].token
    assert launch.machines == told.machines
    assert not house.of(fx.Launch, house.hear(wire.Acknowledge(told.serial)))


def test_what_is_not_acknowledged_is_told_again() -> None:
    house = House(a_plan(), commits=False)
    house.wait(11)
    first, again = house.said(wire.MachinesChanged)
    assert first == again


def test_fifty_machines_are_one_request_and_five_hundred_are_five() -> None:
    for machines, requests in ((50, 1), (500, 5)):
        house = House(a_plan(machines=machines), tasks=machines)
        launches = house.of(fx.Launch)
        assert len(launches) == requests
        assert sum(len(launch.machines) for launch in launches) == machines


def test_machines_are_spread_over_zones_that_cost_the_same() -> None:
    plan = a_plan(offer(zone="a"), offer(zone="b"), offer(zone="c", price=0.2), machines=40)
    launches = House(plan, tasks=40).of(fx.Launch)
    assert sorted((launch.offer.zone, len(launch.machines)) for launch in launches) == [("a", 20), ("b", 20)]


def test_machines_of_a_request_are_numbered_without_a_gap() -> None:
    house = House(a_plan(offer(zone="a"), offer(zone="b"), machines=30), tasks=30)
    for launch in house.of(fx.Launch):
        names = [machine.name for machine in launch.machines]
        assert names == [name_after(names[0], index) for index in range(len(names))]


def test_without_capacity_the_next_offer_is_tried_and_at_the_end_one_waits_with_the_reason() -> None:
    plan = a_plan(offer(zone="a"), offer(zone="b"), offer("m5.xlarge", price=0.2), machines=1)
    house = House(plan, tasks=1)
    tried = []
    while launches := [each for each in house.of(fx.Launch) if each.token not in tried]:
        tried.append(launches[0].token)
        _refuse(house, launches[0], Refused.CAPACITY, "InsufficientInstanceCapacity")
    assert [(each.offer.type, each.offer.zone) for each in house.of(fx.Launch)] == [
        ("m5.large", "a"),
        ("m5.large", "b"),
        ("m5.xlarge", "a"),
    ]
    assert house.standing == (
        "no capacity (InsufficientInstanceCapacity): m5.large, m5.xlarge; asked again every few minutes"
    )
    assert len(house.of(fx.Launch, house.wait(61))) == 1
    assert len(house.machines) == 1


def test_fewer_machines_than_asked_for_are_taken_and_the_rest_comes_from_elsewhere() -> None:
    house = House(a_plan(offer(zone="a"), offer(zone="b", price=0.12), machines=6), tasks=6)
    (all_or_none,) = house.of(fx.Launch)
    assert all_or_none.least == 6
    (some,) = house.of(fx.Launch, _refuse(house, all_or_none, Refused.CAPACITY))
    assert (some.least, some.offer.zone, len(some.machines)) == (1, "a", 6)
    (rest,) = house.of(fx.Launch, house.answer(some, 4))
    assert (rest.offer.zone, len(rest.machines)) == ("b", 2)
    assert sum(machine.state is MachineState.BOOTING for machine in house.machines.values()) == 4


def test_what_is_missing_is_said_beside_what_is_there() -> None:
    house = House(a_plan(offer(zone="a"), machines=3), tasks=3)
    (launch,) = house.of(fx.Launch)
    (some,) = house.of(fx.Launch, _refuse(house, launch, Refused.CAPACITY))
    house.answer(some, 1)
    waits = "2 more machines wait: no capacity for more: m5.large in a; asked again every few minutes"
    assert house.standing == f"1 machine is booting; {waits}"
    house.beat("m1")
    assert house.standing == waits


def test_a_quota_rules_out_every_offer_that_shares_it() -> None:
    plan = a_plan(SPOT, offer("c5.large", market="spot", price=0.04), DEMAND, machines=1)
    house = House(plan, tasks=1)
    (first,) = house.of(fx.Launch)
    (second,) = house.of(fx.Launch, _refuse(house, first, Refused.QUOTA, "MaxSpotInstanceCountExceeded"))
    assert second.offer == DEMAND


@pytest.mark.parametrize(
    ("kind", "shared"),
    [
        ("m5.large", "standard"),
        ("c7i.xlarge", "standard"),
        ("g5.xlarge", "g"),
        ("p4d.24xlarge", "p"),
        ("inf2.xlarge", "inf"),
    ],
)
def test_which_types_share_a_quota(kind: str, shared: str) -> None:
    assert offers.family(kind) == shared


def test_too_many_calls_are_answered_by_a_pause() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (first,) = house.of(fx.Launch)
    assert not house.of(fx.Launch, _refuse(house, first, Refused.THROTTLED))
    assert "fewer calls" in house.standing
    (second,) = house.of(fx.Launch, house.wait(6))
    assert second.offer == first.offer


def test_a_new_profile_is_waited_for_with_the_same_token() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (first,) = house.of(fx.Launch)
    assert not house.of(fx.Launch, _refuse(house, first, Refused.NOT_YET))
    (second,) = house.of(fx.Launch, house.wait(4))
    assert second.token == first.token


def test_expired_credentials_pause_and_are_never_a_failure() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (first,) = house.of(fx.Launch)
    _refuse(house, first, Refused.EXPIRED)
    assert house.standing == "sorry"
    assert house.of(fx.Launch, house.wait(10))
    assert not house.of(fx.GiveUp)


def test_an_answer_that_was_lost_is_asked_for_with_the_same_token() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (first,) = house.of(fx.Launch)
    house.hear(facts.Unanswered(RUN, first.token, "timeout"))
    (again,) = house.of(fx.Launch, house.wait(6))
    assert (again.token, again.machines[0].deadline) == (first.token, first.machines[0].deadline)
    house.answer(again)
    assert house.machines["m1"].id == "i-m1"
    assert not house.of(fx.Launch, house.wait(30))


def test_an_answer_that_was_lost_is_found_by_its_token() -> None:
    house = House(a_plan(machines=2), tasks=2)
    (launch,) = house.of(fx.Launch)
    house.hear(facts.Unanswered(RUN, launch.token, "timeout"))
    house.see(*house.instances(launch))
    assert [house.machines[name].id for name in ("m1", "m2")] == ["i-m1", "i-m2"]
    assert not house.of(fx.Launch, house.wait(200))


def test_other_words_under_the_same_token_mean_that_there_is_a_machine_to_be_found() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (first,) = house.of(fx.Launch)
    _refuse(house, first, Refused.MISMATCH)
    for _ in range(int(SURE / 10) - 1):
        assert not house.of(fx.Launch, house.wait(10) + house.see())
    (second,) = house.of(fx.Launch, house.wait(15) + house.see() + house.wait(1))
    assert second.machines[0].name == "m2"
    assert house.machines["m1"].state is MachineState.ENDED
    (late,) = house.of(fx.End, house.see(*house.instances(first)))
    assert late.ids == ("i-m1",)


def test_the_next_process_asks_with_the_token_that_was_committed() -> None:
    before = Machine(
        RUN,
        "m1",
        "t9-1-1",
        MachineState.REQUESTING,
        START - 10,
        START + 3000,
        "m5.large",
        "us-east-1",
        "a",
        price=0.1,
    )
    house = House(a_plan(machines=1), tasks=1, machines=(before,))
    (launch,) = house.of(fx.Launch)
    assert (launch.token, launch.machines, launch.least) == ("t9-1-1", (before,), 1)


def test_after_the_end_nothing_is_asked_for_again_but_looked_for_long_enough() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = house.of(fx.Launch)
    house.hear(facts.Unanswered(RUN, launch.token, "timeout"))
    house.hear(wire.Finish(RUN))
    for _ in range(11):
        assert not house.of(fx.Launch, house.wait(10))
        assert not house.of(fx.Clean, house.see())
    house.wait(20)
    assert house.of(fx.Clean, house.see() + house.wait(1))


def test_a_machine_that_comes_after_the_run_was_cancelled_is_ended() -> None:
    house = House(a_plan(machines=1), tasks=1)
    (launch,) = house.of(fx.Launch)
    house.hear(wire.CancelTasks(RUN))
    (ended,) = house.of(fx.End, house.answer(launch))
    assert ended.ids == ("i-m1",)


def test_an_intent_whose_run_was_cancelled_before_the_commit_is_never_sent() -> None:
    house = House(a_plan(machines=1), tasks=1, commits=False)
    (told,) = house.said(wire.MachinesChanged)
    house.hear(wire.CancelTasks(RUN))
    assert not house.of(fx.Launch, house.hear(wire.Acknowledge(told.serial)))


def test_what_was_never_begun_is_cancelled_without_a_cloud() -> None:
    house = House(a_plan(), tasks=3, prepared=False)
    house.hear(facts.NotPrepared(RUN, "there are no AWS credentials", access=True))
    assert house.standing == "there are no AWS credentials"
    house.hear(wire.CancelTasks(RUN))
    (outcomes,) = house.said(wire.Outcomes)
    assert [result.kind for result in outcomes.results] == [OutcomeKind.CANCELLED] * 3


# money


def _plan_of(limit: float | None, machines: int = 4, lifetime: float = 3600.0, price: float = 1.0) -> Plan:
    return a_plan(offer(price=price), machines=machines, max_cost=limit, max_lifetime=lifetime)


@pytest.mark.parametrize(
    ("limit", "machines", "lifetime"),
    [(None, 4, 3570.0), (4.0, 4, 3570.0), (2.0, 4, 1770.0), (1.0, 4, 870.0), (0.5, 2, 870.0), (0.1, 0, 0.0)],
)
def test_less_money_makes_lives_shorter_and_then_machines_fewer(
    limit: float | None, machines: int, lifetime: float
) -> None:
    plan = _plan_of(limit)
    count, seconds = money.affordable(plan, [], plan.offers[0], 4)
    assert count == machines
    assert seconds == pytest.approx(lifetime)
    assert count * (seconds + money.GRACE) / 3600 <= money.limit(plan) + 1e-6


def test_when_the_money_is_promised_nothing_is_launched_and_that_is_said() -> None:
    house = House(_plan_of(0.1), tasks=4)
    assert not house.of(fx.Launch)
    assert "$0.10" in house.standing
    (given_up,) = house.of(fx.GiveUp)
    assert given_up.tasks == ((0, 1), (1, 1), (2, 1), (3, 1))


def test_no_machine_is_launched_above_the_price_that_was_set() -> None:
    house = House(a_plan(offer(price=0.5), max_price=0.4), tasks=1)
    assert not house.of(fx.Launch)
    assert house.of(fx.GiveUp)


def test_after_machines_that_went_on_alone_the_bucket_is_read_before_others_are_asked_for() -> None:
    times = {"billed": START, "ended": START + 60}
    before = Machine(RUN, "m1", "t0", MachineState.ENDED, START, START + 3600, type="m5.large", id="i-m1", **times)
    house = House(a_plan(machines=2), tasks=2, machines=(before,))
    house.wait(300)
    assert house.of(fx.Launch) == []
    house.hear(facts.Followed(RUN, house.now))
    house.hear(facts.Settled(RUN, (TaskResult(0, 1, 1, OutcomeKind.SUCCEEDED, START, 1.0),)))
    house.hear(facts.Followed(RUN, house.now))
    house.wait(2)
    assert [len(launch.machines) for launch in house.of(fx.Launch)] == [1]
