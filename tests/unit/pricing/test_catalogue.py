from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.errors import UsageError
from cellburst.pricing import MachineType, Price, bundled, load
from cellburst.pricing.catalogue import DAY, Asked, keep_asked, path_of, read_asked


def test_what_is_bundled() -> None:
    found = bundled()
    g5 = found.types["g5.xlarge"]
    assert (g5.cpus, g5.memory, g5.gpus, g5.gpu, g5.arch) == (4, 16 << 30, 1, "a10g", "x86_64")
    assert found.on_demand["g5.xlarge"].dollars == 1.006
    assert found.on_demand["c5.9xlarge"].dollars == 1.53
    assert found.types["m8g.large"].arch == "arm64"
    assert found.types["t3.micro"].burstable
    assert found.types["p5.48xlarge"].gpus == 8
    assert set(found.types) == set(found.on_demand)


def test_an_unknown_type_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"did you mean g5\.xlarge"):
        bundled().find("g5.xlarg")


def test_other_regions_have_types_and_no_prices(tmp_path: Path) -> None:
    assert load("ec2", "eu-west-1", tmp_path).on_demand == {}
    assert load("ec2", "us-east-1", tmp_path).on_demand == bundled().on_demand
    assert load("fakecloud", "eu-west-1", tmp_path).on_demand == bundled().on_demand


def test_answers_are_kept_beside_each_other(tmp_path: Path) -> None:
    path = path_of("ec2", "eu-west-1", tmp_path / "prices")
    keep_asked(path, Asked(on_demand={"a": Price(1.0, 10.0), "b": Price(2.0, 10.0)}, asked={"a": 10.0, "b": 10.0}))
    new = MachineType("x9.large", 2, 1 << 30)
    spot = {"a": {"z": Price(0.5, 19.0)}}
    keep_asked(path, Asked({"x9.large": new}, {"a": Price(3.0, 20.0)}, spot, {"a": 20.0}, {"a": 20.0}))
    found = load("ec2", "eu-west-1", tmp_path / "prices")
    assert found.types["x9.large"] == new
    assert found.on_demand == {"a": Price(3.0, 20.0), "b": Price(2.0, 10.0)}
    assert found.dated(["a", "b"]) == 10.0
    assert found.stale(["a", "b"], 20.0 + DAY, spot=False) == ["b"]
    assert found.stale(["a"], 19.0 + DAY, spot=True) == []


def test_a_damaged_file_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "ec2-eu-west-1.json"
    path.write_bytes(b'{"types": 3}')
    assert read_asked(path) == Asked()
