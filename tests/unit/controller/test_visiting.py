"""Runs that were started elsewhere, in the books of this computer."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from cellburst.model.blob import Packed
from cellburst.model.machine import MachineState
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import Counts, Elsewhere, Run, RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.wire import client as wire
from tests.unit.controller.test_queues import CloudHouse, a_cloud_run


def a_far_run(count: int = 2) -> Run:
    return replace(a_cloud_run(count), elsewhere=Elsewhere("ba9876543210", b"k" * 32))


def collected(house: CloudHouse, run: Run, **fields: Any) -> Run:
    assert isinstance(house.ask(wire.Collect(1, run, **fields)), wire.Done)
    return run


def test_it_is_followed_as_far_as_it_has_come() -> None:
    house = CloudHouse()
    part = SweepPart(2, SweepView("copies", 1), (Packed(b"g"),), key="elsewhere-2")
    run = collected(house, a_far_run(), parts=(part,), generations={1: 3})
    assert house.queue.waiting == {(run.id, 0): 1, (run.id, 1): 3, (run.id, 2): 1}
    house.queue.end(run.id, 0, 2)
    house.queue.end(run.id, 1, generation=3)
    house.turn()
    assert house.store.status(run.id).state is RunState.SUCCEEDED
    assert house.store.status(run.id).counts == Counts(succeeded=3)
    assert [result.generation for result in house.store.results(run.id)] == [1, 3, 1]


def test_asking_again_takes_in_what_came_since() -> None:
    house = CloudHouse()
    run = collected(house, a_far_run())
    collected(house, run)
    house.queue.end(run.id, 0)
    house.queue.end(run.id, 1, kind=OutcomeKind.FAILED)
    house.turn()
    assert house.store.status(run.id).state is RunState.FAILED
    collected(house, run)
    assert house.store.status(run.id).state is RunState.FAILED
    part = SweepPart(2, SweepView("copies", 2), key="elsewhere-2")
    collected(house, run, parts=(part,), generations={1: 2})
    assert house.status(run).counts == Counts(queued=3, succeeded=1)
    house.queue.end(run.id, 1, generation=2)
    house.queue.end(run.id, 2, 3)
    house.turn()
    assert house.store.status(run.id).state is RunState.SUCCEEDED


def test_what_was_added_meanwhile_is_added_here() -> None:
    house = CloudHouse()
    first = SweepPart(2, SweepView("copies", 1), (Packed(b"2"),), key="elsewhere-2")
    run = collected(house, a_far_run(), parts=(first,))
    more = SweepPart(2, SweepView("copies", 3), (Packed(b"2"), Packed(b"3"), Packed(b"4")), key="elsewhere-2")
    collected(house, run, parts=(more,))
    collected(house, run, parts=(more,))
    assert house.status(run).counts == Counts(queued=5)
    assert {i: packed.body for (_, i), packed in house.queue.given.items()} == {2: b"2", 3: b"3", 4: b"4"}


def test_the_next_controller_goes_on_with_it_and_ends_no_machine_of_it() -> None:
    house = CloudHouse()
    live, over = collected(house, a_far_run()), collected(house, a_far_run(1))
    house.queue.machine(over.id)
    house.queue.end(over.id, 0)
    house.turn()
    after = CloudHouse(house.store)
    after.controller.take_over()
    after.turn()
    assert sorted(after.queue.adopted) == sorted([live.id, over.id])
    assert after.queue.left == []
    assert after.queue.finished == [over.id]
    assert after.controller.busy
    after.queue.machine(over.id, state=MachineState.ENDED)
    after.turn()
    assert after.queue.waiting == {(live.id, 0): 1, (live.id, 1): 1}


@pytest.mark.parametrize(
    "message",
    [
        lambda run: wire.Retry(2, run),
        lambda run: wire.Rerun(2, run, "k"),
        lambda run: wire.Cancel(2, run, (1,)),
        lambda run: wire.Extend(2, run, SweepPart(2, SweepView("copies", 1))),
        lambda run: wire.EndEarly(2, run, (1,)),
    ],
)
def test_it_can_be_changed_only_where_it_was_started(message: Any) -> None:
    house = CloudHouse()
    run = collected(house, a_far_run())
    refused = house.ask(message(run.id))
    assert isinstance(refused, wire.Refusal)
    assert "was started on another computer" in refused.message
    assert isinstance(house.ask(wire.Cancel(3, run.id)), wire.Done)
    assert house.queue.cancelled == [(run.id, ())]


def test_what_was_started_here_or_has_no_tasks_is_not_followed() -> None:
    house = CloudHouse()
    own = house.submit(a_cloud_run(2))
    collected(house, replace(own, elsewhere=Elsewhere("ba9876543210", b"k")), generations={0: 2})
    assert house.queue.waiting == {(own.id, 0): 1, (own.id, 1): 1}
    for wrong in (a_cloud_run(), replace(a_far_run(), open=True), a_far_run(0), replace(a_far_run(), plan=None)):
        assert isinstance(house.ask(wire.Collect(3, wrong)), wire.Refusal)


def test_somebody_elsewhere_asks_for_the_end_of_a_run_of_ours() -> None:
    house = CloudHouse()
    run = house.submit(a_cloud_run(2))
    house.queue.listener.cancel_asked(run.id, "desk", lambda: None)
    house.turn()
    assert house.queue.cancelled == [(run.id, ())]
    assert "cancelled from desk" in " ".join(line.message for line in house.store.timeline(run.id))
