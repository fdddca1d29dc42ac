from __future__ import annotations

from typing import Any

import pytest

from cellburst.errors import UsageError
from cellburst.targets import KeyTrouble, changed, make, quantities
from cellburst.targets.schema import READERS


@pytest.mark.parametrize(
    ("given", "key", "message"),
    [
        ({"region": "us-east-1a"}, "region", "us-east-1a is a zone of us-east-1"),
        ({"region": "Virginia"}, "region", "one looks like us-east-1"),
        ({"region": "us-eats-1"}, "region", "did you mean us-east-1?"),
        ({"instance_type": "g5.xlrage"}, "instance_type", "did you mean g5.xlarge?"),
        ({"zones": ["us-west-2a"]}, "zones", "'us-west-2a' is no zone of us-east-1"),
        ({"max_cost": -1}, "max_cost", "above 0"),
        ({"max_cost": True}, "max_cost", "no amount of dollars"),
        ({"max_cost": "inf"}, "max_cost", "no amount of dollars"),
        ({"max_price": 0}, "max_price", "above 0"),
        ({"spot_policy": "spot-with-fallback"}, "spot_policy", "did you mean spot_with_fallback?"),
        ({"instance_type": "g5xlarge"}, "instance_type", "'g5xlarge' is no type of machine"),
        ({"instance_type": "g5.xlarge,g5.xlarge"}, "instance_type", "named twice"),
        ({"instance_type": "g5.xlarge", "cpus": 4}, "instance_type", "leave one side out"),
        ({"max_lifetime": "1m"}, "max_lifetime", "give it 5m or more"),
        ({"max_lifetime": "12.1h"}, "max_lifetime", "12.1 hours are longer than the 12 for which SQS lets a machine"),
        ({"max_lifetime": "2x"}, "max_lifetime", "write seconds, or 90s, 10m, 1.5h"),
        ({"memory": 32}, "memory", "write its unit: 32GB"),
        ({"memory": "32 apples"}, "memory", "is no size"),
        ({"cpus": "four"}, "cpus", "write 4, or 4+"),
        ({"gpus": 0}, "gpus", "is no number of them"),
        ({"disk": "1GB"}, "disk", "8 GB to 16 TB"),
        ({"arch": "arm"}, "arch", "did you mean arm64?"),
        ({"image": "ubuntu"}, "image", "no machine image"),
        ({"subnets": ["vpc-1"]}, "subnets", "is no subnet"),
        ({"escalate": "yes"}, "escalate", "neither true nor false"),
        ({"region": ""}, "region", "is no text"),
    ],
)
def test_nonsense_is_refused_with_its_key(given: dict[str, Any], key: str, message: str) -> None:
    with pytest.raises(KeyTrouble) as caught:
        make("gpu", {"backend": "ec2", **given})
    assert caught.value.key == key
    assert message in str(caught.value)


def test_amounts_are_read_as_people_write_them() -> None:
    assert [quantities.dollars(text) for text in ("$20", "20", 0.5, "20 USD")] == [20, 20, 0.5, 20]
    assert [quantities.size(text) for text in ("32GB", "32 gb", "1GiB", 4 * 10**9)] == [32e9, 32e9, 2**30, 4e9]
    assert [quantities.at_least(text) for text in ("4+", 4, " 4 ")] == [4, 4, 4]
    assert [quantities.seconds(text) for text in ("2h", 90, "1.5h", "10min")] == [7200, 90, 5400, 600]
    for nothing in ("0s", "-1", "", 0):
        with pytest.raises(UsageError):
            quantities.seconds(nothing)


def test_every_key_can_be_read() -> None:
    from msgspec.structs import fields

    from cellburst.model.target import Target

    assert {"name", *READERS} == {item.name for item in fields(Target)}


def test_an_option_changes_what_the_target_says() -> None:
    target = make("gpu", {"backend": "ec2", "instance_type": "g5.xlarge", "zones": "us-east-1a", "bucket": "ours"})
    assert changed(target, {"cpus": "8+"}).instance_type == ()
    sized = changed(target, {"memory": "64GB"})
    assert changed(sized, {"instance_type": "m7i.large"}).memory == 0
    moved = changed(target, {"region": "eu-west-1"})
    assert (moved.zones, moved.bucket) == ((), "")
    with pytest.raises(KeyTrouble, match="leave one side out"):
        changed(target, {"instance_type": "m7i.large", "cpus": 4})
