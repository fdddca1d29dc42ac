"""An executor's threads against a controller that says exactly what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent import futures
from typing import Any

from cellburst.client.connecting.connection import Connection
from cellburst.client.executors.futures import Call, CallFuture
from cellburst.client.executors.queue import Calls
from cellburst.client.executors.run import CallRun
from cellburst.client.executors.threads import Sender
from cellburst.client.options.submission import SubmitOptions
from cellburst.errors import DamagedBlobError
from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import RunState
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel
from tests.unit.client.scripted import Scripted, Stored, done, refuse, result, status

Script = Callable[..., Scripted]


class Calling:
    """The threads, and what a test does with them."""

    def __init__(self, connection: Connection) -> None:
        self.calls = Calls()
        self.run = CallRun(connection, SubmitOptions(), "f", {})
        self.sender = Sender(self.calls, self.run, connection, quiet=True)

    def add(self, count: int = 1) -> list[CallFuture]:
        made = [CallFuture(self.calls.take_back) for _ in range(count)]
        for number, future in enumerate(made):
            self.calls.add(Call(future, "abs", abs, (number,), {}))
        return made

    def end(self) -> None:
        self.calls.close()
        self.sender.wait()


class Obeying:
    """Takes every run and part; the news are the test's to send."""

    def __init__(self) -> None:
        self.followed: Channel[Any] | None = None
        self.parts: list[wire.Extend] = []
        self.extended = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, controller: Scripted, channel: Channel[Any], message: Any) -> None:
        match message:
            case wire.Submit():
                self.run = message.run.id
                self.followed = channel
                done(channel, message, self.run)
            case wire.Follow():
                self.followed = channel
                done(channel, message, self.run)
            case wire.Extend():
                self.gate.wait(10)
                self.parts.append(message)
                done(channel, message, self.run, start=message.part.start)
                self.extended.release()
            case wire.Close():
                done(channel, message, self.run)
                self.tell(status(RunState.SUCCEEDED, self.run))
            case _:
                done(channel, message, self.run)

    def tell(self, *messages: Any) -> None:
        assert self.followed is not None
        self.followed.send(*messages)


def value(index: int) -> Any:
    import pickle

    return result(OutcomeKind.SUCCEEDED, index, value=Packed(pickle.dumps(index * 10)))


def test_what_comes_while_a_part_is_on_its_way_is_the_next_part(
    script: Script, connection: Connection, stored: Stored
) -> None:
    obeying = Obeying()
    script(obeying)
    calling = Calling(connection)
    obeying.gate.clear()
    calling.sender.start()
    made = calling.add()
    while calling.calls._waiting:  # the first one leaves alone
        threading.Event().wait(0.001)
    made += calling.add(500)
    obeying.gate.set()
    assert obeying.extended.acquire(timeout=10)
    assert obeying.extended.acquire(timeout=10)
    assert [part.part.start for part in obeying.parts] == [0, 1]
    assert [len(part.part.given) for part in obeying.parts] == [1, 500]
    assert obeying.parts[1].part.view.params(499) == {"call": "abs"}
    stored.results_now = {index: value(index) for index in range(501)}
    obeying.tell(wire.TasksChanged(obeying.run, tuple(range(501))))
    assert [future.result(10) for future in made] == [10 * n for n in range(501)]
    calling.end()
    assert len(obeying.parts) == 2


def test_a_result_that_comes_with_the_news_is_not_read_again(
    script: Script, connection: Connection, stored: Stored
) -> None:
    obeying = Obeying()
    script(obeying)
    calling = Calling(connection)
    calling.sender.start()
    (future,) = calling.add()
    assert obeying.extended.acquire(timeout=10)
    obeying.tell(wire.TasksBegan(obeying.run, (0,)))
    obeying.tell(wire.TasksChanged(obeying.run, (0,), value(0)))
    assert future.result(10) == 0
    calling.end()


def test_the_next_controller_is_followed_and_the_store_says_what_was_missed(
    script: Script, connection: Connection, stored: Stored
) -> None:
    first, second = Obeying(), Obeying()
    one = script(first)
    calling = Calling(connection)
    calling.sender.start()
    made = calling.add(3)
    assert first.extended.acquire(timeout=10)
    stored.results_now = {0: value(0)}
    second.run = first.run
    two = script(second)
    one.cut()
    assert made[0].result(10) == 0
    stored.results_now[2] = value(2)
    second.tell(wire.TasksChanged(first.run, (2,)))
    assert made[2].result(10) == 20
    made[1].cancel()
    stored.results_now[1] = result(OutcomeKind.CANCELLED, 1)
    while not two.of(wire.Cancel):
        threading.Event().wait(0.001)
    assert two.of(wire.Cancel)[0].indices == (1,)
    second.tell(wire.TasksChanged(first.run, (1,)))
    calling.end()
    assert two.of(wire.Close)


def test_without_any_controller_all_futures_are_broken(script: Script, connection: Connection, stored: Stored) -> None:
    obeying = Obeying()
    one = script(obeying)
    calling = Calling(connection)
    calling.sender.start()
    made = calling.add(3)
    assert obeying.extended.acquire(timeout=10)
    one.stop()  # and `connection` starts none
    for future in made:
        assert isinstance(future.exception(10), futures.process.BrokenProcessPool)
    calling.end()


def test_a_part_that_is_refused_breaks_the_executor(script: Script, connection: Connection, stored: Stored) -> None:
    obeying = Obeying()

    def closed(controller: Scripted, channel: Channel[Any], message: Any) -> None:
        if isinstance(message, wire.Extend):
            refuse(channel, message, "UsageError", "the run was closed")
        else:
            obeying(controller, channel, message)

    script(closed)
    calling = Calling(connection)
    calling.sender.start()
    (future,) = calling.add()
    assert "the run was closed" in str(future.exception(10))
    calling.end()


def test_another_connection_of_our_own_may_still_hold_the_run(
    script: Script, connection: Connection, stored: Stored
) -> None:
    obeying = Obeying()
    refused: list[Any] = []

    def once(controller: Scripted, channel: Channel[Any], message: Any) -> None:
        if isinstance(message, wire.Hold) and not refused:
            refused.append(message)
            refuse(channel, message, "UsageError", "somebody holds it")
        else:
            obeying(controller, channel, message)

    script(once)
    calling = Calling(connection)
    calling.sender.start()
    calling.add()
    assert obeying.extended.acquire(timeout=10)
    assert refused
    obeying.tell(wire.TasksChanged(obeying.run, (0,), value(0)))
    calling.end()


def test_a_part_is_not_made_larger_than_is_good(script: Script, connection: Connection, stored: Stored) -> None:
    obeying = Obeying()
    script(obeying)
    calling = Calling(connection)
    made = [CallFuture(calling.calls.take_back) for _ in range(700)]
    for future in made:
        calling.calls.add(Call(future, "len", len, (b"x" * 50_000,), {}))
    calling.sender.start()
    assert obeying.extended.acquire(timeout=10)
    assert obeying.extended.acquire(timeout=10)
    assert obeying.extended.acquire(timeout=10)
    sizes = [len(part.part.given) for part in obeying.parts]
    assert sum(sizes) == 700
    assert max(sizes) < 400
    stored.results_now = {index: value(index) for index in range(700)}
    obeying.tell(wire.TasksChanged(obeying.run, tuple(range(700))))
    assert [future.result(10) for future in made] == [10 * n for n in range(700)]
    calling.end()


def test_a_damaged_record_is_that_calls_own_error(script: Script, connection: Connection, stored: Stored) -> None:
    obeying = Obeying()
    script(obeying)
    calling = Calling(connection)
    calling.sender.start()
    made = calling.add(5)
    assert obeying.extended.acquire(timeout=10)
    stored.results_now = {index: value(index) for index in range(5)}
    whole = stored.results

    def results(run: str, indices: Any = None) -> Any:
        for found in whole(run, indices):
            if found.index == 2:
                raise DamagedBlobError("torn")
            yield found

    stored.results = results  # type: ignore[method-assign]
    obeying.tell(wire.TasksChanged(obeying.run, tuple(range(5))))
    assert [future.result(10) for future in made if future is not made[2]] == [0, 10, 30, 40]
    assert isinstance(made[2].exception(10), DamagedBlobError)
    calling.end()
