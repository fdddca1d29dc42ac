"""Failures, lost workers, cancels, retries."""

from __future__ import annotations

import pytest

from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.model.run import RunState
from cellburst.wire import client as wire
from tests.unit.controller.house import House, a_run


def test_a_failure_is_retried_as_often_as_asked() -> None:
    house = House()
    run = house.submit(a_run(1, retries=2))
    (worker,) = house.workers(1)
    for _ in range(2):
        house.backend.finish(worker, OutcomeKind.FAILED)
        house.turn()
        assert house.status(run).counts.running == 1
    house.backend.finish(worker, OutcomeKind.FAILED)
    house.turn()
    result = house.store.result(run.id, 0)
    assert (result.attempt, result.kind) == (3, OutcomeKind.FAILED)
    assert house.store.status(run.id).state is RunState.FAILED


def test_a_lost_worker_costs_one_attempt_of_one_task() -> None:
    house = House()
    run = house.submit(a_run(400))
    worker, _other = house.workers(2)
    house.backend.finish(worker, seconds=0.001)
    house.turn()
    held = list(house.backend.held[worker])
    assert len(held) > 10
    house.backend.lose(worker)
    house.turn()
    book = house.controller.core.runs[run.id]
    assert dict(book.losses) == {held[0][1]: 1}
    house.workers(1)
    house.finish_all(0.001)
    attempts = [result.attempt for result in house.store.results(run.id)]
    assert sorted(attempts, reverse=True)[:2] == [2, 1]


def test_a_task_that_kills_three_workers_is_failed_and_says_so() -> None:
    house = House()
    run = house.submit(a_run(1))
    for _ in range(3):
        (worker,) = house.workers(1)
        house.backend.lose(worker)
        house.turn()
    result = house.store.result(run.id, 0)
    assert result.kind is OutcomeKind.FAILED
    assert "killed 3 workers" in result.error.evalue


def test_out_of_memory_is_not_tried_again_blindly() -> None:
    house = House()
    run = house.submit(a_run(1))
    (worker,) = house.workers(1)
    house.backend.lose(worker, LossReason.OUT_OF_MEMORY)
    house.turn()
    assert house.store.result(run.id, 0).kind is OutcomeKind.FAILED


def test_at_most_once_ends_unknown_and_leases_before_it_starts() -> None:
    house = House()
    run = house.submit(a_run(1, at_most_once=True))
    (worker,) = house.workers(1)
    assert house.store.load_run(run.id).leased == {0: 1}
    house.backend.lose(worker)
    house.turn()
    assert house.store.result(run.id, 0).kind is OutcomeKind.UNKNOWN
    assert house.store.status(run.id).state is RunState.FAILED


def test_a_timeout_fails_the_task_with_its_own_reason() -> None:
    house = House()
    run = house.submit(a_run(1, timeout=1.0))
    (worker,) = house.workers(1)
    house.backend.lose(worker, None, timed_out=True)
    house.turn()
    assert house.store.result(run.id, 0).error.ename == "TaskTimeout"


def test_cancel_ends_waiting_tasks_at_once_and_running_ones_when_they_are_gone() -> None:
    house = House()
    run = house.submit(a_run(10))
    first, second = house.workers(2)
    house.backend.finish(first)
    house.turn()
    house.ask(wire.Cancel(2, run.id))
    assert house.status(run).state is RunState.CANCELLING
    assert house.status(run).counts.cancelled == 7
    assert house.backend.cancelled == [(run.id, ())]
    house.backend.lose(first, None, cancelled=True)
    house.backend.finish(second, OutcomeKind.CANCELLED)
    house.turn()
    status = house.store.status(run.id)
    assert (status.state, status.counts.succeeded, status.counts.cancelled) == (RunState.CANCELLED, 1, 9)


def test_cancel_of_one_run_leaves_the_other_alone() -> None:
    house = House()
    first, second = house.submit(a_run(4)), house.submit(a_run(4))
    house.ask(wire.Cancel(2, first.id))
    house.workers(2)
    house.finish_all()
    assert house.store.status(second.id).counts.succeeded == 4
    assert house.store.status(first.id).state is RunState.CANCELLED


def test_retry_runs_what_has_no_success_in_a_new_generation() -> None:
    house = House()
    run = house.submit(a_run(3))
    worker, _other = house.workers(2)
    house.backend.finish(worker, OutcomeKind.FAILED)
    house.turn()
    house.finish_all()
    assert house.store.status(run.id).state is RunState.FAILED
    reply = house.ask(wire.Retry(3, run.id, "failed"))
    assert reply.data == {"tasks": 1}
    house.finish_all()
    status = house.store.status(run.id)
    assert (status.state, status.counts.succeeded) == (RunState.SUCCEEDED, 3)
    assert {result.generation for result in house.store.results(run.id)} == {1, 2}


def test_a_second_outcome_changes_nothing() -> None:
    house = House()
    run = house.submit(a_run(2))
    worker, _ = house.workers(2)
    first = house.backend.finish(worker)
    house.turn()
    import msgspec

    late = msgspec.structs.replace(first, kind=OutcomeKind.FAILED)
    house.controller.listener.outcomes(worker, run.id, [late], True, lambda: None)
    house.turn()
    assert house.store.result(run.id, first.index).kind is OutcomeKind.SUCCEEDED
    assert house.status(run).counts.succeeded == 1


def test_an_outcome_of_a_task_given_up_for_lost_still_counts_once() -> None:
    house = House()
    run = house.submit(a_run(1))
    (worker,) = house.workers(1)
    task = house.backend.held[worker][0]
    house.backend.lose(worker)
    house.turn()
    from cellburst.model.outcome import TaskResult

    result = TaskResult(task[1], task[2], task[3], OutcomeKind.SUCCEEDED, 0.0, 1.0)
    house.controller.listener.outcomes(worker, run.id, [result], True, lambda: None)
    house.turn()
    assert house.store.status(run.id).state is RunState.SUCCEEDED


def test_workers_that_cannot_be_had_are_said() -> None:
    house = House()
    run = house.submit(a_run(1))
    house.controller.listener.trouble("local", "the pool cannot be started")
    house.turn()
    assert house.status(run).reason == "the pool cannot be started"


@pytest.mark.parametrize("busy", [True, False])
def test_only_ended_runs_can_be_deleted(busy: bool) -> None:
    house = House()
    run = house.submit(a_run(1))
    if not busy:
        house.workers(1)
        house.finish_all()
    reply = house.ask(wire.Delete(5, run.id))
    assert isinstance(reply, wire.Refusal if busy else wire.Done)
    assert len(house.store.runs()) == (1 if busy else 0)
