"""A real worker process at the other end of a socket pair, driven with the messages of wire/worker.py."""

from __future__ import annotations

import itertools
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.model.report import Report
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings
from cellburst.wire.board import SIZE, Board, Executing
from cellburst.wire.frames import Channel
from cellburst.wire.worker import Finished, FromWorker, LoadRun, Progressed, Ready, Reported, RunTasks, Streamed

DEADLINE = 30.0
BOOT = """
import mmap, os, socket, sys
from pathlib import Path
from cellburst.settings import Settings
from cellburst.wire.board import SIZE, Board, Executing
from cellburst.worker.main import serve
page = mmap.mmap(int(sys.argv[2]), 4096)
serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[3]), Settings.load(), board=page)
"""
_numbers = itertools.count()
Namespace = dict[str, Any]


def notebook(source: str) -> Namespace:
    """The variables of a notebook in which ``source`` was executed."""
    namespace: Namespace = {"__name__": "__main__"}
    exec(compile(source, "<notebook>", "exec", dont_inherit=True), namespace)
    return namespace


def _plain_environment() -> dict[str, str]:
    """Without folders of whatever test is going on: the worker outlives it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CELLBURST_")}


def _shipped(namespace: Namespace | None) -> Namespace:
    return {name: value for name, value in (namespace or {}).items() if not name.startswith("__")}


@dataclass
class Ended:
    """Everything that came of one message of tasks."""

    results: list[TaskResult] = field(default_factory=list)
    streamed: list[Streamed] = field(default_factory=list)
    progressed: list[Progressed] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)
    groups: int = 0

    @property
    def result(self) -> TaskResult:
        (only,) = self.results
        return only

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """All records in order, streamed or not; neighbouring text joined."""
        joined: list[dict[str, Any]] = []
        records = [record for message in self.streamed for record in message.outputs]
        for record in [*records, *(record for result in self.results for record in result.outputs)]:
            last = joined[-1] if joined else {}
            if record["output_type"] == "stream" == last.get("output_type") and record["name"] == last["name"]:
                joined[-1] = {**last, "text": last["text"] + record["text"]}
            else:
                joined.append(record)
        return joined

    @property
    def reports(self) -> list[Report]:
        """All reports, in the order in which they came."""
        return [report for message in self.reported for report in message.reports]

    def text(self, name: str = "stdout") -> str:
        return "".join(record["text"] for record in self.outputs if record.get("name") == name)

    def shown(self, kind: str) -> list[dict[str, Any]]:
        return [record for record in self.outputs if record["output_type"] == kind]


class _RawReader(threading.Thread):
    """Reads a pipe to its end, as the pool does."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(daemon=True)
        self._descriptor = descriptor
        self._read = ""
        self._more = threading.Condition()
        self.start()

    def run(self) -> None:
        with open(self._descriptor, "rb", buffering=0) as pipe:
            while data := pipe.read(1 << 16):
                with self._more:
                    self._read += data.decode(errors="replace")
                    self._more.notify_all()

    def read_until(self, text: str) -> str:
        with self._more:
            assert self._more.wait_for(lambda: text in self._read, DEADLINE), self._read
            found, self._read = self._read, ""
            return found


class WorkerProcess:
    """A worker; ``run`` executes code in it and waits."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.folder = home / "blobs"
        self.folder.mkdir(exist_ok=True)
        self.blobs = BlobFolder(self.folder)
        ours, theirs = socket.socketpair()
        self.channel: Channel[FromWorker] = Channel(ours, FromWorker)
        with tempfile.TemporaryFile() as page:
            page.truncate(SIZE)
            self.board = Board(mmap.mmap(page.fileno(), SIZE))
            pipes = {"stdout": os.pipe(), "stderr": os.pipe()}
            variables = {f"CELLBURST_{name.upper()}": str(value) for name, value in settings.items()}
            self.process = subprocess.Popen(
                [sys.executable, "-c", BOOT, str(theirs.fileno()), str(page.fileno()), self.folder],
                stdin=subprocess.DEVNULL,
                stdout=pipes["stdout"][1],
                stderr=pipes["stderr"][1],
                pass_fds=(theirs.fileno(), page.fileno()),
                env={**_plain_environment(), **variables, **(environment or {})},
                start_new_session=True,
            )
        theirs.close()
        for _, write in pipes.values():
            os.close(write)
        self._pipes = {name: _RawReader(read) for name, (read, _) in pipes.items()}
        ready = self.receive()
        assert isinstance(ready, Ready), self.raw("stderr")
        assert ready.pid == self.process.pid

    def receive(self, timeout: float = DEADLINE) -> FromWorker | None:
        """The next message; None at the end of the stream."""
        self.channel.sock.settimeout(timeout)
        return self.channel.receive()

    def raw(self, name: str, text: str = "") -> str:
        """What was written to a raw descriptor since the last time, waiting until ``text`` is among it."""
        return self._pipes[name].read_until(text)

    def pack(self, value: object, namespace: Namespace | None = None) -> Packed:
        return pack(value, self.blobs, self.settings, namespace=namespace)

    def load(
        self,
        source: str = "",
        inputs: Namespace | None = None,
        *,
        call: tuple[Any, ...] | None = None,
        sweep: Any = None,
        seed: int = 0,
        **fields: Any,
    ) -> str:
        """Send a run of a cell, or of ``call``, with one task or as many as its sweep has; its id.

        ``inputs`` is also the namespace that functions are bound to; those of a call carry what they use.
        """
        run = f"run{next(_numbers)}"
        namespace = {} if call is None and inputs is None else inputs
        payload = Payload(
            kind="cell" if call is None else "function",
            inputs=self.pack(_shipped(inputs) if call is None else call, namespace),
            source=source,
            sweep=None if sweep is None else self.pack(sweep, namespace),
            **fields,
        )
        self.channel.send(LoadRun(run, payload, 1 if sweep is None else len(sweep), seed))
        return run

    def start(
        self, run: str, *indices: int, generation: int = 1, attempt: int = 1, given: tuple[Packed, ...] = ()
    ) -> None:
        indices = indices or (0,)
        self.channel.send(RunTasks(run, indices, (generation,) * len(indices), attempt, given))

    def finish(self, until: Callable[[Ended], bool] | None = None) -> Ended:
        """Gather messages until the worker is idle, or ``until`` says so."""
        ended = Ended()
        while True:
            message = self.receive()
            assert message is not None, f"the worker is gone: {self.raw('stderr')}"
            match message:
                case Finished():
                    ended.results += message.results
                    ended.groups += 1
                    if message.idle and until is None:
                        return ended
                case Streamed():
                    ended.streamed.append(message)
                case Progressed():
                    ended.progressed.append(message)
                case Reported():
                    ended.reported.append(message)
            if until is not None and until(ended):
                return ended

    def run(self, source: str = "", inputs: Namespace | None = None, **fields: Any) -> Ended:
        """A whole run of one cell."""
        sweep = fields.get("sweep")
        run = self.load(source, inputs, **fields)
        self.start(run, *range(1 if sweep is None else len(sweep)))
        return self.finish()

    def value(self, result: TaskResult) -> Any:
        assert result.kind is OutcomeKind.SUCCEEDED, result
        assert result.value is not None, result.note
        return unpack(result.value, self.blobs, namespace={})

    def interrupt(self) -> None:
        os.kill(self.process.pid, signal.SIGINT)

    def wait_until_executing(self) -> Executing:
        """What the board says once it says something."""
        deadline = time.monotonic() + DEADLINE
        while (found := self.board.executing()) is None:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        return found

    def wait_for_death(self) -> int:
        """The exit status, as Popen has it."""
        return self.process.wait(DEADLINE)

    def close(self) -> None:
        self.channel.close()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            for reader in self._pipes.values():
                reader.join(DEADLINE)
