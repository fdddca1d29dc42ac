"""When a controller that nobody needs ends itself."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cellburst.abc import HasFileno
from cellburst.controller.housekeeping import Housekeeping
from cellburst.controller.sessions import Sessions
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.testing.loop import FakeLoop
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel
from cellburst.wire.waiting import readable
from tests.unit.controller.house import House, a_run
from tests.unit.controller.test_growing import calls_run

IDLE = 100.0
ROUND = 15.0  # seconds between two looks at most


class WatchingLoop(FakeLoop):
    """Serves what can be read when a test says so."""

    def __init__(self, house: House) -> None:
        super().__init__(house.clock)
        self._watched: dict[HasFileno, Callable[[], None]] = {}

    def watch(self, source: HasFileno, readable: Callable[[], None]) -> None:
        self._watched[source] = readable

    def unwatch(self, source: HasFileno) -> None:
        del self._watched[source]

    def serve(self) -> None:
        while due := [call for source, call in list(self._watched.items()) if readable(source, 0.0)]:
            for call in due:
                call()


class Place:
    """A controller with a door; ``say`` is a client that has connected."""

    def __init__(self, folder: Path) -> None:
        self.house = House(idle_exit=IDLE)
        self.loop = WatchingLoop(self.house)
        folders = Folders(folder, folder, "e")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(folders.controller_socket))
        listener.listen()
        welcome = wire.Welcome(wire.PROTOCOL, "0", 1, "", 1, 2)
        self.sessions = Sessions(listener, self.loop, self.house.controller, welcome)
        Housekeeping(self.house.controller, self.sessions, self.loop, folders).start()
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(str(folders.controller_socket))
        self._channel: Channel[Any] = Channel(sock, wire.FromController)
        self.say(wire.Hello(wire.PROTOCOL, "0", 1))

    def say(self, *messages: Any) -> None:
        self.tell(*messages)
        self.sessions.flush()

    def tell(self, *messages: Any) -> None:
        """What is answered waits for ``flush``."""
        self._channel.send(*messages)
        self.loop.serve()
        self.house.turn()

    def answers(self) -> list[Any]:
        while readable(self._channel, 0.0):
            self._channel.feed()
        return list(self._channel.messages())

    def hang_up(self) -> None:
        self._channel.close()
        self.loop.serve()
        self.house.turn()

    def close(self) -> None:
        self.sessions.close()
        self._channel.close()


@pytest.fixture
def place(folders: Folders) -> Iterator[Place]:
    folders.runtime.mkdir()
    made = Place(folders.runtime)
    yield made
    made.close()


def test_one_who_only_looks_keeps_no_idle_controller(place: Place) -> None:
    run = a_run(number=1)
    for number in range(12):
        place.loop.advance(IDLE / 10)
        place.say(wire.Ping(number), wire.Explain(number, run.id), wire.Unfollow(run.id))
    assert place.house.stopped
    assert len(place.answers()) == 1 + 2 * 12, "each was answered"


def test_what_a_turn_has_for_a_client_leaves_at_its_end(place: Place) -> None:
    place.answers()
    place.tell(wire.Ping(1), wire.Ping(2))
    assert not place.answers()
    place.sessions.flush()
    assert [answer.request for answer in place.answers()] == [1, 2]


def test_one_who_asks_for_something_keeps_it(place: Place) -> None:
    run = a_run()
    place.say(wire.Submit(1, run, follow=False))
    place.house.workers(1)
    place.house.finish_all()
    for number in range(12):
        place.loop.advance(IDLE / 2)
        place.say(wire.Rename(number, run.id, f"name {number}"))
    assert not place.house.stopped
    place.loop.advance(IDLE + 2 * ROUND)
    assert place.house.stopped


def test_a_run_keeps_it_while_nobody_asks(place: Place) -> None:
    place.say(wire.Submit(1, a_run(kind="single")))
    place.house.workers(1)
    place.loop.advance(3 * IDLE)
    assert not place.house.stopped
    place.house.finish_all()
    place.loop.advance(IDLE + 2 * ROUND)
    assert place.house.stopped


def test_a_run_that_somebody_holds_open_keeps_it_until_the_connection_ends(place: Place) -> None:
    run = calls_run()
    place.say(wire.Submit(1, run), wire.Hold(2, run.id))
    place.loop.advance(3 * IDLE)
    place.house.advance(3 * IDLE)
    assert not place.house.stopped
    place.hang_up()
    assert place.house.store.status(run.id).state is RunState.SUCCEEDED
    place.loop.advance(IDLE + 2 * ROUND)
    assert place.house.stopped


def test_files_of_tasks_go_with_their_run(place: Place, folders: Folders) -> None:
    run = a_run()
    place.say(wire.Submit(1, run, follow=False))
    place.house.workers(1)
    left = Folders(folders.runtime, folders.runtime, "e").files
    for name in (run.id, "of-nobody"):
        (left / name / "0" / "checkpoint").mkdir(parents=True)
    place.loop.advance(2 * ROUND)
    assert [path.name for path in left.iterdir()] == [run.id]
    place.house.finish_all()
    place.say(wire.Delete(2, run.id))
    place.loop.advance(60.0 + 2 * ROUND)
    assert list(left.iterdir()) == []
