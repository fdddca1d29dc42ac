"""How many cores an account may have at once: EC2 counts them by family and market."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cellburst.model.machine import Market
from cellburst.model.plan import Offer

CODES: Mapping[tuple[str, Market], str] = {
    ("standard", "on-demand"): "L-1216C47A",
    ("standard", "spot"): "L-34B43A08",
    ("G", "on-demand"): "L-DB2E81BA",
    ("G", "spot"): "L-3819A6DF",
    ("P", "on-demand"): "L-417A185B",
    ("P", "spot"): "L-7212CCBC",
    ("X", "on-demand"): "L-7295265B",
    ("X", "spot"): "L-E3A00192",
}
"""The codes of EC2's quotas in Service Quotas, in cores ("vCPUs"), by family and market."""
Quotas = Mapping[tuple[str, Market], float]
"""Cores by family and market; what is left out is not known."""


def family_of(kind: str) -> str:
    """The family of quotas that a type belongs to; "" for those that have quotas of their own."""
    letters = re.match(r"[a-z]+", kind)
    first = letters[0] if letters else ""
    if first in ("g", "gr", "vt"):
        return "G"
    if first in ("p", "x"):
        return first.upper()
    return "standard" if first and first[0] in "acdhimrtz" and first not in ("dl", "inf", "trn", "mac", "hpc") else ""


def name_of(family: str, market: Market, region: str) -> str:
    """As a person reads it, with what to ask for."""
    code = CODES[family, market]
    return (
        f"the quota of {family} cores {'on the spot market' if market == 'spot' else 'on demand'} in {region} ({code})"
    )


def left(quotas: Quotas, used: Quotas) -> Quotas:
    """What of the quotas is not in use."""
    return {key: max(0.0, cores - used.get(key, 0.0)) for key, cores in quotas.items()}


def key_of(offer: Offer) -> tuple[str, Market]:
    """The quota that an offer counts against."""
    return family_of(offer.type), offer.market


def within(offers: Iterable[Offer], quotas: Quotas) -> list[Offer]:
    """Offers of which the account may have one at all."""
    return [offer for offer in offers if quotas.get(key_of(offer), offer.cpus) >= offer.cpus]


def machines(offers: Iterable[Offer], quotas: Quotas) -> int | None:
    """How many machines the account may have at once of these offers, none of them larger than need be; None: no bound.

    Quotas of both markets add up.
    """
    smallest: dict[tuple[str, Market], int] = {}
    for offer in offers:
        smallest[key_of(offer)] = min(offer.cpus, smallest.get(key_of(offer), offer.cpus))
    if any(key not in quotas for key in smallest):
        return None
    return sum(int(quotas[key] // cpus) for key, cpus in smallest.items())
