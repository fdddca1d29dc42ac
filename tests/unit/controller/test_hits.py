"""Tasks that take over a kept result are not executed."""

from __future__ import annotations

from msgspec.structs import replace

from cellburst.model.blob import Packed
from cellburst.model.events import RunStateChanged, RunSubmitted, TasksEnded
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import Run, RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.wire import client as wire
from tests.unit.controller.house import House, a_run


def first_run(house: House, count: int = 4) -> Run:
    run = house.submit(a_run(count, number=1))
    house.workers(2)
    house.finish_all()
    return run


def test_a_hit_is_a_success_that_costs_no_attempt_and_names_its_source() -> None:
    house = House()
    old = first_run(house)
    new = a_run(4, number=2)
    house.ask(wire.Submit(1, new, hits=((0, old.id, 3), (2, old.id, 1))))
    house.advance(0.1)
    assert house.finish_all() == 2
    results = list(house.store.results(new.id))
    assert [(result.cached, result.attempt) for result in results] == [
        (f"{old.id}/3", 0),
        ("", 1),
        (f"{old.id}/1", 0),
        ("", 1),
    ]
    assert results[0].seconds == 1.0
    assert house.store.status(new.id).state is RunState.SUCCEEDED


def test_a_hit_on_a_hit_names_the_task_that_was_executed() -> None:
    house = House()
    old = first_run(house, 1)
    for number, source in ((2, old.id), (3, "0000000-0002")):
        house.ask(wire.Submit(1, a_run(1, number=number), hits=((0, source, 0),)))
        house.advance(0.1)
    assert house.store.result("0000000-0003", 0).cached == f"{old.id}/0"


def test_a_run_of_hits_alone_needs_no_worker_and_has_a_start() -> None:
    house = House()
    old = first_run(house, 3)
    started = house.backend.started
    new = a_run(3, number=2)
    house.ask(wire.Submit(1, new, hits=tuple((index, old.id, index) for index in range(3))))
    house.advance(0.1)
    status = house.store.status(new.id)
    assert (status.state, status.counts.succeeded) == (RunState.SUCCEEDED, 3)
    assert status.started is not None
    assert house.backend.started == started


def test_a_result_that_is_gone_is_computed() -> None:
    house = House()
    old = first_run(house, 2)
    house.ask(wire.Delete(1, old.id))
    new = a_run(3, number=2)
    house.ask(wire.Submit(1, new, hits=((0, old.id, 0), (1, "0000000-9999", 0))))
    house.advance(0.1)
    assert house.finish_all() == 3
    assert [result.cached for result in house.store.results(new.id)] == ["", "", ""]


def test_a_failure_is_no_hit() -> None:
    house = House()
    old = house.submit(a_run(1, number=1))
    (worker,) = house.workers(1)
    house.backend.finish(worker, OutcomeKind.FAILED)
    house.turn()
    house.ask(wire.Submit(1, a_run(1, number=2), hits=((0, old.id, 0),)))
    house.advance(0.1)
    assert house.finish_all() == 1


def test_a_hit_outside_of_the_tasks_is_refused() -> None:
    house = House()
    old = first_run(house, 1)
    assert isinstance(house.ask(wire.Submit(1, a_run(1, number=2), hits=((1, old.id, 0),))), wire.Refusal)


def test_an_extension_can_have_hits() -> None:
    house = House()
    old = first_run(house, 2)
    house.ask(wire.Extend(1, old.id, SweepPart(2, SweepView("copies", 2)), hits=((3, old.id, 0),)))
    house.advance(0.1)
    assert house.finish_all() == 1
    assert [result.cached for result in house.store.results(old.id)] == ["", "", "", f"{old.id}/0"]


def test_hits_that_wait_can_be_cancelled() -> None:
    house = House()
    old = first_run(house, 1)
    new = a_run(2, number=2)
    house.ask(wire.Submit(1, new, hits=((0, old.id, 0), (1, old.id, 0))))
    house.ask(wire.Cancel(2, new.id))
    house.advance(0.1)
    assert house.store.status(new.id).counts.cancelled == 2


def test_a_plain_cell_that_is_a_hit_tells_its_result() -> None:
    house = House()
    old = house.submit(a_run(kind="single", number=1))
    house.workers(1)
    house.finish_all()
    house.client.heard.clear()
    house.ask(wire.Submit(1, a_run(kind="single", number=2), hits=((0, old.id, 0),)))
    house.advance(0.1)
    assert house.client.last(wire.TasksChanged).result.cached == f"{old.id}/0"


def test_a_controller_that_dies_over_hits_leaves_tasks_that_are_computed() -> None:
    before = House()
    old = first_run(before, 1)
    new = a_run(2, number=2)
    before.ask(wire.Submit(1, new, hits=((0, old.id, 0),)))
    after = House(before.store)
    after.controller.take_over()
    after.workers(2)
    assert after.finish_all() == 2
    assert replace(after.store.result(new.id, 0), outputs=()).cached == ""


def test_a_run_does_not_end_before_its_hits_are_there() -> None:
    house = House()
    old = first_run(house, 1)
    new = a_run(2, number=2)
    house.ask(wire.Submit(1, new, hits=((0, old.id, 0),)))
    house.finish_all()
    assert house.status(new).state is RunState.RUNNING
    assert house.status(new).counts.queued == 1
    house.advance(0.1)
    assert house.store.status(new.id).counts.succeeded == 2


def cached_run(count: int, number: int, keys: bytes, cache: str = "use") -> Run:
    run = a_run(count, number=number, cache=cache)
    return replace(run, payload=replace(run.payload, keys=Packed(keys)))


def keyed(house: House, count: int) -> tuple[Run, bytes]:
    """An ended run whose results are kept, and their keys."""
    keys = [bytes([65 + index]) * 16 for index in range(count)]
    old = a_run(count, number=1)
    results = tuple(TaskResult(i, 1, 1, OutcomeKind.SUCCEEDED, 1.0, 1.0, key=keys[i]) for i in range(count))
    ended = [RunSubmitted(old), TasksEnded(old.id, results, 1.0), RunStateChanged(old.id, RunState.SUCCEEDED, 2.0)]
    house.store.commit(ended)
    return old, b"".join(keys)


def test_the_next_controller_goes_on_with_the_copies() -> None:
    before = House()
    old, keys = keyed(before, 100)
    new = cached_run(102, 2, keys + b"new one, and one" + b"more that is new")
    before.ask(wire.Submit(1, new, hits=tuple((index, old.id, index) for index in range(100))))
    copies = (replace(before.store.result(old.id, i), attempt=0, cached=f"{old.id}/{i}") for i in range(40))
    before.store.commit([TasksEnded(new.id, tuple(copies), 3.0)])  # it came as far as that
    after = House(before.store)
    after.controller.take_over()
    after.advance(0.1)
    after.workers(2)
    assert after.finish_all() == 2
    assert [result.cached for result in after.store.results(new.id)][:100] == [f"{old.id}/{i}" for i in range(100)]


def test_it_looks_for_nothing_where_everything_is_to_be_computed_again() -> None:
    before = House()
    _, keys = keyed(before, 3)
    before.ask(wire.Submit(1, cached_run(3, 2, keys, "refresh")))
    after = House(before.store)
    after.controller.take_over()
    after.workers(2)
    assert after.finish_all() == 3


def test_a_task_that_was_begun_is_computed_by_the_next_controller() -> None:
    before = House()
    _, keys = keyed(before, 4)
    new = cached_run(4, 2, keys)
    before.ask(wire.Submit(1, new))
    before.workers(1)
    before.advance(1.0)
    leased = len(before.store.load_run(new.id).leased)
    assert leased
    after = House(before.store)
    after.controller.take_over()
    after.advance(0.1)
    after.workers(2)
    assert after.finish_all() == leased


def test_added_tasks_are_kept_by_their_keys_also_when_they_are_run_again() -> None:
    house = House()
    run = first = a_run(1, number=1, cache="use")
    house.submit(first)
    house.workers(2)
    house.finish_all()
    part = SweepPart(1, SweepView("copies", 2), keys=b"k" * 16 + b"l" * 16)
    house.ask(wire.Extend(1, run.id, part))
    (worker,) = [name for name, tasks in house.backend.held.items() if tasks][:1]
    house.backend.finish(worker, OutcomeKind.FAILED)
    house.turn()
    house.finish_all()
    assert len(house.store.cached([b"k" * 16, b"l" * 16])) == 1
    house.ask(wire.Retry(2, run.id, "failed"))
    house.finish_all()
    assert house.store.cached([b"k" * 16, b"l" * 16]) == {b"k" * 16: (run.id, 1), b"l" * 16: (run.id, 2)}


def test_a_rerun_computes_everything_and_keeps_it() -> None:
    house = House()
    run = a_run(1, number=1, cache="use")
    house.submit(run)
    house.workers(2)
    house.finish_all()
    house.ask(wire.Extend(1, run.id, SweepPart(1, SweepView("copies", 1), keys=b"k" * 16)))
    house.finish_all()
    done = house.ask(wire.Rerun(2, run.id, "another"))
    assert house.finish_all() == 2
    assert house.store.cached([b"k" * 16]) == {b"k" * 16: (done.run, 1)}
    assert house.store.run(done.run).options.cache == "refresh"


def test_keys_of_another_number_of_tasks_are_refused() -> None:
    house = House()
    run = first_run(house)
    part = SweepPart(4, SweepView("copies", 2), keys=b"k" * 16)
    assert isinstance(house.ask(wire.Extend(1, run.id, part)), wire.Refusal)
