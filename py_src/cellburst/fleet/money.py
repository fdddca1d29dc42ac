"""What a run's machines may cost: bounded before each launch by what they could come to at the most.

A machine that is left alone costs until its deadline, which it carries itself. So the sum of what ended machines have
cost and of what live ones can cost until their deadlines never exceeds the run's limit, whoever dies.
"""

from __future__ import annotations

from collections.abc import Iterable

from cellburst.model.machine import Machine
from cellburst.model.plan import Offer, Plan

GRACE = 30.0
"""Seconds that a machine may take from its deadline until it costs nothing more."""
LEAST = 600.0
"""Seconds: a machine that may not live so long is not worth its boot."""
_HOUR = 3600.0
_DUST = 1e-9


def limit(plan: Plan) -> float:
    """Dollars that the run may cost at most: what was printed before it began."""
    hourly = max((offer.dearest for offer in plan.offers), default=0.0)
    worst = plan.worst or plan.machines * hourly * plan.max_lifetime / _HOUR
    return worst if plan.max_cost is None else min(worst, plan.max_cost)


def dearest(plan: Plan, machine: Machine) -> float:
    """Dollars that an hour of a machine can cost."""
    ceilings = [o.dearest for o in plan.offers if (o.type, o.market) == (machine.type, machine.market)]
    return max([machine.price, *ceilings])


def bound(plan: Plan, machine: Machine) -> float:
    """Dollars that a machine has cost, or can still come to."""
    if not machine.live:
        return machine.cost(machine.ended or 0.0) if machine.billed is not None else 0.0
    if not machine.token and not machine.id:
        return 0.0  # nobody has asked for it
    since = machine.requested if machine.billed is None else machine.billed
    return dearest(plan, machine) * max(machine.deadline + GRACE - since, 60.0) / _HOUR


def spent(plan: Plan, machines: Iterable[Machine]) -> float:
    """Dollars that are spent or promised."""
    return sum(bound(plan, machine) for machine in machines)


def affordable(plan: Plan, machines: Iterable[Machine], offer: Offer, count: int) -> tuple[int, float]:
    """How many of ``count`` machines the rest of the money is enough for, and how long each may live (seconds).

    All of them for a shorter time, before fewer of them for longer: somebody asked for so many.
    """
    left = limit(plan) - spent(plan, machines) + _DUST
    hourly = offer.dearest
    longest = max(plan.max_lifetime - GRACE, 0.0)
    if hourly <= 0:
        return count, longest
    least = min(LEAST, longest)
    count = min(count, int(left * _HOUR / (hourly * (least + GRACE))))
    if count <= 0:
        return 0, 0.0
    return count, min(longest, left * _HOUR / (hourly * count) - GRACE)


def metered(machine: Machine, price: float, until: float, now: float) -> float:
    """The mean price of a machine: ``machine.price`` until ``until``, and ``price`` since."""
    if machine.billed is None or now <= machine.billed:
        return price
    before = max(0.0, until - machine.billed)
    return (machine.price * before + price * (now - machine.billed - before)) / (now - machine.billed)
