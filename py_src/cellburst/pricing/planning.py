"""Which machines a run gets, how many, for how long, and what that comes to at worst. Decides; asks nobody."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

from cellburst.errors import CapacityError, UsageError
from cellburst.model.plan import Offer, Plan
from cellburst.model.target import Target
from cellburst.pricing import quotas as cores
from cellburst.pricing.catalogue import Catalogue
from cellburst.pricing.fitting import fitting

UNASKED = 10
"""Machines at most, where nobody says how many tasks run at once."""
SETUP = 150.0
"""Seconds until a machine takes its first task: it boots and installs packages. A guess, for what is expected."""
HOUR = 3600.0
LEAST_LIFETIME = 300.0
"""Seconds; below that a machine is over before it has done anything."""
_KEPT_LIFETIME = 1800.0  # seconds that a machine keeps before max_cost rather takes machines away


class Work(Struct, frozen=True):
    """What is to be done: so many tasks (0: a number that nobody knows yet), at most ``parallel`` at once.

    ``mean`` is the mean of their seconds in earlier runs (None: there was none), ``timeout`` their limit.
    """

    tasks: int
    parallel: int | None = None
    mean: float | None = None
    timeout: float | None = None


def plan(
    target: Target,
    catalogue: Catalogue,
    work: Work,
    quotas: cores.Quotas | None = None,
    used: cores.Quotas | None = None,
) -> Plan:
    """The machines for ``work`` on ``target``; ``worst`` is never exceeded, ``notes`` say what was lowered and why.

    Of the ``quotas`` as much is left as is not ``used``.

    Raises UsageError (nothing fits, or not for this money), CapacityError (a quota allows not even one machine).
    """
    used = used or {}
    quotas = cores.left(quotas or {}, used)
    fitted = fitting(target, catalogue)
    offers = cores.within(fitted, quotas)
    notes = _without(fitted, offers, target, used)
    if target.spot_policy == "spot_with_fallback" and all(offer.market == "spot" for offer in fitted):
        notes.append(f"max_price ${target.max_price:g} leaves no machine on demand to fall back on")
    if not offers:
        raise CapacityError(f"{notes[0]}; ask for more in the Service Quotas console, or take another type")
    at_once = _at_once(target, work)
    each = _workers(target, offers)
    machines = min(UNASKED if at_once is None else math.ceil(at_once / each), _most(work, each))
    allowed = cores.machines(offers, quotas)
    if allowed is not None and allowed < machines:
        taken = sum(used.get(key, 0.0) for key in {cores.key_of(offer) for offer in offers})
        beside = f" beside the {taken:g} cores that are in use" if taken else ""
        notes.append(f"{machines} machines are wanted, and the account's quotas allow {allowed} at once{beside}")
        machines = allowed
    machines, lifetime, lowered = _affordable(target, work, machines, max(offer.dearest for offer in offers))
    notes += lowered
    if at_once is not None and machines * each > at_once:
        each = math.ceil(at_once / machines)
    worst = machines * max(offer.dearest for offer in offers) * lifetime / HOUR
    expected = _expected(work, machines, each, offers[0].price, lifetime)
    if expected is None:
        notes.append("nobody can say what it will cost, because this code has not run before; the worst case holds")
    return Plan(
        provider=target.backend,
        region=target.region,
        offers=tuple(offers),
        machines=machines,
        workers=each,
        spot_policy=target.spot_policy,
        max_cost=target.max_cost,
        max_price=target.max_price,
        max_lifetime=lifetime,
        expected=expected,
        worst=worst if target.max_cost is None else min(worst, target.max_cost),
        priced=catalogue.dated({offer.type for offer in offers}),
        image=target.image,
        bucket=target.bucket,
        subnets=target.subnets,
        disk=target.disk,
        escalate=target.escalate,
        notes=tuple(notes),
        profile=target.profile,
    )


def _at_once(target: Target, work: Work) -> int | None:
    """Tasks at once; None if nobody says."""
    return work.parallel or target.parallel or None


def _most(work: Work, each: int) -> int:
    """Machines beyond which some would have nothing to do."""
    return math.ceil(work.tasks / each) if work.tasks else UNASKED * 100


def _workers(target: Target, offers: Sequence[Offer]) -> int:
    """Tasks at once on one machine, the same on all: by the GPUs that each wants, or one for each core."""
    if target.workers:
        return target.workers
    if all(offer.gpus for offer in offers):
        return max(1, min(offer.gpus for offer in offers) // max(1, target.gpus))
    return min(offer.cpus for offer in offers)


def _affordable(target: Target, work: Work, machines: int, price: float) -> tuple[int, float, list[str]]:
    """Machines and seconds that ``max_cost`` pays for at worst, and what was lowered for it.

    Lifetimes go first, down to what a machine needs to be of use; then machines; then lifetimes once more.
    """
    lifetime, most = target.max_lifetime, target.max_cost
    if most is None or machines * price * lifetime / HOUR <= most:
        return machines, lifetime, []
    paid = most * HOUR / price  # seconds of one machine
    kept = min(lifetime, _kept(work))
    fewer = max(1, min(machines, int(paid / kept)))
    shorter = float(int(min(lifetime, paid / fewer)))
    if shorter < min(LEAST_LIFETIME, lifetime):
        least = price * LEAST_LIFETIME / HOUR
        raise UsageError(
            f"max_cost ${most:g} does not pay for {LEAST_LIFETIME / 60:g} minutes of one machine (${least:.2g})"
        )
    instead = f"{_machines(machines)} for {_time(lifetime)}" if fewer < machines else _time(lifetime)
    each = " each" if fewer > 1 else ""
    said = f"max_cost ${most:g} allows {_machines(fewer)} for {_time(shorter)}{each}, instead of {instead}"
    return fewer, shorter, [said]


def _kept(work: Work) -> float:
    """Seconds that a machine should have: a few tasks' time, or what one may take at most."""
    if work.timeout is not None:
        return SETUP + work.timeout
    return _KEPT_LIFETIME if work.mean is None else max(LEAST_LIFETIME, SETUP + 3 * work.mean)


def _expected(work: Work, machines: int, each: int, price: float, lifetime: float) -> float | None:
    """Dollars, if the machines are the first offer's and the tasks take as long as they did."""
    if work.mean is None or not work.tasks:
        return None
    rounds = math.ceil(work.tasks / (machines * each))
    return machines * price * min(lifetime, max(60.0, SETUP + rounds * work.mean)) / HOUR


def _without(fitted: Sequence[Offer], offers: Sequence[Offer], target: Target, used: cores.Quotas) -> list[str]:
    gone = {cores.key_of(offer): offer for offer in fitted if offer not in offers}
    return [
        f"{cores.name_of(*key, target.region)} does not allow one {offer.type} ({offer.cpus} cores"
        f"{f', beside {used[key]:g} that are in use' if used.get(key) else ''})"
        for key, offer in gone.items()
    ]


def _machines(number: int) -> str:
    return f"{number} machine" if number == 1 else f"{number} machines"


def _time(seconds: float) -> str:
    return f"{seconds / HOUR:.3g} h" if seconds >= HOUR else f"{seconds / 60:.3g} min"
