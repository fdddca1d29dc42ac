"""What waits for the disk, and what is synced a moment later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from cellburst.errors import DiskFullError
from cellburst.model.events import Event
from cellburst.model.run import Run
from cellburst.store.memory import MemoryStore
from cellburst.wire import client as wire
from tests.unit.controller.house import House, a_run


class _Noting(MemoryStore):
    """Notes how each commit was asked for, and when it was synced."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[bool] = []
        self.synced = 0
        self.full = False

    def commit(self, events: Sequence[Event], *, lasting: bool = True) -> None:
        self.asked.append(lasting)
        super().commit(events, lasting=lasting)

    def sync(self) -> None:
        if self.full:
            raise DiskFullError("the disk of the run store is full")
        self.synced += 1


def _done(run: Run, *, follow: bool) -> tuple[House, _Noting]:
    store = _Noting()
    house = House(store)
    assert isinstance(house.ask(wire.Submit(1, run, follow)), wire.Done)
    house.workers(1)
    house.finish_all()
    assert house.store.status(run.id).counts.succeeded == run.count
    return house, store


def test_nobody_waits_for_the_disk_with_a_plain_cell() -> None:
    house, store = _done(a_run(kind="single"), follow=True)
    assert store.asked
    assert not any(store.asked)
    assert store.synced == 0
    house.advance(1.0)
    assert store.synced == 1, "one sync for all of it"
    house.advance(1.0)
    assert store.synced == 1


@pytest.mark.parametrize("options", [{"at_most_once": True}, {"on_interrupt": "detach"}])
def test_what_may_outlive_its_kernel_is_synced_at_once(options: dict[str, Any]) -> None:
    _, store = _done(a_run(kind="single", **options), follow=True)
    assert store.asked
    assert all(store.asked)


def test_a_detached_cell_and_a_sweep_are_synced_at_once() -> None:
    for run, follow in ((a_run(kind="single"), False), (a_run(2), True)):
        _, store = _done(run, follow=follow)
        assert store.asked
        assert all(store.asked)


def test_a_full_disk_is_tried_again() -> None:
    house, store = _done(a_run(kind="single"), follow=True)
    store.full = True
    house.advance(1.0)
    assert store.synced == 0
    store.full = False
    house.advance(2.0)
    assert store.synced == 1
