"""Runs whose tasks wait in a queue: handed over at once, believed once, taken over by the next controller."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from msgspec.structs import replace

from cellburst.model.machine import MachineState
from cellburst.model.outcome import OutcomeKind
from cellburst.model.plan import Offer, Plan
from cellburst.model.run import Counts, Run, RunState
from cellburst.testing.queue import FakeQueue
from cellburst.wire import client as wire
from tests.unit.controller.house import House, a_run

PLAN = Plan("ec2", "us-east-1", (Offer("m7i.large", "on-demand", 0.1),), machines=2, worst=0.4)


def a_cloud_run(count: int = 3, **options: Any) -> Run:
    return replace(a_run(count, **options), target="gpu", plan=PLAN)


class CloudHouse(House):
    """A house with a target ``gpu``, whose machines a test plays."""

    def __init__(self, store: Any = None, **settings: Any) -> None:
        super().__init__(store, **settings)
        self.queue = FakeQueue()
        self.controller.fleets.opener = lambda target: self.queue


@pytest.fixture
def house() -> CloudHouse:
    return CloudHouse()


def test_every_task_is_handed_over_at_once_and_none_to_a_local_worker(house: CloudHouse) -> None:
    house.workers(2)
    run = house.submit(a_cloud_run(5))
    assert house.queue.served == [run.id]
    assert house.queue.waiting == {(run.id, index): 1 for index in range(5)}
    assert house.status(run).counts == Counts(queued=5)
    assert house.status(run).state is RunState.QUEUED
    assert house.backend.started == 0


def test_tasks_run_and_end_as_the_machines_say(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(3))
    house.queue.began(run.id, 0)
    house.queue.began(run.id, 1, worker="m1.1")
    house.turn()
    assert (house.status(run).counts, house.status(run).state) == (Counts(queued=1, running=2), RunState.RUNNING)
    house.queue.end(run.id, 0)
    house.queue.end(run.id, 1, kind=OutcomeKind.FAILED)
    house.turn()
    assert house.status(run).counts == Counts(queued=1, succeeded=1, failed=1)
    house.queue.end(run.id, 2)
    house.turn()
    assert house.store.status(run.id).state is RunState.FAILED
    assert house.queue.finished == [run.id]
    assert house.queue.done == 3


def test_what_the_machines_try_again_is_on_record_and_not_decided_here(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(1, retries=0))
    house.queue.began(run.id, 0)
    house.queue.lose(run.id, 0)
    house.turn()
    assert house.status(run).counts == Counts(queued=1)
    house.queue.began(run.id, 0, attempt=2, worker="m2.0")
    house.queue.end(run.id, 0, attempt=2)
    house.turn()
    assert house.store.status(run.id).state is RunState.SUCCEEDED
    assert "reclaimed" in " ".join(line.message for line in house.store.timeline(run.id))


def test_what_was_lost_in_silence_is_on_record_though_its_task_goes_on(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(1))
    house.queue.began(run.id, 0)
    house.queue.began(run.id, 0, attempt=2, worker="m2.0")
    house.queue.lose(run.id, 0)
    house.turn()
    assert house.status(run).counts == Counts(running=1)
    house.queue.end(run.id, 0, attempt=2)
    house.queue.lose(run.id, 0, attempt=2)  # late, and false: there is an outcome
    house.turn()
    assert house.status(run).counts == Counts(succeeded=1)
    assert "attempt 1 on m1.0 ended" in " ".join(line.message for line in house.store.timeline(run.id))


def test_the_first_outcome_stands(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(2))
    house.queue.end(run.id, 0)
    house.queue.end(run.id, 0, kind=OutcomeKind.FAILED)
    house.queue.end(run.id, 0, 0)
    house.queue.end(run.id, 9)
    house.queue.end(run.id, 1, generation=2)
    house.turn()
    assert house.status(run).counts == Counts(queued=1, succeeded=1)
    assert house.queue.done == 5  # all are acknowledged, or they would be told for ever


def test_cancel_is_for_the_machines_to_settle(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(2))
    house.ask(wire.Cancel(2, run.id))
    assert house.queue.cancelled == [(run.id, ())]
    assert house.status(run).state is RunState.CANCELLING
    house.queue.end(run.id, 0)  # it was faster
    house.queue.end(run.id, 1, kind=OutcomeKind.CANCELLED)
    house.turn()
    assert house.store.status(run.id).state is RunState.CANCELLED
    assert house.store.status(run.id).counts == Counts(succeeded=1, cancelled=1)


def test_a_retry_is_a_new_generation(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(2))
    house.queue.end(run.id, 0)
    house.queue.end(run.id, 1, kind=OutcomeKind.FAILED)
    house.turn()
    house.ask(wire.Retry(3, run.id))
    assert house.queue.waiting == {(run.id, 1): 2}
    assert house.queue.served == [run.id, run.id]  # its machines had been ended
    house.queue.end(run.id, 1, generation=2)
    house.turn()
    assert house.store.status(run.id).state is RunState.SUCCEEDED


def test_a_retried_run_keeps_the_machines_that_it_has_paid_for(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(1))
    house.queue.machine(run.id, "m1", billed=house.clock.wall() - 1800)
    house.queue.end(run.id, 0, kind=OutcomeKind.FAILED)
    house.turn()
    house.queue.machine(run.id, "m1", MachineState.ENDED, billed=house.clock.wall() - 1800, ended=house.clock.wall())
    house.turn()
    house.ask(wire.Retry(3, run.id))
    assert house.queue.known == {run.id: ["m1"]}, "their names are taken, and what they cost counts"
    fleet = house.status(run).fleet
    assert fleet is not None
    assert fleet.cost == pytest.approx(0.5)


def test_machines_are_on_record_before_they_are_acknowledged_and_their_cost_is_shown(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(1))
    house.queue.machine(run.id, "m1", MachineState.REQUESTING)
    assert house.queue.done == 0
    house.turn()
    assert (house.queue.done, [machine.name for machine in house.store.machines(run.id)]) == (1, ["m1"])
    house.queue.machine(run.id, "m1", billed=house.clock.wall() - 1800)
    house.turn()
    fleet = house.status(run).fleet
    assert fleet is not None
    assert (fleet.states, fleet.rate, fleet.cost, fleet.limit) == ({"running": 1}, 1.0, pytest.approx(0.5), 0.4)


def test_a_controller_stays_until_the_last_machine_has_ended_and_its_run_cannot_be_deleted(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(1))
    house.queue.machine(run.id)
    house.queue.end(run.id, 0)
    house.turn()
    assert house.controller.busy
    refused = house.ask(wire.Delete(4, run.id))
    assert "cellburst ps" in refused.message
    house.queue.machine(run.id, state=MachineState.ENDED)
    house.turn()
    assert not house.controller.busy
    assert isinstance(house.ask(wire.Delete(5, run.id)), wire.Done)


def test_the_next_controller_goes_on(house: CloudHouse) -> None:
    run, other = house.submit(a_cloud_run(3)), house.submit(a_cloud_run(1))
    house.queue.machine(run.id)
    house.queue.machine(other.id, "m7")
    house.queue.began(run.id, 1)
    house.queue.end(run.id, 0)
    house.queue.end(other.id, 0)
    house.advance(1.0)
    after = CloudHouse(house.store)
    after.controller.take_over()
    after.turn()
    assert after.queue.adopted == [run.id]
    assert [machine.run for machine in after.queue.left] == [other.id]
    assert after.queue.waiting == {(run.id, 1): 1, (run.id, 2): 1}
    assert after.status(run).fleet is not None
    after.queue.began(run.id, 1)
    after.queue.end(run.id, 1, 2)
    after.turn()
    assert after.store.status(run.id).state is RunState.SUCCEEDED
    assert [result.attempt for result in after.store.results(run.id)] == [1, 1, 1]


@pytest.mark.parametrize("runs", [True, False])
def test_machines_that_are_left_in_a_made_up_cloud_are_looked_for_there_while_it_runs(
    house: CloudHouse, runs: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        plan = replace(PLAN, provider="fakecloud", endpoint=endpoint)
        run = house.submit(replace(a_cloud_run(1), plan=plan))
        house.queue.machine(run.id)
        house.queue.end(run.id, 0)
        house.advance(1.0)
        if not runs:
            server.close()
        after = CloudHouse(house.store)
        after.controller.take_over()
        after.turn()
    (machine,) = after.store.machines(run.id)
    assert machine.live is runs
    assert after.controller.busy is runs
    if runs:
        assert after.queue.reaching == {"AWS_ENDPOINT_URL": endpoint}
        after.controller.fleets.reach({"AWS_PROFILE": "work"})
        assert after.queue.reaching == {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL": endpoint}
    else:
        assert "was stopped" in machine.reason


def test_a_cancel_that_was_on_its_way_is_told_to_the_machines_again(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(2))
    house.ask(wire.Cancel(2, run.id))
    after = CloudHouse(house.store)
    after.controller.take_over()
    after.turn()
    assert after.queue.cancelled == [(run.id, ())]
    assert after.status(run).counts == Counts(queued=2)
    after.queue.end(run.id, 0, 1, kind=OutcomeKind.CANCELLED)
    after.turn()
    assert after.store.status(run.id).state is RunState.CANCELLED


def test_tasks_that_wait_for_their_turn_alone_say_so(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(4))
    assert "handed to machines" in house.status(run).reason
    house.queue.began(run.id, 0)
    house.queue.began(run.id, 1, worker="m1.1")
    assert house.status(run).reason == "its machine is busy with earlier tasks"
    house.queue.began(run.id, 2, worker="m2.0")
    assert house.status(run).reason == "its machines are busy with earlier tasks"
    house.queue.began(run.id, 3, worker="m2.1")
    assert house.status(run).reason == ""


def test_why_a_run_waits_is_what_its_machines_say(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(1))
    house.queue.listener.standing(run.id, "no g5.xlarge is to be had in us-east-1a; asked again in 20 s")
    house.turn()
    assert "g5.xlarge" in house.status(run).reason
    house.queue.listener.trouble("gpu", "these credentials have expired; `aws sso login`")
    house.turn()
    assert "sso login" in house.status(run).reason
    house.queue.listener.trouble("gpu", "")
    house.turn()
    assert "g5.xlarge" in house.status(run).reason


def test_a_result_is_fetched_from_where_the_run_left_it(house: CloudHouse) -> None:
    run, local = house.submit(a_cloud_run(2)), house.submit(a_run(1))
    house.queue.end(run.id, 0)
    house.turn()
    asked = len(house.client.all(wire.Done))
    house.ask(wire.Fetch(6, run.id, 0))
    assert house.queue.fetched == [(run.id, 0)]
    assert (len(house.client.all(wire.Done)), house.controller.fleets.busy) == (asked, True)
    house.queue.answers.pop()("")
    assert house.client.last(wire.Done) == wire.Done(6, run.id)
    house.ask(wire.Fetch(7, run.id, 0))
    house.queue.answers.pop()("the object has expired")
    assert house.client.last(wire.Refusal) == wire.Refusal(7, "BucketError", "the object has expired")
    assert "has not ended" in house.ask(wire.Fetch(8, run.id, 1)).message
    house.workers(1)
    house.finish_all()
    assert "no machines" in house.ask(wire.Fetch(9, local.id, 0)).message
    assert not house.controller.fleets.busy


def test_how_a_client_reaches_the_cloud_is_known_to_targets_that_are_opened_later(house: CloudHouse) -> None:
    house.controller.fleets.reach({"AWS_PROFILE": "work"})
    house.submit(a_cloud_run(1))
    assert house.queue.reaching == {"AWS_PROFILE": "work"}
    house.controller.fleets.reach({})
    house.controller.fleets.reach({"AWS_PROFILE": "other"})
    assert house.queue.reaching == {"AWS_PROFILE": "other"}


def test_a_retry_with_more_money_goes_on_by_another_plan(house: CloudHouse) -> None:
    run = house.submit(a_cloud_run(2))
    house.queue.end(run.id, 0)
    house.queue.end(run.id, 1, kind=OutcomeKind.FAILED)
    house.turn()
    more = replace(PLAN, worst=0.9, max_lifetime=9000.0)
    house.ask(wire.Retry(3, run.id, plan=more))
    assert house.controller.core.runs[run.id].run.plan == more
    assert house.store.run(run.id).plan == more
    assert house.queue.served == [run.id, run.id]
