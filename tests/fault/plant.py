"""A real controller, pool and workers in folders of their own, spoken to as a client does."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cellburst._version import __version__
from cellburst.model.blob import Packed
from cellburst.model.ids import new_run_id
from cellburst.model.outcome import TaskResult
from cellburst.model.payload import Payload
from cellburst.model.run import ENDED, Run, RunOptions, RunStatus
from cellburst.model.sweep import SweepView
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel
from cellburst.wiring import open_reader


def cell_run(source: str, count: int = 1, *, key: str = "", names: dict[str, Any] | None = None, **options: Any) -> Run:
    """A run of ``count`` copies of a cell whose last expression is each task's value."""
    run = new_run_id(time.time())
    inputs = Packed(pickle.dumps(names or {}))
    payload = Payload("cell", inputs, source=source, cwd=os.getcwd(), path=tuple(sys.path))
    sweep = SweepView("copies", count)
    return Run(run, key or run, "test", "local", payload, sweep, RunOptions(**options), time.time(), code=source)


class Plant:
    """One environment. ``start`` gives a connected channel; ``stop`` leaves no process behind."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.data, self.runtime = folder / "data", folder / "run"
        self.folders = Folders.of(Settings(data_dir=str(self.data), runtime_dir=str(self.runtime)))
        self.environment = {**os.environ, "CELLBURST_WORKERS": "2", "CELLBURST_POOL_GRACE": "20", **environment}
        self.started: list[subprocess.Popen[bytes]] = []
        self._channels: list[Channel[Any]] = []

    def start(self, *before: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a controller and wait until it listens (or says that another one does).

        ``before`` are words of the command line before it, of a program that becomes it.
        """
        reading, writing = os.pipe()
        self.folders.create()
        with self.folders.log.open("ab") as log:
            process = subprocess.Popen(
                [
                    *before,
                    sys.executable,
                    "-m",
                    "cellburst.controller",
                    "--data",
                    str(self.data),
                    "--runtime",
                    str(self.runtime),
                    "--ready-fd",
                    str(writing),
                ],
                env={**self.environment, **environment},
                pass_fds=[writing],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        os.close(writing)
        with os.fdopen(reading, "rb") as ready:
            self.word = ready.readline().decode().strip()
        self.started.append(process)
        return process

    def connect(self) -> Channel[Any]:
        """A greeted connection."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(30)
        sock.connect(str(self.folders.controller_socket))
        channel: Channel[Any] = Channel(sock, wire.FromController)
        self._channels.append(channel)
        channel.send(wire.Hello(wire.PROTOCOL, __version__, os.getpid()))
        assert isinstance(channel.receive(), wire.Welcome)
        return channel

    def submit(self, channel: Channel[Any], run: Run) -> str:
        """Submit, follow; the id once it is durable."""
        channel.send(wire.Submit(1, run))
        while not isinstance(message := channel.receive(), wire.Done):
            assert not isinstance(message, wire.Refusal), message
            assert message is not None, "the controller is gone"
        return str(message.run)

    def finish(self, source: str, count: int = 1, **options: Any) -> list[TaskResult]:
        """Run copies of a cell to their end; their results."""
        channel = self.connect()
        run = self.submit(channel, cell_run(source, count, **options))
        self.wait(channel, run)
        return self.results(run)

    def follow(self, channel: Channel[Any], run: str) -> None:
        channel.send(wire.Follow(2, run))

    def wait(self, channel: Channel[Any], run: str) -> RunStatus:
        """Follow until the run has ended."""
        while (message := channel.receive()) is not None:
            if isinstance(message, wire.Status) and message.status.id == run and message.status.state in ENDED:
                return message.status
        raise AssertionError("the controller is gone")

    def wait_for(self, channel: Channel[Any], kind: type) -> Any:
        """The next message of a kind."""
        while (message := channel.receive()) is not None:
            if isinstance(message, kind):
                return message
        raise AssertionError("the controller is gone")

    def values(self, run: str) -> list[Any]:
        """The value of each task, None where there is none."""
        reader = open_reader(self.folders)
        try:
            return [_value(result) for result in reader.results(run)]
        finally:
            reader.close()

    def runs(self) -> list[str]:
        """The ids in the store, newest first."""
        reader = open_reader(self.folders)
        try:
            return [summary.id for summary in reader.runs()]
        finally:
            reader.close()

    def results(self, run: str) -> list[TaskResult]:
        reader = open_reader(self.folders)
        try:
            return list(reader.results(run))
        finally:
            reader.close()

    def pool_pid(self) -> int | None:
        try:
            return int(json.loads(self.folders.pool_file.read_text())["pid"])
        except (OSError, ValueError):
            return None

    def stop(self) -> None:
        """End what was started: by our own pids and the pool's file."""
        for channel in self._channels:
            channel.close()
        pool = self.pool_pid()
        for process in self.started:
            process.kill()
            process.wait()
        if pool is not None:
            try:
                os.kill(pool, signal.SIGKILL)
            except ProcessLookupError:
                pass


def _value(result: TaskResult) -> Any:
    if result.value is None:
        return None
    found = pickle.loads(result.value.body)
    return found[0] if isinstance(found, tuple) else found
