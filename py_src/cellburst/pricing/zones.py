"""How machines are spread over zones, so that the loss of one, or a wave of spot machines taken back, leaves others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cellburst.model.plan import Offer

ALIKE = 1.10
"""A zone is as good as the best one if its price is at most this times as high."""
EACH = 3
"""Machines for which a further zone is worth a request of its own."""


def alike(offers: Sequence[Offer]) -> list[Offer]:
    """The first offer, and those of the same type and market that are as good in other zones, in their order."""
    best = offers[0]
    return [
        offer
        for offer in offers
        if (offer.type, offer.market) == (best.type, best.market) and offer.price <= best.price * ALIKE
    ]


def shares(offers: Sequence[Offer], count: int, there: Mapping[str, int]) -> list[tuple[Offer, int]]:
    """So many machines over zones that are alike, beside those that are ``there`` by zone; the emptiest come first."""
    zones = alike(offers)
    whole = count + sum(there.get(offer.zone, 0) for offer in zones)
    zones = zones[: max(1, whole // EACH)]
    given = [0] * len(zones)
    for _ in range(count):
        place = min(range(len(zones)), key=lambda at: there.get(zones[at].zone, 0) + given[at])
        given[place] += 1
    return [(offer, share) for offer, share in zip(zones, given, strict=True) if share]


def planned(offers: Sequence[Offer], machines: int) -> list[str]:
    """The zones in which so many machines are asked for at first."""
    return [offer.zone for offer, _ in shares(offers, machines, {})] if offers else []
