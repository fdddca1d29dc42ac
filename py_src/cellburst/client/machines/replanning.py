"""Another plan for a run that goes on: more money or time, or a made-up cloud in the place of one that was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cellburst import targets, wiring
from cellburst.client.machines.planning import agreed_again, session_of, set_up
from cellburst.errors import UsageError
from cellburst.fleet import money
from cellburst.model.machine import Machine
from cellburst.model.money import dollars
from cellburst.model.plan import Plan
from cellburst.model.run import Run
from cellburst.model.target import Target

if TYPE_CHECKING:
    from cellburst.client.connecting.connection import Connection

_HOUR = 3600.0
_LOCAL = "run {run} has no machines of its own, so that max_cost and max_lifetime say nothing about it"
_TOO_LITTLE = (
    "run {run} has {spent}, and max_cost {most} is for all of it: at least {least} are needed for another machine"
)

_ANY = Target("fakecloud", "fakecloud", "us-east-1")  # for a run whose target is in the file no more


def with_more(
    run: Run, connection: Connection, max_cost: float | str | None, max_lifetime: float | str | None, *, yes: bool
) -> Plan:
    """The run's plan with another limit, that somebody has agreed to.

    The money is for all of the run, with what it has cost; the lifetime is for machines that are started from now on.
    Raises UsageError for a run without machines, for too little money, and for a no.
    """
    if run.plan is None:
        raise UsageError(_LOCAL.format(run=run.id))
    plan = _anew(run, run.plan, connection.reader.machines(run.id), max_cost, max_lifetime)
    agreed_again(plan, run.target, yes=yes)
    return plan


def somewhere(plan: Plan | None, target: str) -> Plan | None:
    """The plan of a run that is to go on: if its made-up cloud was stopped, in the one that runs, or in a new one.

    Raises UsageError and CloudError if there can be none.
    """
    from cellburst.aws import made_up

    if plan is None or not made_up.has_stopped(plan):
        return plan
    there = targets.known()[0].get(target, _ANY)
    there = there if there.backend == _ANY.backend else _ANY
    cloud = wiring.cloud_of(there)
    return set_up(session_of(there, cloud), replace(plan, endpoint=cloud["AWS_ENDPOINT_URL"], bucket=there.bucket))


def _anew(
    run: Run, plan: Plan, machines: Sequence[Machine], max_cost: float | str | None, max_lifetime: float | str | None
) -> Plan:
    spent = money.spent(plan, machines)
    still = ", or may still cost," if any(machine.live for machine in machines) else ""
    said = {"max_cost": max_cost, "max_lifetime": max_lifetime}
    given = {name: value for name, value in said.items() if value is not None}
    asked = targets.changed(targets.known()[0].get(run.target, _ANY), given)
    most = plan.max_cost if max_cost is None else asked.max_cost
    lifetime = plan.max_lifetime if max_lifetime is None else asked.max_lifetime
    hourly = max(offer.dearest for offer in plan.offers)
    least = spent + hourly * (min(money.LEAST, lifetime) + money.GRACE) / _HOUR
    if most is not None and most < least:
        cost = f"cost{still} {dollars(spent)}"
        raise UsageError(_TOO_LITTLE.format(run=run.id, spent=cost, most=dollars(most), least=dollars(least)))
    worst = spent + plan.machines * hourly * (lifetime + money.GRACE) / _HOUR
    notes = (f"of that it has cost{still} {dollars(spent)}",) if spent else ()
    return replace(
        plan,
        max_cost=most,
        max_lifetime=lifetime,
        worst=worst if most is None else min(worst, most),
        expected=None,
        notes=notes,
    )
