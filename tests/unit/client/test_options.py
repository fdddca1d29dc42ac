from __future__ import annotations

from typing import Any

import pytest

from cellburst.client.options.submission import SubmitOptions, seconds
from cellburst.errors import UsageError


def test_the_defaults_are_those_of_a_plain_cell() -> None:
    options = SubmitOptions()
    assert (options.target, options.parallel, options.detach) == ("local", None, False)
    assert options.for_run().on_interrupt == "cancel"


def test_a_seed_is_drawn_once_per_submission_and_short_enough_to_type() -> None:
    seeds = {SubmitOptions().for_run().seed for _ in range(5)}
    assert len(seeds) == 5
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert SubmitOptions(seed=7).for_run().seed == 7


def test_a_detached_run_survives_an_interrupted_wait() -> None:
    assert SubmitOptions(detach=True).for_run().on_interrupt == "detach"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"parallel": 0}, "parallel"),
        ({"parallel": 1.5}, "parallel"),
        ({"parallel": True}, "parallel"),
        ({"retries": -1}, "retries"),
        ({"seed": -1}, "seed"),
        ({"seed": 1 << 63}, "seed"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "soon"}, "timeout"),
        ({"on_interrupt": "stop"}, "on_interrupt"),
        ({"out": ("a b",)}, "a b"),
        ({"into": "1x"}, "1x"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        SubmitOptions(**given).for_run()


@pytest.mark.parametrize(
    ("text", "value"), [(3, 3.0), ("90", 90.0), ("90s", 90.0), ("1.5h", 5400.0), ("10 min", 600.0), ("2d", 172800.0)]
)
def test_times_are_read_with_their_units(text: Any, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "s", "-1", "1y", "1 2"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not a time"):
        seconds(text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_cost": -1}, "max_cost: -1: an amount of dollars above 0 is needed"),
        ({"max_lifetime": "2x"}, "max_lifetime: '2x' is not a time"),
        ({"spot_policy": "spots"}, "did you mean spot?"),
        ({"memory": "32"}, "write its unit: 32GB"),
        ({"target": "local", "region": "us-east-1"}, "--region is about machines"),
    ],
)
def test_what_is_said_of_machines_is_checked(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        SubmitOptions(**{"target": "gpu", **given}).for_run()
    assert said in str(caught.value)


def test_gpus_of_a_task_are_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="--gpus 2: each task is to have 2 on this machine, and there is none"):
        SubmitOptions(gpus=2).for_run()
    monkeypatch.setenv("CELLBURST_FAKE_GPUS", "2")
    assert SubmitOptions(gpus="2").for_run().gpus == 2
    assert SubmitOptions(gpus=2, target="gpu").for_run().gpus == 0
    assert SubmitOptions(target="gpu", gpus=2, max_cost=5, escalate=True).machines == {
        "max_cost": 5,
        "gpus": 2,
        "escalate": True,
    }


def test_an_executor_takes_what_says_which_machines_and_whether_to_ask() -> None:
    from cellburst.client.executors.executor import Executor

    Executor("fakecloud", yes=True, max_cost=2, max_lifetime="1h", instance_type="m7i.large", spot_policy="spot")
    with pytest.raises(UsageError, match="max_cost"):
        Executor("fakecloud", max_cost="much")
    with pytest.raises(UsageError, match="local is this machine"):
        Executor(max_cost=2)
