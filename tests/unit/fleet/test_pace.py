"""How long machines stay without work and hold on to tasks is the user's to set, within reason."""

from __future__ import annotations

import pytest

from cellburst.bucket.records import RunRecord
from cellburst.fleet.opening import pace
from cellburst.settings import Settings


def test_what_is_set_is_what_machines_are_told() -> None:
    assert pace(Settings(machine_idle=5.0, machine_lease=120.0)) == {"beat": 15.0, "lease": 120.0, "idle": 5.0}


def test_as_it_comes_it_is_as_it_was() -> None:
    record = RunRecord("run", "", b"", 1)
    assert pace(Settings()) == {"beat": record.beat, "lease": record.lease, "idle": record.idle}


@pytest.mark.parametrize("lease", [0.0, -1.0, 29.0])
def test_a_machine_says_several_words_before_its_tasks_begin_elsewhere(lease: float) -> None:
    assert pace(Settings(machine_idle=-1.0, machine_lease=lease)) == {"beat": 5.0, "lease": 30.0, "idle": 0.0}
