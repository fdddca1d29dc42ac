from __future__ import annotations

from typing import Any

import pytest

from cellburst.errors import CapacityError, UsageError
from cellburst.model.plan import Plan
from cellburst.pricing import Work, bundled, plan
from cellburst.targets import make

_GPU = {"instance_type": "g5.xlarge,g4dn.xlarge", "spot_policy": "spot_with_fallback"}


def planned(work: Work, quotas: Any = None, **given: Any) -> Plan:
    return plan(make("gpu", {"backend": "ec2", **given}), bundled(), work, quotas)


def test_one_machine_for_each_task_at_once_on_a_gpu() -> None:
    found = planned(Work(50, parallel=50), **_GPU)
    assert (found.machines, found.workers, found.max_lifetime) == (50, 1, 7200.0)
    assert found.worst == pytest.approx(50 * 1.006 * 2)
    assert found.expected is None
    assert "has not run before" in found.notes[0]


def test_cores_are_shared() -> None:
    assert (planned(Work(50, parallel=50), instance_type="c7i.4xlarge").machines) == 4
    few = planned(Work(100, parallel=20), instance_type="c7i.4xlarge")
    assert (few.machines, few.workers) == (2, 10)
    assert planned(Work(100, parallel=20), instance_type="c7i.4xlarge", workers=1).machines == 20


def test_several_gpus_take_several_tasks() -> None:
    found = planned(Work(100, parallel=10), instance_type="g5.12xlarge")
    assert (found.machines, found.workers) == (3, 4)
    two = planned(Work(100, parallel=10), gpu="a10g", gpus=2)
    assert (two.offers[0].type, two.machines, two.workers) == ("g5.12xlarge", 5, 2)


def test_no_more_machines_than_tasks() -> None:
    assert planned(Work(3, parallel=50), **_GPU).machines == 3
    assert planned(Work(3), **_GPU).machines == 3
    assert planned(Work(0), **_GPU).machines == 10
    assert planned(Work(1000), **_GPU).machines == 10
    assert planned(Work(1000), **_GPU, parallel=30).machines == 30


def test_max_cost_takes_lifetime_first_and_machines_then() -> None:
    short = planned(Work(50, parallel=50, mean=60.0), **_GPU, max_cost=20)
    assert (short.machines, short.max_lifetime) == (50, 1431.0)
    assert "max_cost $20 allows 50 machines for 23.9 min each, instead of 2 h" in short.notes
    long = planned(Work(50, parallel=50, mean=1800.0), **_GPU, max_cost=20)
    assert (long.machines, long.max_lifetime) == (12, 5964.0)
    assert "allows 12 machines for 1.66 h each, instead of 50 machines for 2 h" in long.notes[0]
    assert max(short.worst, long.worst) <= 20


def test_a_limit_of_tasks_is_a_reason_for_long_lives() -> None:
    assert planned(Work(50, parallel=50, timeout=3600.0), **_GPU, max_cost=20).max_lifetime >= 3750


def test_too_little_money_is_refused() -> None:
    with pytest.raises(UsageError, match=r"max_cost \$0.05 does not pay for 5 minutes of one machine \(\$0.084\)"):
        planned(Work(1), **_GPU, max_cost=0.05)


def test_expected_is_by_rounds_of_what_tasks_took() -> None:
    found = planned(Work(100, parallel=50, mean=600.0), **_GPU)
    assert found.expected == pytest.approx(50 * 1.006 * (150 + 2 * 600) / 3600)
    assert found.notes == ()


def test_quotas_bound_machines_and_say_so() -> None:
    quotas = {("G", "spot"): 8.0, ("G", "on-demand"): 4.0}
    found = planned(Work(50, parallel=50), quotas, **_GPU)
    assert found.machines == 3
    assert "50 machines are wanted, and the account's quotas allow 3 at once" in found.notes
    part = planned(Work(50, parallel=50), {("G", "spot"): 8.0, ("G", "on-demand"): 0.0}, **_GPU)
    assert {offer.market for offer in part.offers} == {"spot"}
    assert "on demand in us-east-1 (L-DB2E81BA) does not allow one" in part.notes[0]


def test_a_quota_of_nothing_says_what_to_ask_for() -> None:
    nothing = {("G", "spot"): 0.0, ("G", "on-demand"): 0.0}
    with pytest.raises(CapacityError, match="Service Quotas console"):
        planned(Work(1), nothing, **_GPU)


def test_what_the_target_says_is_in_the_plan() -> None:
    found = planned(Work(1), **_GPU, image="ami-0123456789abcdef0", disk="50GB", escalate=True, max_price=0.9)
    assert (found.provider, found.region, found.disk, found.escalate) == ("ec2", "us-east-1", 50 * 10**9, True)
    assert (found.image, found.max_price) == ("ami-0123456789abcdef0", 0.9)
    assert all(offer.price <= 0.9 and offer.dearest <= 0.9 for offer in found.offers)
