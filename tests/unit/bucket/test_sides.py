"""Both sides of a run, step by step, while everything goes well."""

from __future__ import annotations

import pytest

from cellburst.bucket.held import Work
from cellburst.bucket.home_side import Heard, HomeEvent, HomeSide, Outcome
from cellburst.bucket.machine_side import MachineSide
from cellburst.errors import UsageError
from cellburst.model.machine import MachineState
from cellburst.model.outcome import LossReason, OutcomeKind, TaskResult
from cellburst.wire.fleet import TaskBack, TaskBegan
from cellburst.wire.worker import Streamed
from tests.unit.bucket.forging import OURS
from tests.unit.bucket.scene import Scene


def queued(scene: Scene, *indices: int) -> None:
    scene.home.enqueue(indices, [1] * len(indices))
    scene.home.step()


def opened(scene: Scene) -> MachineSide:
    machine = scene.machine()
    machine.open()
    return machine


def heard(home: HomeSide, scene: Scene) -> list[HomeEvent]:
    scene.time.now += 5
    return home.step() + home.step()


def result(work: Work, kind: OutcomeKind = OutcomeKind.SUCCEEDED) -> TaskResult:
    return TaskResult(work.index, work.generation, work.attempt, kind, 1.0, 2.0)


def test_what_a_machine_tells_is_heard_in_order() -> None:
    scene = Scene()
    queued(scene, 4)
    machine = opened(scene)
    machine.say(MachineState.RUNNING)
    (work,) = machine.take(5, 0)
    machine.began(work, "m2.0", 1.0)
    said = Streamed(OURS.run, 4, 1, 1, ({"output_type": "stream", "name": "stdout", "text": "x"},))
    machine.tell(said)
    machine.ended(work, result(work), "m2.0")
    assert machine.step().settled == ((4, 1),)
    events = heard(scene.home, scene)
    state, began, streamed, outcome = events
    assert isinstance(state, Heard)
    assert state.news.state is MachineState.RUNNING
    assert began == TaskBegan(OURS.run, 4, 1, 1, "m2.0", 1.0)
    assert streamed == said
    assert outcome == Outcome(result(work))
    assert scene.queue.depth() == (0, 0)


def test_a_task_that_is_handed_out_again_is_not_queued_twice() -> None:
    scene = Scene()
    queued(scene, 1, 2)
    queued(scene, 2, 3)
    other = scene.side(signer=scene.signer)
    other.enqueue([1, 2, 3], [1, 1, 1])
    other.step()
    assert scene.queue.depth() == (3, 0)


def test_a_cancelled_task_ends_so_and_is_interrupted() -> None:
    scene = Scene()
    queued(scene, 1, 2)
    machine = opened(scene)
    works = machine.take(10, 0)
    scene.home.cancel([(1, 1), (2, 1)])
    events = heard(scene.home, scene)
    assert {event.result.kind for event in events if isinstance(event, Outcome)} == {OutcomeKind.CANCELLED}
    scene.time.now += 20
    assert machine.step().cancel == ((1, 1), (2, 1))
    for work in works:
        machine.ended(work, result(work), "m2.0")  # it came too late
    machine.step()
    assert not [event for event in heard(scene.home, scene) if isinstance(event, Outcome)]


def test_what_ended_before_it_was_cancelled_stays_so() -> None:
    scene = Scene()
    queued(scene, 1)
    machine = opened(scene)
    (work,) = machine.take(10, 0)
    machine.ended(work, result(work), "m2.0")
    machine.step()
    scene.home.cancel([(1, 1)])
    (outcome,) = [event for event in heard(scene.home, scene) if isinstance(event, Outcome)]
    assert outcome.result.kind is OutcomeKind.SUCCEEDED


def test_a_lost_attempt_goes_back_and_is_counted() -> None:
    scene = Scene()
    queued(scene, 1)
    machine = opened(scene)
    (work,) = machine.take(10, 0)
    machine.began(work, "m2.0", 1.0)
    machine.lost(work, LossReason.EXITED, "exited with 1", "m2.0", 2.0)
    machine.step()
    (back,) = [event for event in heard(scene.home, scene) if isinstance(event, TaskBack)]
    assert (back.attempt, back.loss, back.message) == (1, LossReason.EXITED, "exited with 1")
    (again,) = machine.take(10, 0)
    assert again.attempt == 2


def test_out_of_memory_is_not_tried_again_where_there_is_no_more() -> None:
    scene = Scene()
    queued(scene, 1)
    machine = opened(scene)
    (work,) = machine.take(10, 0)
    machine.lost(work, LossReason.OUT_OF_MEMORY, "out of memory", "m2.0", 2.0)
    machine.step()
    (outcome,) = [event for event in heard(scene.home, scene) if isinstance(event, Outcome)]
    assert outcome.result.error is not None
    assert "--escalate" in outcome.result.error.evalue


def test_a_machine_that_is_taken_away_gives_everything_back() -> None:
    scene = Scene()
    queued(scene, 1, 2)
    machine = opened(scene)
    begun, _ = machine.take(10, 0)
    machine.began(begun, "m2.0", 1.0)
    machine.say(MachineState.ENDING, "the machine is being taken away", notice=100.0)
    assert machine.take(10, 0) == []
    machine.lost(begun, LossReason.RECLAIMED, "taken away", "m2.0", 2.0)
    assert machine.close()
    assert scene.queue.depth() == (2, 0)
    (news,) = [event.news for event in heard(scene.home, scene) if isinstance(event, Heard)]
    assert (news.notice, news.held) == (100.0, ())


def test_the_next_home_goes_on_where_the_last_one_was() -> None:
    scene = Scene()
    queued(scene, 1, 2)
    machine = opened(scene)
    for work in machine.take(10, 0):
        machine.ended(work, result(work), "m2.0")
    machine.step()
    told = [event for event in heard(scene.home, scene) if isinstance(event, Outcome)]
    assert len(told) == 2
    later = scene.side(signer=scene.signer)
    later.told([(1, 1)])
    (again,) = [event for event in heard(later, scene) if isinstance(event, Outcome)]
    assert again.result.index == 2


def test_from_elsewhere_a_run_is_read_and_not_changed() -> None:
    scene = Scene()
    queued(scene, 1)
    machine = opened(scene)
    (work,) = machine.take(10, 0)
    machine.ended(work, result(work), "m2.0")
    machine.step()
    reader = scene.side(signer=None, reader="another computer")
    (outcome,) = [event for event in heard(reader, scene) if isinstance(event, Outcome)]
    assert outcome.result == result(work)
    with pytest.raises(UsageError, match="started from elsewhere"):
        reader.cancel([(1, 1)])


def test_a_machine_ends_when_there_is_nothing_left() -> None:
    scene = Scene()
    machine = opened(scene)
    scene.time.now += 59
    assert not machine.step().end
    scene.time.now += 60
    assert machine.step().end == "there is nothing left to do"


def test_a_run_that_is_whole_is_noted_as_such() -> None:
    scene = Scene()
    queued(scene, *range(10))
    first, last = opened(scene), opened(scene)
    assert not first.note_end()
    assert scene.store.size(OURS.end) is None
    for work in last.take(10, 0):
        last.ended(work, result(work), "m2.0")
    last.step()
    assert last.note_end()
    assert scene.store.size(OURS.end) is not None
