"""What followers are told, and how seldom."""

from __future__ import annotations

from cellburst.controller.followers import INTERVAL, Followers
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import Counts, RunState, RunStatus
from cellburst.testing.clock import FakeClock
from cellburst.testing.loop import FakeLoop
from cellburst.wire import client as wire
from tests.unit.controller.house import FakeClient, House, a_run


def setting() -> tuple[FakeClock, FakeLoop, Followers, FakeClient]:
    clock = FakeClock()
    loop = FakeLoop(clock)
    newest = status(RunState.RUNNING, 100)
    client = FakeClient()
    followers = Followers(loop.later, clock.monotonic, lambda run: followers.moved(run, lambda: newest))
    followers.follow("r", client)
    return clock, loop, followers, client


def status(state: RunState, done: int) -> RunStatus:
    return RunStatus("r", state, Counts(succeeded=done))


def test_many_changes_are_one_message_and_the_newest_wins() -> None:
    _, loop, followers, client = setting()
    for done in range(100):
        result = TaskResult(done, 1, 1, OutcomeKind.SUCCEEDED, 0.0, 0.0)
        followers.ended("r", [result], single=False)
        followers.moved("r", lambda done=done: status(RunState.RUNNING, done + 1))  # type: ignore[misc]
    assert len(client.all(wire.Status)) == 1
    loop.advance(INTERVAL)
    assert len(client.all(wire.Status)) == 2
    ended = [index for message in client.all(wire.TasksChanged) for index in message.ended]
    assert ended == list(range(100))


def test_a_timer_in_the_middle_of_a_turn_tells_nothing_that_is_not_durable() -> None:
    house = House()
    run = house.submit(a_run(3))
    house.workers(1)
    house.backend.finish("w1")
    house.turn()
    house.backend.finish("w1")
    house.turn()  # told to wait for the end of the interval
    told = len(house.client.all(wire.Status))
    house.backend.finish("w1")  # the last one: it has ended in memory, and this turn is not over
    house.loop.advance(INTERVAL)
    assert len(house.client.all(wire.Status)) == told
    house.turn()
    assert house.client.last(wire.Status).status.state is RunState.SUCCEEDED
    assert house.store.status(run.id).state is RunState.SUCCEEDED


def test_the_end_is_told_at_once() -> None:
    _, _, followers, client = setting()
    followers.moved("r", lambda: status(RunState.RUNNING, 0))
    followers.moved("r", lambda: status(RunState.SUCCEEDED, 1))
    assert client.last(wire.Status).status.state is RunState.SUCCEEDED


def test_one_who_left_is_told_nothing() -> None:
    _, loop, followers, client = setting()
    followers.moved("r", lambda: status(RunState.RUNNING, 0))
    followers.moved("r", lambda: status(RunState.RUNNING, 1))
    followers.forget(client)
    heard = len(client.heard)
    loop.advance(1.0)
    assert len(client.heard) == heard
    assert "r" not in followers
