"""The worst case of a plan is not exceeded by any course of events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cellburst.errors import CapacityError, UsageError
from cellburst.fleet import money
from cellburst.model.machine import Machine, MachineState
from cellburst.model.plan import Offer, Plan
from cellburst.pricing import Price, Work, bundled, plan
from cellburst.targets import make

_ZONES = ("us-east-1a", "us-east-1b")
_LIMITS = {"max_cost": st.floats(0.01, 500), "max_price": st.floats(0.05, 60)}
_TYPES = ("g5.xlarge", "g4dn.xlarge", "m7i.large", "c7i.4xlarge", "p5.48xlarge")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    kinds = draw(st.lists(st.sampled_from(_TYPES), min_size=1, max_size=3, unique=True))
    target = make(
        "gpu",
        {
            "backend": "ec2",
            "instance_type": kinds,
            "spot_policy": draw(st.sampled_from(["on-demand", "spot", "spot_with_fallback"])),
            "max_lifetime": draw(st.floats(300, 43200)),
            **draw(st.fixed_dictionaries({}, optional=_LIMITS)),
        },
    )
    spot = {kind: {zone: Price(draw(st.floats(0.001, 80)), 0.0) for zone in _ZONES} for kind in kinds}
    work = Work(
        draw(st.integers(0, 500)),
        draw(st.none() | st.integers(1, 200)),
        draw(st.none() | st.floats(0.01, 20000)),
        draw(st.none() | st.floats(1, 20000)),
    )
    families = [(family, market) for family in ("standard", "G", "P") for market in ("spot", "on-demand")]
    quotas = draw(st.dictionaries(st.sampled_from(families), st.floats(0, 1000), max_size=6))
    try:
        return plan(target, replace(bundled(), spot=spot), work, quotas)
    except (UsageError, CapacityError):
        return plan(make("gpu", {"backend": "ec2", "instance_type": kinds}), bundled(), work)


@given(plans())
def test_a_plan_keeps_its_bounds(found: Plan) -> None:
    dearest = max(offer.dearest for offer in found.offers)
    assert found.machines >= 1
    assert found.workers >= 1
    assert found.worst >= 0
    assert found.worst <= found.machines * dearest * found.max_lifetime / 3600 + 1e-9
    assert found.max_cost is None or found.worst <= found.max_cost
    assert found.max_price is None or dearest <= found.max_price
    assert found.expected is None or found.expected <= found.worst + 1e-9


@pytest.mark.slow
@given(plans(), st.data())
def test_no_course_of_events_costs_more_than_the_worst_case(found: Plan, data: st.DataObject) -> None:
    """Machines are asked for, refused, started late, reclaimed, replaced, and left to their deadlines."""
    machines: list[Machine] = []
    now = 1000.0
    for _ in range(data.draw(st.integers(1, 30))):
        now += found.max_lifetime * data.draw(st.sampled_from([0.0, 0.0, 0.1, 0.4, 0.9, 1.0]))
        machines = [_later(machine, now, data) for machine in machines]
        offer = data.draw(st.sampled_from(found.offers))
        missing = found.machines - sum(machine.live for machine in machines)
        count, seconds = money.affordable(found, machines, offer, min(missing, 5))
        assert seconds <= found.max_lifetime
        for _ in range(count):
            price = data.draw(st.floats(0, offer.dearest))
            machines.append(_asked(f"m{len(machines)}", offer, now, now + seconds, price))
        assert money.spent(found, machines) <= found.worst + 1e-6
    assert sum(_whole(found, machine) for machine in machines) <= found.worst + 1e-6


@given(plans())
def test_the_first_machines_of_a_plan_have_nearly_its_lifetime(found: Plan) -> None:
    dearest = max(found.offers, key=lambda offer: offer.dearest)
    count, seconds = money.affordable(found, [], dearest, found.machines)
    assert count == found.machines
    assert seconds >= found.max_lifetime - money.GRACE - 1


def _asked(name: str, offer: Offer, now: float, deadline: float, price: float) -> Machine:
    told = {"type": offer.type, "market": offer.market, "price": price}
    return Machine("r", name, "t", MachineState.REQUESTING, now, deadline, **told)  # type: ignore[arg-type]


def _later(machine: Machine, now: float, data: st.DataObject) -> Machine:
    if machine.ended is not None:
        return machine
    if machine.billed is None and data.draw(st.booleans()):
        machine = replace(machine, billed=data.draw(st.floats(machine.requested, min(now, machine.deadline))))
    if now >= machine.deadline or data.draw(st.integers(0, 9)) == 0:
        begun = machine.requested if machine.billed is None else machine.billed
        ended = data.draw(st.floats(begun, max(begun, min(now, machine.deadline + money.GRACE))))
        return replace(machine, ended=ended, state=MachineState.ENDED)
    return machine


def _whole(found: Plan, machine: Machine) -> float:
    """Dollars until its deadline and the grace that it may take, if it has not ended before."""
    if machine.ended is not None:
        return machine.cost(machine.ended)
    begun = machine.requested if machine.billed is None else machine.billed
    offered = (offer for offer in found.offers if (offer.type, offer.market) == (machine.type, machine.market))
    return max(offer.dearest for offer in offered) * (machine.deadline + money.GRACE - begun) / 3600
