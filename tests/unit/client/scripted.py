"""A controller that says exactly what a test wants, over a real socket, in a thread of the test."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cellburst.errors import UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.outcome import TaskResult
from cellburst.model.payload import Payload
from cellburst.model.run import Counts, Run, RunOptions, RunState, RunStatus
from cellburst.model.stored import TaskRow
from cellburst.model.sweep import SweepView
from cellburst.paths import Folders
from cellburst.processes import boot_id, start_time
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel

RUN = "0000000-aaaa"
Handle = Callable[["Scripted", Channel[Any], Any], None]


class Scripted:
    """Answers ``Hello`` with ``welcome`` and hands every other message to ``handle``."""

    def __init__(
        self, folders: Folders, handle: Handle, *, protocol: int = wire.PROTOCOL, pid: int | None = None
    ) -> None:
        self.folders = folders
        self.got: list[Any] = []
        self.welcome: Any = wire.Welcome(protocol, "0.0.1", os.getpid(), str(folders.store), 1, 2)
        self._handle = handle
        self._channels: list[Channel[Any]] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        folders.create()
        folders.controller_socket.unlink(missing_ok=True)
        self._listener.bind(str(folders.controller_socket))
        self._listener.listen()
        write_state(folders, pid or os.getpid(), protocol)
        self._spawn(self._accept)

    def die(self) -> None:
        """As after kill -9: every socket closes, the state file stays and names nobody."""
        write_state(self.folders, os.getpid(), wire.PROTOCOL, start=1)
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Close every connection that there is; another controller may have come meanwhile."""
        for channel in self._channels:
            try:
                channel.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def stop(self) -> None:
        """Die, and wait for every thread."""
        self.die()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(10)

    def of(self, kind: type) -> list[Any]:
        """The messages of one kind that came."""
        return [message for message in self.got if isinstance(message, kind)]

    def _spawn(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            channel: Channel[Any] = Channel(sock, wire.ToController)
            self._channels.append(channel)
            self._spawn(self._serve, channel)

    def _serve(self, channel: Channel[Any]) -> None:
        with channel.sock:
            try:
                while (message := channel.receive()) is not None:
                    self.got.append(message)
                    if isinstance(message, wire.Hello):
                        channel.send(self.welcome)
                    else:
                        self._handle(self, channel, message)
            except OSError:
                return


def write_state(folders: Folders, pid: int, protocol: int, start: int | None = None) -> None:
    """The state file of a controller; ``start`` 1 is nobody's start time."""
    facts = {
        "socket": str(folders.controller_socket),
        "pid": pid,
        "start_time": start if start is not None else start_time(pid),
        "boot_id": boot_id(),
        "version": "0.0.1",
        "protocol": protocol,
        "epoch": 1,
        "store": str(folders.store),
    }
    beside = folders.controller_file.with_suffix(".new")
    beside.write_text(json.dumps(facts))
    beside.replace(folders.controller_file)


def status(state: RunState, run: str = RUN, **counts: int) -> wire.Status:
    return wire.Status(RunStatus(run, state, Counts(**counts)))


def stream(text: str, name: str = "stdout", **more: Any) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text, **more}


class Recorder:
    """A listener that keeps what it hears, and may do something at a tick or a status."""

    def __init__(self, at_tick: Callable[[], None] | None = None) -> None:
        self.statuses: list[RunStatus] = []
        self.printed: list[dict[str, Any]] = []
        self.ended: list[int] = []
        self.said: list[tuple[Any, ...]] = []
        self.ticks = 0
        self._at_tick = at_tick

    @property
    def text(self) -> str:
        return "".join(record.get("text", "") for record in self.printed)

    def status(self, status: RunStatus) -> None:
        self.statuses.append(status)

    def outputs(self, index: int, attempt: int, outputs: list[dict[str, Any]]) -> None:
        self.printed += outputs

    def progress(self, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        self.said.append((index, fraction, text, metrics))

    def ended_tasks(self, indices: Any) -> None:
        self.ended += indices

    def tick(self) -> None:
        self.ticks += 1
        if self._at_tick is not None:
            self._at_tick()


def refuse(channel: Channel[Any], message: Any, error: str, text: str) -> None:
    channel.send(wire.Refusal(message.request, error, text))


def done(channel: Channel[Any], message: Any, run: str = RUN, **data: Any) -> None:
    channel.send(wire.Done(message.request, run, data))


def result(kind: Any, index: int = 0, **more: Any) -> TaskResult:
    return TaskResult(index, 1, more.pop("attempt", 1), kind, 0.0, 0.1, **more)


class Stored:
    """As much of a RunReader as following needs; filled by the test."""

    def __init__(self, run: Run) -> None:
        self.whole = run
        self.status_now: RunStatus | None = None
        self.results_now: dict[int, TaskResult] = {}
        self.outputs_now: list[dict[str, Any]] = []

    def run(self, run: str) -> Run:
        return self.whole

    def status(self, run: str) -> RunStatus:
        if self.status_now is None:
            raise UnknownRunError
        return self.status_now

    def tasks(self, run: str, start: int = 0, stop: int | None = None) -> Iterator[TaskRow]:
        for index in range(self.whole.count)[start:stop]:
            found = self.results_now.get(index)
            params = self.whole.sweep.params(index)
            if found is None:
                yield TaskRow(index, "queued", params)
                continue
            error = f"{found.error.ename}: {found.error.evalue}" if found.error else ""
            yield TaskRow(
                index, found.kind.value, params, seconds=found.seconds, attempt=found.attempt, summary=found.summary,
                error=error, note=found.note, metrics=found.metrics,
            )  # fmt: skip

    def result(self, run: str, index: int) -> TaskResult | None:
        return self.results_now.get(index)

    def results(self, run: str, indices: Iterable[int] | None = None) -> Iterator[TaskResult]:
        for index in range(self.whole.count) if indices is None else indices:
            if index in self.results_now:
                yield self.results_now[index]

    def outputs(self, run: str, index: int, attempt: int | None = None) -> list[dict[str, Any]]:
        return self.outputs_now

    def close(self) -> None: ...


SINGLE = SweepView("single", 1)


def make_run(view: SweepView = SINGLE, run: str = RUN, **more: Any) -> Run:
    payload = more.pop("payload", Payload("cell", Packed(), collect="value"))
    return Run(run, "key", "", "local", payload, view, RunOptions(**more.pop("options", {})), 0.0, **more)
