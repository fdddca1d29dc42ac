"""A plan in words: the rows of a table, sentences, and the question whether to start."""

from __future__ import annotations

import time
from collections.abc import Sequence

from cellburst.model.money import dollars
from cellburst.model.plan import Offer, Plan
from cellburst.pricing import zones
from cellburst.pricing.catalogue import DAY

COLUMNS = ("machine", "cores", "memory", "GPUs", "market", "$ an hour", "at most", "zones")
"""The heads of ``rows``."""
_GIB = 1 << 30
_HOUR = 3600.0
_ASIDE = "disks, public addresses, the bucket and the queue come on top: about a cent for each machine and hour"


def rows(plan: Plan) -> list[tuple[str, ...]]:
    """A row for each type and market, in the order in which they are tried."""
    groups: dict[tuple[str, str], list[Offer]] = {}
    for offer in plan.offers:
        groups.setdefault((offer.type, offer.market), []).append(offer)
    return [_row(offers) for offers in groups.values()]


def sentences(plan: Plan, now: float) -> list[str]:
    """How many machines for how long, what it comes to, how old the prices are, and how it came to be."""
    each = f"{plan.workers} tasks at once on each" if plan.workers != 1 else "one task at once on each"
    expected = "" if plan.expected is None else f"about {dollars(plan.expected)}, "
    over = zones.planned(plan.offers, plan.machines)
    where = f", spread over {_zones(over)}" if len(over) > 1 else ""
    said = [
        f"{_machines(plan)}, {each}, none for longer than {_time(plan.max_lifetime)}{where}",
        f"{expected}{dollars(plan.worst)} at worst; {_aged(plan, now)}",
        *plan.notes,
    ]
    return [*said, "nothing of it is real money" if plan.provider == "fakecloud" else _ASIDE]


def question(plan: Plan) -> str:
    """``"Start 10 machines for up to $20.00?"``."""
    return f"Start {_machines(plan)} for up to {dollars(plan.worst)}?"


def _row(offers: Sequence[Offer]) -> tuple[str, ...]:
    first = offers[0]
    low, high = min(offer.price for offer in offers), max(offer.price for offer in offers)
    return (
        first.type,
        str(first.cpus),
        f"{first.memory / _GIB:g} GiB",
        f"{first.gpus} x {first.gpu} ({first.gpu_memory / _GIB:.0f} GiB)" if first.gpus else "",
        first.market,
        _price(low) if _price(low) == _price(high) else f"{_price(low)} to {_price(high)}",
        _price(max(offer.dearest for offer in offers)),
        _zones([offer.zone for offer in offers if offer.zone]),
    )


def _zones(zones: Sequence[str]) -> str:
    """``"us-east-1a, c, f"``."""
    region = zones[0][:-1] if zones else ""
    return ", ".join([*zones[:1], *(zone.removeprefix(region) for zone in zones[1:])]) or "any"


def _aged(plan: Plan, now: float) -> str:
    age = now - plan.priced
    if age < _HOUR:
        return "prices of now"
    return (
        f"prices of {age / _HOUR:.0f} h ago"
        if age < 2 * DAY
        else f"prices of {time.strftime('%Y-%m-%d', time.gmtime(plan.priced))}"
    )


def _machines(plan: Plan) -> str:
    return f"{plan.machines} machine" if plan.machines == 1 else f"{plan.machines} machines"


def _price(amount: float) -> str:
    return f"{amount:,.2f}" if amount >= 10 else f"{amount:.3f}" if amount >= 1 else f"{amount:.4f}"


def _time(seconds: float) -> str:
    return f"{seconds / _HOUR:.3g} h" if seconds >= _HOUR else f"{seconds / 60:.3g} min"
