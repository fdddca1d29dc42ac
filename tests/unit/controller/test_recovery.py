"""A new controller takes over what the store and the workers say."""

from __future__ import annotations

from cellburst.abc import Holding
from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.model.run import RunState
from cellburst.wire import client as wire
from tests.unit.controller.house import House, a_run


def test_finished_tasks_stay_finished_and_the_rest_goes_on() -> None:
    before = House()
    run = before.submit(a_run(6))
    first, _ = before.workers(2)
    before.backend.finish(first)
    before.turn()
    after = House(before.store)
    after.controller.take_over()
    after.turn()
    assert after.status(run).counts.succeeded == 1
    after.workers(2)
    assert after.finish_all() == 5
    assert after.store.status(run.id).state is RunState.SUCCEEDED


def test_a_task_that_a_worker_still_holds_is_not_given_to_another() -> None:
    before = House()
    run = before.submit(a_run(2))
    before.workers(1)
    before.advance(1.0)  # the lease is written
    after = House(before.store, holdings=[Holding("w1", run.id, (0,), (1,), 1, True)])
    after.controller.take_over()
    after.turn()
    after.backend.come()
    after.turn()
    assert [task[1] for tasks in after.backend.held.values() for task in tasks] == [0, 1]
    after.finish_all()
    assert {result.attempt for result in after.store.results(run.id)} == {1}


def test_an_outcome_that_waited_in_the_pool_is_taken_in_before_its_task_counts_as_lost() -> None:
    before = House()
    run = before.submit(a_run(1))
    (worker,) = before.workers(1)
    before.advance(1.0)
    after = House(before.store)
    after.backend.held[worker] = list(before.backend.held[worker])
    after.backend.adopt = lambda epoch: after.backend.finish(worker) and []  # type: ignore[method-assign]
    after.controller.take_over()
    after.turn()
    assert after.store.result(run.id, 0).attempt == 1
    assert after.store.status(run.id).state is RunState.SUCCEEDED


def test_a_lease_that_nobody_holds_is_tried_again() -> None:
    before = House()
    run = before.submit(a_run(1))
    before.workers(1)
    before.advance(1.0)
    after = House(before.store)
    after.controller.take_over()
    after.workers(1)
    after.finish_all()
    assert after.store.result(run.id, 0).attempt == 2


def test_a_lease_that_nobody_holds_is_unknown_where_a_second_try_is_forbidden() -> None:
    before = House()
    run = before.submit(a_run(2, at_most_once=True))
    before.workers(1)
    after = House(before.store)
    after.controller.take_over()
    after.workers(1)
    assert after.finish_all() == 1
    kinds = [result.kind for result in after.store.results(run.id)]
    assert kinds == [OutcomeKind.UNKNOWN, OutcomeKind.SUCCEEDED]


def test_the_count_of_killed_workers_survives() -> None:
    house = House()
    run = house.submit(a_run(1))
    for _ in range(2):
        (worker,) = house.workers(1)
        house.backend.lose(worker)
        house.turn()
    after = House(house.store)
    after.controller.take_over()
    (worker,) = after.workers(1)
    after.backend.lose(worker, LossReason.EXITED)
    after.turn()
    assert "killed 3 workers" in after.store.result(run.id, 0).error.evalue


def test_a_cancel_that_was_on_its_way_is_finished() -> None:
    before = House()
    run = before.submit(a_run(3))
    before.workers(1)
    before.ask(wire.Cancel(1, run.id))
    after = House(before.store)
    after.controller.take_over()
    after.turn()
    assert after.store.status(run.id).state is RunState.CANCELLED
