"""A controller as far as a pool can tell: starts it, talks to it over its socket, remembers what it said."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.paths import Folders
from cellburst.pool import launch
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from cellburst.wire.frames import Channel
from cellburst.wire.worker import Streamed
from tests.processes import gone

SCRIPTED = "tests.unit.pool.scripted:serve"
PATIENCE = 20.0
_ROOT = Path(__file__).parents[3]
_Message = TypeVar("_Message")


class Controller:
    """A connection of a controller. Messages stay in ``heard``, in order."""

    def __init__(self, folders: Folders, epoch: int = 1) -> None:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(PATIENCE)
        sock.connect(str(folders.pool_socket))
        self.channel: Channel[Any] = Channel(sock, wire.FromPool)
        self.heard: list[Any] = []
        self._seen = 0
        self.send(wire.Attach(epoch, "test"))

    def send(self, *messages: Any) -> None:
        self.channel.send(*messages)

    def receive(self) -> Any:
        """The next message; None at the end of the connection. Raises TimeoutError."""
        message = self.channel.receive()
        if message is not None:
            self.heard.append(message)
        return message

    def wait_for(self, kind: type[_Message], matching: Callable[[Any], bool] = lambda _: True) -> _Message:
        """The first message of this kind that no ``wait_for`` has given out or skipped before."""
        while True:
            while self._seen < len(self.heard):
                message = self.heard[self._seen]
                self._seen += 1
                if isinstance(message, kind) and matching(message):
                    return message
            if self.receive() is None:
                raise AssertionError(f"the pool left before it sent {kind.__name__}; it sent {self.heard}")

    def start_workers(self, count: int = 1) -> list[str]:
        self.send(wire.StartWorkers(count))
        return [self.wait_for(wire.WorkerStarted).worker for _ in range(count)]

    def define(self, *lines: str, run: str = "r", count: int = 1, timeout: float | None = None, **more: Any) -> None:
        payload = Payload("cell", Packed(), source="\n".join(lines), **more)
        self.send(wire.DefineRun(run, payload, count, 1, timeout))

    def assign(self, worker: str, *indices: int, run: str = "r", attempt: int = 1) -> None:
        self.send(wire.Assign(worker, run, indices, (1,) * len(indices), attempt))

    def run_lines(self, worker: str, *lines: str, run: str = "r", **more: Any) -> None:
        """Define a run and give the worker one task for each line."""
        self.define(*lines, run=run, count=len(lines), **more)
        self.assign(worker, *range(len(lines)), run=run)

    def results(self, count: int = 1, *, acknowledge: bool = True) -> list[TaskResult]:
        """Wait until so many outcomes have come."""
        found: list[TaskResult] = []
        while len(found) < count:
            message = self.wait_for(wire.Outcomes)
            found += message.results
            if acknowledge:
                self.send(wire.Acknowledge(message.serial))
        return found

    def value(self, worker: str, line: str, run: str = "value") -> Any:
        """What one task of this line returns."""
        self.run_lines(worker, line, run=run)
        (result,) = self.results()
        assert result.kind is OutcomeKind.SUCCEEDED
        return result.summary

    def output(self, index: int | None = None) -> list[dict[str, Any]]:
        """All stream records so far (of one task)."""
        messages = [m for m in self.heard if isinstance(m, Streamed) and index in (None, m.index)]
        return [record for message in messages for record in message.outputs]

    def leave(self) -> None:
        self.channel.close()


@contextmanager
def running_pool(folders: Folders, settings: Settings, worker: str = SCRIPTED, epoch: int = 1) -> Iterator[Controller]:
    """A pool with a controller; killed afterwards with everything below it."""
    start_pool(folders, settings, worker)
    found = launch.find(folders)
    assert found is not None
    controller = Controller(folders, epoch)
    controller.wait_for(wire.Attached)
    try:
        yield controller
    finally:
        controller.leave()
        kill_pool(found)


def start_pool(folders: Folders, settings: Settings, worker: str = SCRIPTED) -> None:
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_ROOT), before)))
    try:
        launch.start(folders, settings, worker)
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def kill_pool(pool: launch.PoolInfo) -> None:
    """End a pool as kindly as it lets us."""
    if not gone(pool.pid):
        os.kill(pool.pid, signal.SIGTERM)
        eventually(lambda: gone(pool.pid), "the pool did not end")


def eventually(condition: Callable[[], Any], what: str = "") -> Any:
    """Wait until ``condition`` is true; its value."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(what or "it did not happen")
        time.sleep(0.002)
    return found
