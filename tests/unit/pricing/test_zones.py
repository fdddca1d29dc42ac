"""Machines are spread over zones that cost about the same, and where there are fewest."""

from __future__ import annotations

from msgspec.structs import replace

from cellburst.model.plan import Offer, Plan
from cellburst.pricing import zones
from cellburst.pricing.shown import sentences

A, B, C = (
    Offer("m7i.large", "spot", price, zone, cpus=2, memory=8)
    for price, zone in ((0.03, "a"), (0.031, "b"), (0.033, "c"))
)
DEAR = Offer("m7i.large", "spot", 0.05, "d", cpus=2, memory=8)
OTHER = Offer("m6i.large", "spot", 0.03, "a", cpus=2, memory=8)
ON_DEMAND = Offer("m7i.large", "on-demand", 0.03, "", cpus=2, memory=8)
ALL = (A, OTHER, B, C, DEAR, ON_DEMAND)


def test_one_offer_of_each_zone_that_is_alike() -> None:
    assert zones.alike(ALL) == [A, B, C]


def test_few_machines_are_in_one_zone_and_many_in_all() -> None:
    assert zones.shares(ALL, 2, {}) == [(A, 2)]
    assert zones.shares(ALL, 7, {}) == [(A, 4), (B, 3)]
    assert zones.shares(ALL, 50, {}) == [(A, 17), (B, 17), (C, 16)]


def test_one_in_the_place_of_another_goes_where_fewest_are() -> None:
    assert zones.shares(ALL, 1, {"a": 4, "b": 1, "c": 3}) == [(B, 1)]
    assert zones.shares(ALL, 3, {"a": 3, "b": 3, "d": 9}) == [(C, 3)]


def test_where_they_are_asked_for_is_said_in_the_plan() -> None:
    assert zones.planned(ALL, 10) == ["a", "b", "c"]
    plan = Plan("ec2", "us-east-1", tuple(replace(offer, zone=f"us-east-1{offer.zone}") for offer in ALL[:4]), 10)
    assert "spread over us-east-1a, b, c" in sentences(plan, 0.0)[0]
    assert "spread" not in sentences(replace(plan, machines=2), 0.0)[0]
