from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from cellburst.client.connecting.connection import Connection
from cellburst.client.following.follow import follow
from cellburst.errors import ControllerError, UnknownRunError
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import RunState
from cellburst.model.sweep import SweepView
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire import client as wire
from cellburst.wire.worker import Importing
from tests.unit.client.scripted import (
    RUN,
    Recorder,
    Scripted,
    Stored,
    done,
    make_run,
    refuse,
    result,
    status,
    stream,
)

Start = Callable[..., Scripted]
ENDED = status(RunState.SUCCEEDED, succeeded=1)
RUNNING = status(RunState.RUNNING, running=1)


class Instant:
    """A launch that is ready at once: the next scripted controller."""

    def __init__(self, start: Callable[[], object]) -> None:
        self._start = start

    def __call__(self, folders: Folders, settings: Settings) -> Instant:
        self._start()
        return self

    def wait(self, seconds: float) -> str:
        return "ready"


def talking(*messages: Any, then: Callable[[Scripted], None] | None = None) -> Any:
    """Answers a follow, and sends these."""

    def handle(controller: Scripted, channel: Any, message: Any) -> None:
        if isinstance(message, wire.Follow):
            done(channel, message)
            channel.send(*messages)
            if then is not None:
                then(controller)

    return handle


def out(text: str, attempt: int = 1, index: int = 0) -> wire.OutputArrived:
    return wire.OutputArrived(RUN, index, attempt, (stream(text),))


def test_everything_is_told_in_order(script: Start, connection: Connection, stored: Stored) -> None:
    ending = wire.TasksChanged(RUN, (0,), result(OutcomeKind.SUCCEEDED))
    progressed = wire.TaskProgressed(RUN, 0, 0.5, "half", {"loss": 1})
    script(talking(RUNNING, out("a"), progressed, out("b"), ending, ENDED))
    listener = Recorder()
    last = follow(RUN, listener, connection)
    assert last == ENDED.status
    assert [one.state for one in listener.statuses] == [RunState.RUNNING, RunState.SUCCEEDED]
    assert listener.text == "ab"
    assert listener.said == [(0, 0.5, "half", {"loss": 1})]
    assert listener.ended == [0]
    assert connection.kept_result(RUN) == ending.result


class Doing:
    """Notes what it is told of imports, and that it goes on when there is no news."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.heard: list[str] = []
        self.done = threading.Event()

    def begin(self) -> None:
        raise AssertionError("who waits begins, not who follows")

    def imports(self, modules: Sequence[str]) -> None:
        self.heard += modules

    @property
    def waits(self) -> bool:
        return len(self.did) < len(self.heard)

    def go_on(self) -> None:
        self.did.append(self.heard[len(self.did)])
        if len(self.did) == 2:
            self.done.set()


def test_what_a_cell_imports_is_done_when_there_is_no_news(
    script: Start, connection: Connection, stored: Stored
) -> None:
    doing, others = Doing(), Importing("1111111-bbbb", ("c",))

    def end(controller: Scripted, channel: Any, message: Any) -> None:
        if isinstance(message, wire.Follow):
            done(channel, message)
            channel.send(others, Importing(RUN, ("a", "b")), out("first"))
            assert doing.done.wait(20)
            channel.send(Importing(RUN, ("too late",)), ENDED)

    script(end)
    listener = Recorder()
    follow(RUN, listener, connection, meanwhile=doing)
    assert doing.did == ["a", "b"]
    assert doing.heard == ["a", "b", "too late"]
    assert listener.text == "first"


def test_news_of_other_runs_are_not_told(script: Start, connection: Connection, stored: Stored) -> None:
    other = "1111111-bbbb"
    strangers = [
        status(RunState.FAILED, other),
        wire.OutputArrived(other, 0, 1, (stream("x"),)),
        wire.TasksChanged(other, (0,)),
        wire.TaskProgressed(other, 0, 0.1, ""),
    ]
    script(talking(*strangers, ENDED))
    listener = Recorder()
    assert follow(RUN, listener, connection).state is RunState.SUCCEEDED
    assert (listener.text, listener.ended, listener.said) == ("", [], [])


def test_the_link_is_left_clean_for_the_next(script: Start, connection: Connection, stored: Stored) -> None:
    controller = script(talking(ENDED))
    follow(RUN, Recorder(), connection)
    follow(RUN, Recorder(), connection)
    assert len(controller.of(wire.Hello)) == 1
    assert wire.Unfollow(RUN) in controller.got


def test_an_unknown_run_is_an_error(script: Start, connection: Connection) -> None:
    script(lambda _, channel, message: refuse(channel, message, "UnknownRunError", "no such run"))
    with pytest.raises(UnknownRunError):
        follow(RUN, Recorder(), connection)


def test_it_ticks_while_nothing_happens(script: Start, folders: Folders, stored: Stored) -> None:
    connection = Connection(folders, Settings(live_interval=0.01), may_start=False)
    gate = threading.Event()

    def handle(controller: Scripted, channel: Any, message: Any) -> None:
        if isinstance(message, wire.Follow):
            done(channel, message)
            gate.wait(20)
            channel.send(ENDED)

    script(handle)
    listener = Recorder(at_tick=lambda: gate.set() if listener.ticks >= 3 else None)
    follow(RUN, listener, connection)
    connection.close()
    assert listener.ticks >= 3


def test_a_time_limit_leaves_the_run_alone(script: Start, connection: Connection, stored: Stored) -> None:
    controller = script(talking(RUNNING))
    with pytest.raises(TimeoutError, match="it goes on"):
        follow(RUN, Recorder(), connection, timeout=0.05)
    assert controller.of(wire.Cancel) == []


def test_until_the_first_status_only(script: Start, connection: Connection) -> None:
    script(talking(RUNNING))
    assert follow(RUN, Recorder(), connection, until_ended=False).state is RunState.RUNNING


def test_an_interrupt_comes_out_and_the_link_is_not_used_again(
    script: Start, connection: Connection, stored: Stored
) -> None:
    controller = script(talking(RUNNING, then=lambda _: os.kill(os.getpid(), signal.SIGINT)))
    with pytest.raises(KeyboardInterrupt):
        follow(RUN, Recorder(), connection)
    connection.link().close()
    assert len(controller.of(wire.Hello)) == 2


def test_what_a_listener_raises_comes_out(script: Start, connection: Connection) -> None:
    class Broken(Recorder):
        def status(self, status: Any) -> None:
            raise ZeroDivisionError

    script(talking(RUNNING))
    with pytest.raises(ZeroDivisionError):
        follow(RUN, Broken(), connection)


def test_a_new_controller_goes_on_and_no_output_is_shown_twice(script: Start, folders: Folders, stored: Stored) -> None:
    script(talking(RUNNING, out("one "), out("two "), then=Scripted.die))
    again = talking(
        RUNNING, out("one two th"), out("ree"), wire.TasksChanged(RUN, (0,), result(OutcomeKind.SUCCEEDED)), ENDED
    )
    connection = Connection(folders, Settings.load(), begin=Instant(lambda: script(again)))  # type: ignore[arg-type]
    listener = Recorder()
    assert follow(RUN, listener, connection).state is RunState.SUCCEEDED
    connection.close()
    assert listener.text == "one two three"


def test_a_run_that_ended_meanwhile_is_caught_up_from_the_store(
    script: Start, folders: Folders, stored: Stored
) -> None:
    stored.results_now[0] = result(OutcomeKind.SUCCEEDED)
    stored.outputs_now = [stream("one two three")]
    script(talking(RUNNING, out("one "), then=Scripted.die))
    begin: Any = Instant(lambda: script(talking(ENDED)))
    connection = Connection(folders, Settings.load(), begin=begin)
    listener = Recorder()
    follow(RUN, listener, connection)
    connection.close()
    assert listener.text == "one two three"
    assert listener.ended == [0]


def test_an_ended_run_is_told_whole(script: Start, connection: Connection, stored: Stored) -> None:
    stored.results_now[0] = result(OutcomeKind.SUCCEEDED, attempt=2)
    stored.outputs_now = [stream("all of it")]
    script(talking(ENDED))
    listener = Recorder()
    follow(RUN, listener, connection)
    assert listener.text == "all of it"


def test_an_ended_run_needs_no_controller(connection: Connection, stored: Stored) -> None:
    stored.status_now = ENDED.status
    stored.results_now[0] = result(OutcomeKind.SUCCEEDED)
    stored.outputs_now = [stream("all of it")]
    listener = Recorder()
    assert follow(RUN, listener, connection) == ENDED.status
    assert (listener.text, listener.ended, len(listener.statuses)) == ("all of it", [0], 1)


def test_tasks_that_ended_while_nobody_listened_are_told_once(script: Start, folders: Folders, stored: Stored) -> None:
    stored.whole = make_run(SweepView("copies", 4))
    stored.results_now = {index: result(OutcomeKind.SUCCEEDED, index) for index in range(3)}
    script(talking(RUNNING, wire.TasksChanged(RUN, (1,)), then=Scripted.die))
    begin: Any = Instant(lambda: script(talking(RUNNING, wire.TasksChanged(RUN, (3,)), ENDED)))
    connection = Connection(folders, Settings.load(), begin=begin)
    listener = Recorder()
    follow(RUN, listener, connection)
    connection.close()
    assert listener.ended == [1, 0, 2, 3]


def test_a_sweeps_live_output_is_never_taken_for_a_replay(script: Start, folders: Folders, stored: Stored) -> None:
    stored.whole = make_run(SweepView("copies", 1))
    script(talking(RUNNING, out("tick "), then=Scripted.die))
    begin: Any = Instant(lambda: script(talking(RUNNING, out("tick "), ENDED)))
    connection = Connection(folders, Settings.load(), begin=begin)
    listener = Recorder()
    follow(RUN, listener, connection)
    connection.close()
    assert listener.text == "tick tick "


def test_controllers_that_keep_dying_end_the_wait(
    script: Start, folders: Folders, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cellburst.client.following.follow.PATIENCE", 0.2)

    def dies(controller: Scripted, channel: Any, message: Any) -> None:
        controller.die()

    begin: Any = Instant(lambda: script(dies))
    connection = Connection(folders, Settings.load(), begin=begin)
    script(talking(RUNNING, then=Scripted.die))
    with pytest.raises(ControllerError, match="keeps ending"):
        follow(RUN, Recorder(), connection)
    connection.close()


def test_a_controller_that_dies_as_the_follow_begins_is_replaced(
    script: Start, folders: Folders, stored: Stored
) -> None:
    def dies(controller: Scripted, channel: Any, message: Any) -> None:
        controller.die()

    script(dies)
    begin: Any = Instant(lambda: script(talking(RUNNING, out("all of it"), ENDED)))
    connection = Connection(folders, Settings.load(), begin=begin)
    listener = Recorder()
    assert follow(RUN, listener, connection).state is RunState.SUCCEEDED
    connection.close()
    assert listener.text == "all of it"


def test_a_parked_link_is_followed_without_asking(script: Start, connection: Connection, stored: Stored) -> None:
    def handle(controller: Scripted, channel: Any, message: Any) -> None:
        if isinstance(message, wire.Submit):
            done(channel, message)
            channel.send(out("a"), wire.TasksChanged(RUN, (0,), result(OutcomeKind.SUCCEEDED)), ENDED)

    controller = script(handle)
    link = connection.link()
    link.request(wire.Submit(0, make_run()))
    connection.park(RUN, link)
    listener = Recorder()
    follow(RUN, listener, connection)
    assert listener.text == "a"
    assert controller.of(wire.Follow) == []


def test_the_end_of_a_plain_cell_costs_its_controller_no_further_message(
    script: Start, connection: Connection, stored: Stored
) -> None:
    def handle(controller: Scripted, channel: Any, message: Any) -> None:
        if isinstance(message, wire.Submit | wire.Ping):
            done(channel, message)
        if isinstance(message, wire.Submit):
            channel.send(wire.TasksChanged(RUN, (0,), result(OutcomeKind.SUCCEEDED)), ENDED)

    controller = script(handle)
    link = connection.link()
    link.request(wire.Submit(0, make_run()))
    connection.park(RUN, link)
    follow(RUN, Recorder(), connection)
    assert connection.link() is link
    assert controller.of(wire.Unfollow) == []
    link.request(wire.Ping(0))
    connection.give_back(link)
    assert [type(message) for message in controller.got[-2:]] == [wire.Unfollow, wire.Ping]


def test_only_one_link_is_parked(script: Start, connection: Connection) -> None:
    script(talking())
    first, second = connection.link(), connection.link()
    connection.park("0000000-aaaa", first)
    connection.park("0000000-bbbb", second)
    assert connection.unpark("0000000-aaaa") is None
    assert connection.unpark("0000000-bbbb") is second
    second.close()
