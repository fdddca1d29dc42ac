"""How many threads torch uses: as in the kernel for a cell alone, the worker's share for tasks of a sweep."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from cellburst.library_state import torch_

torch = pytest.importorskip("torch")
CPUS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@pytest.fixture(autouse=True)
def threads_put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(torch_, "_workers_own", 0)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_only_another_number_than_torchs_own_is_told() -> None:
    (state,) = (one for one in torch_.STATES if one.name == "torch threads")
    state.set(None)
    assert torch.get_num_threads() == CPUS
    assert state.get() is None
    torch.set_num_threads(CPUS + 1)
    assert state.get() == CPUS + 1
    state.set(CPUS + 2)
    assert torch.get_num_threads() == CPUS + 2


def test_the_environment_says_what_is_torchs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    (state,) = (one for one in torch_.STATES if one.name == "torch threads")
    monkeypatch.setenv("OMP_NUM_THREADS", "3,2")
    state.set(None)
    assert torch.get_num_threads() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert state.get() == (None if CPUS == 3 else 3)


def test_tasks_of_a_sweep_have_the_share_of_their_worker() -> None:
    torch.set_num_threads(CPUS + 3)
    torch_.settle_threads(alone=True)
    assert torch.get_num_threads() == CPUS
    torch_.settle_threads(alone=False)
    assert torch.get_num_threads() == CPUS + 3
