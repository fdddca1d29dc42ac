"""Who is looked for, when, and how often."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from cellburst.model.run import Counts, RunState, RunStatus
from cellburst.model.stored import Standing
from cellburst.server import watcher as watching
from cellburst.server.journal import Journal
from cellburst.server.schemas.changes import RunsChanged
from cellburst.server.watcher import Watcher


class World:
    """Standings that a test moves, and who heard of it."""

    def __init__(self) -> None:
        self.counter = 0
        self.looks = 0
        self.closed = threading.Event()
        self.looked = threading.Semaphore(0)
        self.told: list[tuple[float, RunsChanged]] = []
        self.heard = threading.Semaphore(0)
        self.always = False
        self.error: Exception | None = None
        self._seen = -1

    def look(self) -> dict[str, Standing] | None:
        self.looks += 1
        self.looked.release()
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        if self.always:
            self.counter += 1
        if self.counter == self._seen:
            return None
        self._seen = self.counter
        return {"a": Standing("", RunStatus("a", RunState.RUNNING, Counts(succeeded=self.counter)))}

    def close(self) -> None:
        self.closed.set()

    def tell(self, changes: RunsChanged) -> None:
        self.told.append((time.monotonic(), changes))
        self.heard.release()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def watcher(world: World) -> Iterator[Watcher]:
    found = Watcher(world, world.tell, journal=Journal(1000))  # type: ignore[arg-type]
    yield found
    found.close()


def test_nothing_is_looked_at_before_somebody_asks(watcher: Watcher, world: World) -> None:
    assert not watcher.watching
    assert world.looks == 0


def test_what_is_there_at_first_is_no_news(watcher: Watcher, world: World) -> None:
    assert watcher.changes(1000) == RunsChanged(1000, [], False)
    assert watcher.watching


def test_a_change_is_told_and_numbered(watcher: Watcher, world: World) -> None:
    watcher.changes(0)
    world.counter = 7
    assert world.heard.acquire(timeout=10)
    assert [(told.sequence, told.changes[0].counts.succeeded) for _, told in world.told] == [(1001, 7)]
    assert watcher.changes(1000).changes == world.told[0][1].changes


def test_runs_that_change_all_the_time_are_told_four_times_a_second(watcher: Watcher, world: World) -> None:
    watcher.changes(0)
    world.always = True
    for _ in range(5):
        assert world.heard.acquire(timeout=10)
    times = [at for at, _ in world.told]
    assert all(later - earlier > 0.245 for earlier, later in itertools.pairwise(times))


def test_a_look_that_takes_long_is_followed_by_a_longer_pause(world: World) -> None:
    """So that a store of very many runs takes a fifth of one core at most."""
    ticks = iter(range(0, 1000, 1))  # each reading of this clock is a second later
    watcher = Watcher(world, world.tell, now=lambda: float(next(ticks)))  # type: ignore[arg-type]
    assert watcher._look() == watching._SHARE * 1.0


def test_when_nobody_has_asked_for_a_while_nobody_looks(
    watcher: Watcher, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LEASE", 0.3)
    watcher.changes(0)
    thread = watcher._thread
    assert thread is not None
    assert world.closed.wait(10)  # every file is let go of
    thread.join(10)
    assert not watcher.watching
    looks = world.looks
    world.counter += 1
    assert watcher.changes(1000).changes[0].counts.succeeded == 1  # what happened meanwhile is news, once
    assert world.looks == looks + 1
    assert len(world.told) == 1


def test_asking_again_goes_on_listening(watcher: Watcher, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "LEASE", 1.0)
    begin = time.monotonic()
    while time.monotonic() - begin < 1.5:
        watcher.changes(0)
        assert world.looked.acquire(timeout=10)
    assert not world.closed.is_set()


def test_an_error_ends_nothing(watcher: Watcher, world: World, caplog: pytest.LogCaptureFixture) -> None:
    watcher.changes(0)
    world.error = RuntimeError("a bug")
    while world.error is not None:
        assert world.looked.acquire(timeout=10)
    world.counter += 1
    assert world.heard.acquire(timeout=10)
    assert "could not look" in caplog.text


def test_after_the_end_nobody_looks(watcher: Watcher, world: World) -> None:
    watcher.changes(0)
    watcher.close()
    looks = world.looks
    assert watcher.changes(0).resync
    assert not watcher.watching
    assert world.looks == looks
    assert world.closed.is_set()


def test_many_ask_at_once_and_one_thread_looks(watcher: Watcher, world: World) -> None:
    threads = [threading.Thread(target=watcher.changes, args=(0,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sum(thread.name == "cellburst-watcher" for thread in threading.enumerate()) == 1


def test_a_clock_that_is_put_back_changes_nothing(
    watcher: Watcher, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher.changes(0)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    world.counter += 1
    assert world.heard.acquire(timeout=10)
    assert watcher.changes(1000).sequence == 1001
