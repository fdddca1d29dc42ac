"""Which type of machine is asked for next, and where: down the list of the plan, and what is refused cools down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cellburst.aws.instances import Refused
from cellburst.model.plan import Offer, Plan
from cellburst.pricing import zones

_COOL = {
    Refused.CAPACITY: 60.0,
    Refused.QUOTA: 120.0,
    Refused.PRICE: 300.0,
}
"""Seconds until the same is asked for again."""
FOREVER = float("inf")
_STANDARD = set("acdhimrtz")
_FEW = 3  # types that a sentence names
Cooling = Mapping[Offer, tuple[float, str]]


def sizes(plan: Plan) -> list[int]:
    """The memory of the plan's own type, and of each larger one, in steps."""
    if not plan.offers:
        return []
    base = plan.offers[0].memory
    return [base, *sorted({offer.memory for offer in plan.offers if offer.memory > base})]


def step_of(plan: Plan, kind: str) -> int:
    """How many steps larger than the plan's own type a type of machine is."""
    memory = next((offer.memory for offer in plan.offers if offer.type == kind), 0)
    return max((step for step, size in enumerate(sizes(plan)) if size <= memory), default=0)


def eligible(plan: Plan, larger: int, no_spot: bool) -> list[Offer]:
    """Offers at least so many steps larger, in the order in which they are tried."""
    steps = sizes(plan)
    if larger >= len(steps):
        return []
    least = steps[larger] if larger else 0
    found = [o for o in plan.offers if o.memory >= least and (plan.max_price is None or o.price <= plan.max_price)]
    found = [o for o in found if larger or step_of(plan, o.type) == 0 or not plan.escalate]
    without = [o for o in found if o.market != "spot"]
    return without if no_spot and without else found


def spread(
    offers: Sequence[Offer], cooling: Cooling, now: float, count: int, most: int, there: Mapping[str, int]
) -> list[tuple[Offer, int]]:
    """So many machines over zones that are as good as each other, at most ``most`` in a request; ``there`` are those
    that live, by zone."""
    ready = [offer for offer in offers if cooling.get(offer, (0.0, ""))[0] <= now]
    batches: list[tuple[Offer, int]] = []
    for offer, share in zones.shares(ready, count, there) if ready else ():
        calls = -(-share // most)
        batches += [(offer, share // calls + (place < share % calls)) for place in range(calls)]
    return batches


def family(kind: str) -> str:
    """What types share a quota: "standard", "g", "p" and so on."""
    letters = kind[: next((place for place, char in enumerate(kind) if char.isdigit()), len(kind))]
    if letters in {"g", "vt", "gr"}:
        return "g"
    return "standard" if letters[:1] in _STANDARD and letters not in {"dl", "hpc", "inf", "trn"} else letters


def cooled(plan: Plan, offer: Offer, reason: Refused, text: str, now: float) -> dict[Offer, tuple[float, str]]:
    """Which offers are not asked for until when after a refusal of one, and why."""
    until = now + _COOL[reason] if reason in _COOL else FOREVER
    if reason is not Refused.QUOTA:
        return {offer: (until, text)}
    alike = [o for o in plan.offers if o.market == offer.market and family(o.type) == family(offer.type)]
    return dict.fromkeys(alike, (until, text))


def waiting(offers: Sequence[Offer], cooling: Cooling) -> str:
    """Why none is to be had now, in one plain sentence: "no capacity (...): m7i.large, m6i.large spot"."""
    said: dict[str, list[Offer]] = {}
    for offer in offers:
        said.setdefault(cooling.get(offer, (0.0, "no answer"))[1], []).append(offer)
    return "; ".join(f"{why}: {_places(of)}" for why, of in said.items())


def _places(offers: Sequence[Offer]) -> str:
    """Types, markets, and the zone if there is one only."""
    kinds = list(dict.fromkeys(offer.type for offer in offers))
    few = ", ".join(kinds[:_FEW]) + (f" and {len(kinds) - _FEW} more types" if len(kinds) > _FEW else "")
    markets = {offer.market for offer in offers}
    zones = {offer.zone for offer in offers if offer.zone}
    market = {1: " spot" if "spot" in markets else "", 2: ", spot and on demand"}[len(markets)]
    return f"{few}{market}{f' in {min(zones)}' if len(zones) == 1 and len(markets) == 1 else ''}"
