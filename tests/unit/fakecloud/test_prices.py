"""The fake price list."""

from __future__ import annotations

import pytest

from cellburst.testing.fakecloud.server import types

pytest.importorskip("moto")

HOUR = 3600.0


def kind(name: str) -> types.Type:
    found = types.find(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "price"),
    [
        ("m7i.large", 0.1008),
        ("m7i.4xlarge", 0.8064),
        ("c7i.xlarge", 0.1785),
        ("t3.micro", 0.0104),
        ("g5.xlarge", 1.006),
    ],
)
def test_prices_on_demand_are_near_the_real_ones(name: str, price: float) -> None:
    assert types.on_demand(kind(name), "us-east-1") == pytest.approx(price)


def test_every_type_has_a_price() -> None:
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    assert all(types.on_demand(kind(name), "us-east-1") > 0 for name in INSTANCE_TYPES)


def test_what_a_type_has_comes_from_ec2s_own_list() -> None:
    large = kind("g5.12xlarge")
    assert (large.cpus, large.memory >> 30, large.gpus, large.gpu) == (48, 192, 4, "NVIDIA A10G")
    assert large.gpu_memory >> 30 == 22
    assert kind("m7g.large").architecture == "arm64"


def test_spot_is_cheaper_differs_by_zone_and_moves() -> None:
    one = kind("m7i.large")
    prices = {zone: types.spot(one, "us-east-1", zone, 1e9, 1) for zone in ("us-east-1a", "us-east-1b", "us-east-1c")}
    assert len(set(prices.values())) == 3
    assert all(0.2 * 0.1008 < price < 0.6 * 0.1008 for price in prices.values())
    days = {types.spot(one, "us-east-1", "us-east-1a", 1e9 + hour * HOUR, 1) for hour in range(48)}
    assert 4 < len(days) < 30


def test_there_is_no_type_of_another_name() -> None:
    assert types.find("g5.huge") is None
