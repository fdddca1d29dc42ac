"""A run in a bucket and a queue in memory, its home, and agents of machines of it in this process, with real pools."""

from __future__ import annotations

import os
import pickle
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cellburst.abc import Delivery, ObjectStore, TaskQueue
from cellburst.agent.opening import Opened
from cellburst.agent.process import Process
from cellburst.bucket.home_side import HomeEvent, HomeSide, Outcome
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.machine_side import MachineSide, Me
from cellburst.bucket.memory import Bucket, MemoryQueue, MemoryStore, Messages, Weather
from cellburst.bucket.records import MachineRecord, RunRecord
from cellburst.bucket.signing import KeyPair
from cellburst.bucket.transfers import Transfers
from cellburst.bucket.trusting import Prove
from cellburst.controller.clock import SystemClock
from cellburst.model.agent import AgentConfig
from cellburst.model.blob import Packed
from cellburst.model.outcome import TaskResult
from cellburst.model.payload import Payload
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from tests.processes import kept_signals

_STEP = 0.05


class SlowQueue(MemoryQueue):
    """Waits a moment where there is nothing, and lets one thread in at a time."""

    lock = threading.RLock()

    def receive(self, most: int, wait: float, visible: float) -> list[Delivery]:
        with self.lock:
            found = super().receive(most, wait, visible)
        if not found:
            time.sleep(min(wait, _STEP))
        return found


@dataclass
class There:
    """Where the run is: ``session`` is the ARN of a machine's session, with its number for "{}"."""

    store: ObjectStore
    queue: TaskQueue
    prove: Prove
    session: str


class Home:
    """Publishes one run of copies of a cell, and follows it in a thread until every task has its outcome."""

    def __init__(
        self,
        folder: Path,
        source: str,
        count: int = 1,
        *,
        idle: float = 0.3,
        lease: float = 30.0,
        there: There | None = None,
        **options: Any,
    ) -> None:
        self.folder = folder
        self.bucket, self.messages = Bucket(time.time), Messages(time.time)
        there = there or There(MemoryStore(self.bucket), SlowQueue(self.messages), _prove, "m{}")
        self.store, self.queue = there.store, there.queue
        self.keys, self.signer, self.clock = RunKeys("0123456789ab", "run1"), KeyPair(), SystemClock()
        payload = Payload("cell", Packed(pickle.dumps({})), source=source, cwd=str(folder / "not here"))
        run = Run("run1", "k", "test", "cloud", payload, SweepView("copies", count), RunOptions(**options), 0.0)
        transfers = Transfers(self.store, BlobFolder(folder / "home"))
        self.side = HomeSide(
            self.keys, self.signer, self.store, self.queue, transfers, self.clock, time.time, there.prove, "reader"
        )
        self.side.publish(run, 3, idle=idle, lease=lease, beat=0.2)
        self.side.expect({f"m{number}": there.session.format(number) for number in range(1, 10)})
        self.side.enqueue(range(count), [1] * count)
        self.count = count
        self.events: list[HomeEvent] = []
        self.results: dict[int, TaskResult] = {}
        self.weather = Weather()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def machine(self, name: str = "m1", *, workers: int = 2, turn: int = 1, seconds: float = 600.0, **more: Any) -> int:
        """Be an agent until the machine ends; the exit code."""
        self.follow()
        config = AgentConfig(
            run="run1",
            machine=name,
            bucket="",
            prefix=self.keys.prefix,
            queue="",
            region="",
            sender=self.signer.public.hex(),
            deadline=time.time() + seconds,
            workers=workers,
            data=str(self.folder / name),
            **more,
        )
        with kept_signals():
            return Process(config, os.urandom(32), turn, self._open).serve()

    def follow(self) -> None:
        """Begin to read what machines tell."""
        if not self._thread.ident:
            self._thread.start()

    def _open(self, config: AgentConfig, key: bytes, turn: int, folders: Folders) -> Opened:
        signer = KeyPair(key)
        left = config.deadline - time.time()
        margin = min(90.0, 0.1 * left)
        me = Me(self.keys, config.machine, self.signer.public, self.clock.boot() + left, margin, turn=turn)
        store, queue = MemoryStore(self.bucket, self.weather), SlowQueue(self.messages, self.weather)
        transfers = Transfers(store, BlobFolder(folders.blobs))

        def identify(public: bytes, nonce: str) -> MachineRecord:
            return MachineRecord(config.machine, public, {}, "")

        side = MachineSide(me, signer, store, queue, transfers, self.clock, time.time, identify, lambda digest: None)
        record: RunRecord = side.open()
        self.signers = {**getattr(self, "signers", {}), config.machine: signer.public}
        return Opened(side, store, self.keys, signer, record, side.payload(), self.signers.get)

    def finish(self, seconds: float = 20.0) -> dict[int, TaskResult]:
        """Wait until every task has its outcome; by index."""
        self._thread.join(seconds)
        self._stopped.set()
        self._thread.join()
        return self.results

    def _follow(self) -> None:
        while len(self.results) < self.count and not self._stopped.wait(_STEP):
            for event in self.side.step():
                self.events.append(event)
                if isinstance(event, Outcome):
                    self.results[event.result.index] = event.result

    def heard(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def _prove(record: MachineRecord, nonce: str, expected: str) -> bytes:
    assert record.name == expected
    return record.public
