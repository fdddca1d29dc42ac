from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cellburst.errors import UsageError
from cellburst.model.plan import Offer
from cellburst.model.target import Target
from cellburst.pricing import Price, bundled, fits, fitting, load
from cellburst.targets import make

_SPOT = {"g5.xlarge": {"us-east-1a": Price(0.5, 1.0), "us-east-1b": Price(0.4, 1.0)}}


def target(**given: Any) -> Target:
    return make("gpu", {"backend": "ec2", **given})


def types(*offers: Offer) -> list[str]:
    return list(dict.fromkeys(offer.type for offer in offers))


def test_named_types_are_tried_in_their_order() -> None:
    found = fitting(target(instance_type="g5.xlarge,g4dn.xlarge"), bundled())
    assert types(*found) == ["g5.xlarge", "g4dn.xlarge"]
    assert found[0] == Offer(
        "g5.xlarge", "on-demand", 1.006, "", 4, 16 << 30, 1, "a10g", 22888 << 20, "x86_64", ceiling=1.006
    )


def test_wishes_give_the_cheapest_that_fit() -> None:
    found = fitting(target(cpus="4+", memory="32GB"), bundled())
    assert all(offer.cpus >= 4 and offer.memory >= 32e9 and not offer.gpus for offer in found)
    cheapest = min(
        price.dollars
        for name, price in bundled().on_demand.items()
        if (kind := bundled().types[name]).cpus >= 4
        and kind.memory >= 32e9
        and kind.arch == "x86_64"
        and not kind.gpus
        and not kind.burstable
    )
    assert found[0].price == cheapest
    assert types(*fitting(target(gpu="a10g"), bundled()))[0] == "g5.xlarge"
    assert all(offer.gpus >= 4 for offer in fitting(target(gpus=4), bundled()))
    assert fitting(target(arch="arm64"), bundled())[0].arch == "arm64"


def test_spot_comes_first_and_is_never_dearer_than_on_demand() -> None:
    catalogue = replace(bundled(), spot=_SPOT)
    found = fitting(target(instance_type="g5.xlarge", spot_policy="spot_with_fallback"), catalogue)
    assert [(offer.market, offer.zone, offer.price) for offer in found] == [
        ("spot", "us-east-1b", 0.4),
        ("spot", "us-east-1a", 0.5),
        ("on-demand", "", 1.006),
    ]
    assert [offer.dearest for offer in found] == [1.006, 1.006, 1.006]
    only = fitting(target(instance_type="g5.xlarge", spot_policy="spot", max_price=0.6), catalogue)
    assert {offer.dearest for offer in only} == {0.6}


def test_spot_prices_that_nobody_knows_are_the_most_they_can_be() -> None:
    found = fitting(target(instance_type="g5.xlarge", spot_policy="spot", zones="us-east-1c"), bundled())
    assert [(offer.zone, offer.price) for offer in found] == [("us-east-1c", 1.006)]


def test_wanted_zones_are_kept() -> None:
    found = fitting(target(instance_type="g5.xlarge", zones="us-east-1a,us-east-1f"), bundled())
    assert [offer.zone for offer in found] == ["us-east-1a", "us-east-1f"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"instance_type": "g5.9xlarge"}, r"did you mean g5"),
        ({"instance_type": "g5.xlarge,g5g.xlarge"}, "all machines of a target are of one architecture"),
        ({"instance_type": "g5.xlarge", "arch": "arm64"}, "is x86_64, not arm64"),
        (
            {"instance_type": "g5.xlarge", "max_price": 0.5},
            r"below every offer: the cheapest is g5.xlarge on demand for \$1.006 an hour",
        ),
        ({"memory": "90TB"}, r"no type of machine in us-east-1 has 90000.*; the nearest is \S+ with \d+ GiB of memory"),
        ({"gpus": 100, "gpu": "a10g"}, r"has 100\+ a10g; the nearest is g5.48xlarge with 8 GPUs"),
        ({"gpu": "a10"}, "did you mean a100|did you mean a10g"),
    ],
)
def test_what_cannot_be_had_is_said(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fitting(target(**given), bundled())


@pytest.mark.parametrize("given", [{"instance_type": "g5.xlarge"}, {"cpus": 4}])
def test_nothing_is_offered_without_a_price(tmp_path: Path, given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="targets types --region eu-west-1 --refresh"):
        fitting(target(region="eu-west-1", **given), load("ec2", "eu-west-1", tmp_path))


def test_the_list_has_burstable_ones_if_wanted() -> None:
    wanted = target(cpus=2, memory="4GB")
    assert fits(wanted, bundled(), burstable=True)[0].type.burstable
    assert not any(fit.type.burstable for fit in fits(wanted, bundled()))
    prices = [fit.price for fit in fits(wanted, bundled())]
    assert prices == sorted(prices)


def test_larger_ones_are_offered_for_what_was_out_of_memory() -> None:
    found = fitting(target(instance_type="m7i.large", escalate=True), bundled())
    memories = [offer.memory >> 30 for offer in found]
    assert memories[0] == 8
    assert memories[1] >= 16
    assert memories[2] >= 32
    assert all(offer.cpus >= 2 and offer.arch == "x86_64" and not offer.gpus for offer in found)
    gpus = fitting(target(instance_type="g5.xlarge", escalate=True), bundled())
    assert types(*gpus) == ["g5.xlarge", "g5.2xlarge", "g5.4xlarge"]
