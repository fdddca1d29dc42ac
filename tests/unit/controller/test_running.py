"""Runs from submission to their end, with workers that behave."""

from __future__ import annotations

import pytest

from cellburst.controller.requests import answer
from cellburst.errors import DiskFullError
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import RunState
from cellburst.wire import client as wire
from cellburst.worker.outputs import WHOLE
from tests.unit.controller.house import FakeClient, House, a_run


def test_a_single_task_runs_and_its_result_is_told_once_durable() -> None:
    house = House()
    run = house.submit(a_run(kind="single"))
    (worker,) = house.workers(1)
    house.backend.finish(worker)
    house.turn()
    assert house.client.last(wire.TasksChanged).result.kind is OutcomeKind.SUCCEEDED
    assert house.client.last(wire.Status).status.state is RunState.SUCCEEDED
    assert house.store.result(run.id, 0) is not None
    assert house.backend.forgotten == [run.id]


def test_only_as_many_workers_are_started_as_tasks_can_use() -> None:
    house = House(capacity=8)
    house.submit(a_run(3))
    assert house.backend.started == 3
    house.submit(a_run(20))
    assert house.backend.started == 8


def test_tasks_that_wait_behind_another_on_their_worker_are_not_running() -> None:
    house = House()
    run = house.submit(a_run(40))
    (worker,) = house.workers(1)
    house.backend.finish(worker, seconds=0.0001)
    house.turn()
    assert len(house.backend.held[worker]) > 2
    counts = house.status(run).counts
    assert (counts.running, counts.queued, counts.succeeded) == (1, 38, 1)


def test_every_task_of_a_sweep_runs_exactly_once() -> None:
    house = House()
    run = house.submit(a_run(57))
    house.workers(2)
    assert house.finish_all() == 57
    counts = house.store.status(run.id).counts
    assert (counts.succeeded, counts.total) == (57, 57)


def test_short_tasks_are_handed_out_in_growing_batches() -> None:
    house = House()
    house.submit(a_run(10_000))
    worker, _ = house.workers(2)
    assert len(house.backend.held[worker]) == 1
    house.backend.finish(worker, seconds=0.0001)
    house.turn()
    assert len(house.backend.held[worker]) > 100


def test_long_tasks_are_handed_out_one_by_one() -> None:
    house = House()
    house.submit(a_run(100))
    worker, _ = house.workers(2)
    house.backend.finish(worker, seconds=5.0)
    house.turn()
    assert len(house.backend.held[worker]) == 1


def test_parallel_bounds_how_many_run_at_once_in_a_sweep() -> None:
    import msgspec

    from cellburst.model.sweep import Axis, SweepView

    house = House(capacity=4)
    run = msgspec.structs.replace(a_run(9, parallel=2), sweep=SweepView("grid", 9, axes=(Axis("x", tuple(range(9))),)))
    house.submit(run)
    assert house.backend.started == 2
    house.workers(4)
    assert sum(1 for tasks in house.backend.held.values() if tasks) == 2
    assert "--parallel 2" in house.status(run).reason


def test_tasks_behind_a_long_one_are_taken_back_when_another_worker_is_idle() -> None:
    house = House()
    house.submit(a_run(1000))
    slow, quick = house.workers(2)
    for worker in (slow, quick):
        house.backend.finish(worker, seconds=0.001)
    house.turn()
    while house.backend.held[quick]:
        house.backend.finish(quick, seconds=0.001)
        house.turn()
    house.advance(10.0)
    assert house.backend.recalled == [slow]
    house.backend.give_back(slow)
    house.turn()
    assert len(house.backend.held[slow]) == 1
    assert house.backend.held[quick]


def test_two_runs_share_the_workers() -> None:
    house = House()
    first, second = house.submit(a_run(50)), house.submit(a_run(50))
    house.workers(2)
    for _ in range(10):
        for worker in list(house.backend.held):
            house.backend.finish(worker)
        house.turn()
    assert house.status(first).counts.succeeded == house.status(second).counts.succeeded == 10


def test_submitting_the_same_key_again_gives_the_first_run() -> None:
    house = House()
    first = house.submit(a_run(key="cell-1"))
    again = house.ask(wire.Submit(2, a_run(key="cell-1")))
    assert again.run == first.id
    assert len(house.store.runs()) == 1


@pytest.mark.parametrize("name", ["../../etc", "x", "0000000-abcd\n"])
def test_a_hostile_run_id_is_refused(name: str) -> None:
    house = House()
    refusal = house.ask(wire.Cancel(1, name))
    assert (refusal.error, house.store.runs()) == ("UnknownRunError", [])


def test_an_unknown_target_is_refused_with_those_that_exist() -> None:
    import msgspec

    house = House()
    refusal = house.ask(wire.Submit(1, msgspec.structs.replace(a_run(), target="gpu")))
    assert "'gpu'" in refusal.message
    assert "local" in refusal.message


def test_a_slow_reader_misses_output_but_no_result_and_is_told_how_much_it_was() -> None:
    house = House()
    run = house.submit(a_run(kind="single"))
    (worker,) = house.workers(1)
    house.client.unsent = 1 << 30
    picture = {"output_type": "display_data", "data": {"text/plain": "p"}, "metadata": {}}
    house.controller.listener.output(
        run.id, 0, 1, 1, [{"output_type": "stream", "name": "stdout", "text": "gr\u00fc\u00dfe"}]
    )
    house.controller.listener.output(run.id, 0, 1, 1, [picture])
    house.backend.finish(worker)
    house.turn()
    (told,) = house.client.all(wire.OutputArrived)
    assert (told.run, told.index, told.attempt) == (run.id, 0, 1)
    (record,) = told.outputs
    assert (record["dropped"], record["unread"]) == (7, 1)
    assert "7 bytes of output and 1 display left out here" in record["text"]
    heard = [type(message) for message in house.client.heard]
    assert heard.index(wire.OutputArrived) < heard.index(wire.TasksChanged), "before the end"
    assert house.client.last(wire.Status).status.state is RunState.SUCCEEDED


def test_what_was_left_out_is_said_where_it_is_missing() -> None:
    house = House()
    run = house.submit(a_run(kind="single"))
    house.workers(1)
    for text, unsent in (("first\n", 0), ("unread\n", 1 << 30), ("too\n", 1 << 30), ("last\n", 0), ("end\n", 0)):
        house.client.unsent = unsent
        house.controller.listener.output(run.id, 0, 1, 1, [{"output_type": "stream", "name": "stdout", "text": text}])
    texts = [record["text"] for message in house.client.all(wire.OutputArrived) for record in message.outputs]
    gap = "\n[11 bytes of output left out here: the kernel did not read them in time]\n"
    assert texts == ["first\n", gap, "last\n", "end\n"]


def test_nothing_is_owed_to_one_who_left() -> None:
    house = House()
    run = house.submit(a_run(kind="single"))
    house.workers(1)
    house.client.unsent = 1 << 30
    house.controller.listener.output(run.id, 0, 1, 1, [{"output_type": "stream", "name": "stdout", "text": "x"}])
    house.controller.followers.forget(house.client)
    house.client.unsent = 0
    house.ask(wire.Follow(2, run.id))
    texts = [record["text"] for message in house.client.all(wire.OutputArrived) for record in message.outputs]
    assert texts == ["x"], "all of it, from the keeper"


def test_a_busy_kernel_misses_nothing_of_what_a_worker_keeps_whole() -> None:
    house = House()
    run = house.submit(a_run(kind="single"))
    house.workers(1)
    house.client.unsent = WHOLE
    house.controller.listener.output(
        run.id, 0, 1, 1, [{"output_type": "stream", "name": "stdout", "text": "the last line"}]
    )
    assert house.client.last(wire.OutputArrived).outputs[0]["text"] == "the last line"


def test_a_follower_is_told_once_in_a_turn_where_a_run_is() -> None:
    house = House()
    house.submit(a_run(kind="single"))
    assert [message.status.state for message in house.client.all(wire.Status)] == [RunState.QUEUED]
    house.client = FakeClient()
    house.submit(a_run())
    assert len(house.client.all(wire.Status)) == 1


def test_one_who_follows_in_the_turn_of_the_end_is_told() -> None:
    house = House()
    run = house.submit(a_run(kind="single"))
    house.workers(1)
    house.client = FakeClient()
    answer(house.controller, house.client, wire.Follow(2, run.id))
    house.finish_all()
    assert house.client.last(wire.Status).status.state is RunState.SUCCEEDED


def test_one_who_follows_later_gets_the_output_so_far() -> None:
    house = House()
    run = house.submit(a_run(kind="single"))
    house.workers(1)
    house.controller.listener.output(run.id, 0, 1, 1, [{"output_type": "stream", "name": "stdout", "text": "early"}])
    late = FakeClient()
    house.client = late
    house.ask(wire.Follow(7, run.id))
    assert late.last(wire.OutputArrived).outputs[0]["text"] == "early"


class _FullStore:
    """Refuses to commit while ``full``."""

    def __init__(self, store: object) -> None:
        self._store = store
        self.full = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def commit(self, events: object, *, lasting: bool = True) -> None:
        if self.full:
            raise DiskFullError("the disk of the run store is full")
        self._store.commit(events, lasting=lasting)  # type: ignore[attr-defined]


def test_a_full_disk_pauses_and_nothing_is_lost_or_acknowledged_early() -> None:
    from cellburst.store.memory import MemoryStore

    store = _FullStore(MemoryStore())
    house = House(store)
    run = house.submit(a_run(4))
    first, _ = house.workers(2)
    store.full = True
    house.backend.finish(first)
    house.turn()
    assert not house.client.all(wire.TasksChanged)
    assert "full" in house.status(run).reason
    house.backend.finish(first)
    house.turn()
    assert not house.backend.held[first], "nothing new is started while nothing can be recorded"
    store.full = False
    house.advance(2.0)
    assert house.client.last(wire.TasksChanged).ended == (0, 2)
    house.finish_all()
    assert house.store.status(run.id).counts.succeeded == 4


def test_a_submission_on_a_full_disk_is_refused_and_leaves_nothing() -> None:
    from cellburst.store.memory import MemoryStore

    store = _FullStore(MemoryStore())
    store.full = True
    house = House(store)
    assert house.ask(wire.Submit(1, a_run())).error == "DiskFullError"
    assert not house.controller.core.runs
