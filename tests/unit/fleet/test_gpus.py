"""How the GPUs of a machine are divided among its tasks."""

from __future__ import annotations

import pytest

from cellburst.fleet.cloud import gpus_of_a_task
from cellburst.model.plan import Offer, Plan


@pytest.mark.parametrize(
    ("workers", "gpus", "each"), [(0, 0, 0), (0, 1, 1), (0, 8, 1), (2, 8, 4), (4, 1, 0), (3, 0, 0)]
)
def test_each_task_has_its_own(workers: int, gpus: int, each: int) -> None:
    plan = Plan("ec2", "us-east-1", (), 1, workers)
    assert gpus_of_a_task(plan, Offer("p4d.24xlarge", "spot", 10.0, gpus=gpus)) == each
