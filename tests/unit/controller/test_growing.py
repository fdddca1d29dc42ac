"""Runs that get more tasks while they are live, and after they ended."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from cellburst.controller.holders import RETURN_WITHIN
from cellburst.errors import DiskFullError
from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import Run, RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.wire import client as wire
from tests.unit.controller.house import FakeClient, House, a_run


def calls_run(number: int = 1, **options: Any) -> Run:
    """An open run without tasks."""
    run = a_run(number=number, **options)
    return replace(run, sweep=SweepView("calls", 0), open=True)


def part(start: int, count: int = 1, key: str = "", given: bool = True) -> SweepPart:
    values = tuple(Packed(b"%d" % index) for index in range(start, start + count)) if given else ()
    return SweepPart(start, SweepView("copies", count), values, key)


def an_executor(house: House, run: Run) -> FakeClient:
    house.submit(run)
    assert isinstance(house.ask(wire.Hold(1, run.id)), wire.Done)
    return house.client


def test_an_open_run_without_tasks_waits_and_says_for_what() -> None:
    house = House()
    run = house.submit(calls_run())
    assert house.status(run).state is RunState.QUEUED
    assert house.status(run).reason == "open: waits for more tasks"
    house.ask(wire.Close(1, run.id, "nothing to do"))
    assert house.store.status(run.id).state is RunState.SUCCEEDED
    assert house.store.status(run.id).reason == "nothing to do"


def test_a_run_that_is_not_open_needs_a_task() -> None:
    house = House()
    assert isinstance(house.ask(wire.Submit(1, replace(calls_run(), open=False))), wire.Refusal)


def test_added_tasks_are_sent_what_they_are_given_and_the_run_ends_only_once_it_is_closed() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    assert house.ask(wire.Extend(2, run.id, part(0, 3))).data == {"start": 0}
    house.workers(2)
    assert house.finish_all() == 3
    assert house.backend.given == {(run.id, index): Packed(b"%d" % index) for index in range(3)}
    assert house.status(run).state is RunState.RUNNING
    assert house.ask(wire.Extend(3, run.id, part(3, 2))).data == {"start": 3}
    house.ask(wire.Close(4, run.id))
    assert house.finish_all() == 2
    status = house.store.status(run.id)
    assert (status.state, status.counts.succeeded) == (RunState.SUCCEEDED, 5)


def test_the_same_part_is_added_once_and_a_wrong_start_is_refused() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    for _ in range(2):
        assert house.ask(wire.Extend(2, run.id, part(0, 3, key="a"))).data == {"start": 0}
    assert house.status(run).counts.total == 3
    refusal = house.ask(wire.Extend(2, run.id, part(0, 3, key="b")))
    assert (refusal.error, "somebody else added tasks" in refusal.message) == ("UsageError", True)


@pytest.mark.parametrize("wrong", [part(0, 0), replace(part(0, 2), given=(Packed(b"1"),)), part(0, 2, given=False)])
def test_a_part_that_makes_no_sense_is_refused(wrong: SweepPart) -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    assert isinstance(house.ask(wire.Extend(2, run.id, wrong)), wire.Refusal)
    assert house.status(run).counts.total == 0


def test_a_plain_cell_has_no_further_tasks() -> None:
    house = House()
    run = house.submit(a_run(kind="single"))
    assert "plain cell" in house.ask(wire.Extend(2, run.id, part(1))).message


def test_an_ended_run_that_is_extended_is_live_again_and_computes_only_what_is_new() -> None:
    house = House()
    run = house.submit(a_run(2))
    house.workers(2)
    house.finish_all()
    assert house.store.status(run.id).state is RunState.SUCCEEDED
    house.ask(wire.Extend(2, run.id, part(2, 3, given=False)))
    house.advance(0.1)
    assert house.client.last(wire.Status).status.state is RunState.RUNNING
    assert house.finish_all() == 3
    assert house.store.status(run.id).counts.succeeded == 5
    assert house.backend.defined == [run.id, run.id]


def test_a_run_that_ends_in_the_same_turn_can_be_extended() -> None:
    house = House()
    run = house.submit(a_run(1))
    (worker,) = house.workers(1)
    house.backend.finish(worker)
    house.ask(wire.Extend(2, run.id, part(1, 1, given=False)))
    assert house.finish_all() == 1
    assert house.store.status(run.id).state is RunState.SUCCEEDED
    assert house.store.status(run.id).counts.succeeded == 2


def test_what_was_heard_in_this_turn_is_committed_with_a_submission_before_it_is_acknowledged() -> None:
    house = House()
    run = house.submit(a_run(2))
    (worker,) = house.workers(1)
    _, index, generation, attempt = house.backend.held[worker].pop()
    result = TaskResult(index, generation, attempt, OutcomeKind.SUCCEEDED, 0.0, 1.0)
    durable: list[bool] = []
    done = lambda: durable.append(house.store.result(run.id, index) is not None)  # noqa: E731
    house.controller.listener.outcomes(worker, run.id, [result], True, done)
    house.ask(wire.Submit(9, a_run(number=7)))
    assert durable == [True]


def test_nothing_happens_where_an_extension_cannot_be_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    run = house.submit(a_run(2))
    with monkeypatch.context() as patch:
        patch.setattr(house.store, "commit", lambda *_, **__: (_ for _ in ()).throw(DiskFullError("full")))
        assert house.ask(wire.Extend(2, run.id, part(2, given=False))).error == "DiskFullError"
    assert house.status(run).counts.total == 2
    house.ask(wire.Extend(2, run.id, part(2, given=False)))
    assert house.status(run).counts.total == 3


def test_tasks_with_and_without_values_are_never_in_one_batch() -> None:
    house = House()
    run = house.submit(a_run(30))
    house.ask(wire.Extend(2, run.id, part(30, 40)))
    house.workers(1)
    assert house.finish_all(seconds=0.0001) == 70  # the double checks each batch
    assert sorted(index for _, index in house.backend.given) == list(range(30, 70))


def test_a_message_to_a_worker_stays_small_whatever_tasks_are_given() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    big = tuple(Packed(bytes(1 << 20)) for _ in range(100))
    house.ask(wire.Extend(2, run.id, SweepPart(0, SweepView("copies", 100), big)))
    house.workers(1)
    for _ in range(3):
        house.backend.finish("w1", seconds=0.0001)
        house.turn()
        assert len(house.backend.held["w1"]) <= 10


def test_a_second_holder_is_refused_while_the_first_is_there() -> None:
    house = House()
    run = calls_run()
    first = an_executor(house, run)
    house.client = FakeClient()
    assert "another process" in house.ask(wire.Hold(1, run.id)).message
    house.controller.open_runs.lost(first)
    assert isinstance(house.ask(wire.Hold(1, run.id)), wire.Refusal), "it was closed with its holder"


def test_calls_whose_holder_is_gone_end_with_the_tasks_that_they_have() -> None:
    house = House()
    run = calls_run()
    client = an_executor(house, run)
    house.ask(wire.Extend(2, run.id, part(0, 2)))
    house.controller.open_runs.lost(client)
    house.turn()
    house.workers(2)
    house.finish_all()
    assert house.store.status(run.id).state is RunState.SUCCEEDED


def test_calls_that_nobody_comes_for_are_closed() -> None:
    house = House()
    run = house.submit(calls_run())
    house.advance(RETURN_WITHIN - 1)
    assert house.status(run).state is RunState.QUEUED
    house.advance(2)
    assert house.store.status(run.id).state is RunState.SUCCEEDED


def test_a_cancelled_run_is_closed_even_if_it_has_no_task() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    house.ask(wire.Cancel(1, run.id))
    assert house.store.status(run.id).state is RunState.CANCELLED
    assert "closed" in house.ask(wire.Extend(2, run.id, part(0))).message


def test_a_cancelled_run_ends_when_its_running_tasks_have() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    house.ask(wire.Extend(2, run.id, part(0, 3)))
    house.workers(1)
    house.ask(wire.Cancel(1, run.id))
    assert "is being cancelled" in house.ask(wire.Extend(2, run.id, part(3))).message
    house.backend.finish("w1", OutcomeKind.CANCELLED)
    house.turn()
    assert house.store.status(run.id).state is RunState.CANCELLED
    assert house.store.status(run.id).counts.cancelled == 3


def test_followers_of_calls_are_told_which_tasks_have_begun() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    house.ask(wire.Extend(2, run.id, part(0, 2)))
    house.workers(2)
    assert sorted(i for told in house.client.all(wire.TasksBegan) for i in told.indices) == [0, 1]
    late = FakeClient()
    house.client = late
    house.ask(wire.Follow(1, run.id))
    assert late.all(wire.TasksBegan) == [wire.TasksBegan(run.id, (0, 1))]


def test_reports_are_told_whole_and_before_the_end_of_their_task() -> None:
    house = House()
    run = house.submit(a_run(1))
    (worker,) = house.workers(1)
    for step in range(3):
        house.backend.report(worker, step, loss=1.0)
    house.backend.finish(worker)
    house.turn()
    (told,) = house.client.all(wire.TaskReported)
    assert [report.step for report in told.reports] == [0, 1, 2]
    order = [type(message) for message in house.client.heard]
    assert order.index(wire.TaskReported) < order.index(wire.TasksChanged)
    assert [report.step for report in house.store.reports(run.id, 0, 1)] == [0, 1, 2]


def test_tasks_that_end_early_are_pruned_which_is_no_failure() -> None:
    house = House()
    run = house.submit(a_run(2))
    (worker,) = house.workers(1)
    assert house.ask(wire.EndEarly(1, run.id, (0, 1, 7))).data == {"tasks": 1}
    assert house.backend.pruned == [(run.id, (0,))]
    house.backend.finish(worker, OutcomeKind.PRUNED)
    house.turn()
    house.finish_all()
    status = house.store.status(run.id)
    assert (status.state, status.counts.pruned, status.counts.succeeded) == (RunState.SUCCEEDED, 1, 1)


def test_a_task_of_a_live_run_that_is_run_again_is_sent_the_same_value() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    house.ask(wire.Extend(2, run.id, part(0, 2)))
    house.workers(1)
    house.backend.finish("w1", OutcomeKind.FAILED)
    house.turn()
    house.backend.given.clear()
    house.ask(wire.Retry(1, run.id, "failed"))
    house.finish_all()
    assert house.backend.given[run.id, 0] == Packed(b"0")
    assert house.status(run).counts.succeeded == 2


def test_a_run_again_has_all_tasks_that_were_added() -> None:
    house = House()
    run = house.submit(a_run(2))
    house.ask(wire.Extend(2, run.id, part(2, 3)))
    new = house.ask(wire.Rerun(3, run.id, "again")).run
    assert house.store.run(new).count == 5
    assert house.store.given(new, range(5)) == {index: Packed(b"%d" % index) for index in (2, 3, 4)}
    house.workers(2)
    house.finish_all()
    assert house.store.status(new).counts.succeeded == 5


def test_a_new_controller_takes_an_open_run_up_again_with_what_its_tasks_are_given() -> None:
    before = House()
    run = calls_run()
    an_executor(before, run)
    before.ask(wire.Extend(2, run.id, part(0, 4, key="a")))
    before.workers(1)
    before.backend.finish("w1")
    before.turn()
    after = House(before.store)
    after.controller.take_over()
    after.turn()
    assert isinstance(after.ask(wire.Hold(1, run.id)), wire.Done)
    assert after.ask(wire.Extend(2, run.id, part(0, 4, key="a"))).data == {"start": 0}
    assert after.ask(wire.Extend(2, run.id, part(4, 1, key="b"))).data == {"start": 4}
    after.workers(2)
    after.finish_all()
    assert after.backend.given == {(run.id, index): Packed(b"%d" % index) for index in range(1, 5)}
    assert after.status(run).state is RunState.RUNNING
    after.advance(RETURN_WITHIN + 1)
    assert after.status(run).state is RunState.RUNNING, "its holder is there"
    after.ask(wire.Close(3, run.id))
    assert after.store.status(run.id).counts.succeeded == 5


def test_an_open_run_whose_holder_does_not_come_back_is_closed() -> None:
    before = House()
    run = calls_run()
    an_executor(before, run)
    after = House(before.store)
    after.controller.take_over()
    after.turn()
    after.advance(RETURN_WITHIN + 1)
    assert after.store.status(run.id).state is RunState.SUCCEEDED


def test_why_a_run_was_closed_outlives_a_controller() -> None:
    before = House()
    run = calls_run()
    an_executor(before, run)
    before.ask(wire.Extend(2, run.id, part(0)))
    before.ask(wire.Close(3, run.id, "it is good enough"))
    after = House(before.store)
    after.controller.take_over()
    after.workers(1)
    after.finish_all()
    assert after.store.status(run.id).reason == "it is good enough"


def test_an_executor_that_cancels_a_call_has_not_cancelled_the_run() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    house.ask(wire.Extend(1, run.id, part(0, 3)))
    house.ask(wire.Cancel(2, run.id, (1,)))
    house.ask(wire.Close(3, run.id))
    house.workers(1)
    house.finish_all()
    status = house.store.status(run.id)
    assert (status.state, status.counts.cancelled, status.counts.succeeded) == (RunState.SUCCEEDED, 1, 2)


def test_a_run_all_of_whose_calls_were_taken_back_is_cancelled() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    house.ask(wire.Extend(1, run.id, part(0, 2)))
    house.ask(wire.Cancel(2, run.id, (0, 1)))
    house.ask(wire.Close(3, run.id))
    assert house.store.status(run.id).state is RunState.CANCELLED


def test_a_closed_run_of_calls_that_waits_can_be_cancelled() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    house.ask(wire.Extend(1, run.id, part(0, 3)))
    house.ask(wire.Close(2, run.id))
    house.ask(wire.Cancel(3, run.id))
    assert house.store.status(run.id).state is RunState.CANCELLED


def test_calls_that_are_run_again_are_closed_from_the_start() -> None:
    house = House()
    run = calls_run()
    an_executor(house, run)
    house.ask(wire.Extend(1, run.id, part(0, 3)))
    house.ask(wire.Extend(2, run.id, part(3, 2)))
    new = house.ask(wire.Rerun(3, run.id, "again")).run
    assert not house.store.run(new).open
    assert house.store.given(new, range(5)) == {index: Packed(b"%d" % index) for index in range(5)}
    house.workers(2)
    house.finish_all()
    assert house.store.status(new).counts.succeeded == 5
    assert house.store.status(new).state is RunState.SUCCEEDED


def test_a_run_that_ended_with_a_reason_has_none_when_it_grows() -> None:
    house = House()
    run = replace(a_run(1), open=True)
    house.submit(run)
    house.ask(wire.Close(1, run.id, "enough"))
    house.workers(1)
    house.finish_all()
    assert house.store.status(run.id).reason == "enough"
    house.ask(wire.Extend(2, run.id, part(1, given=False)))
    house.finish_all()
    assert house.store.status(run.id).reason == ""
