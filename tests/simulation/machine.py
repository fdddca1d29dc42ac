"""A machine of a simulated world: it boots, works, dies, sleeps, is taken away; around a real ``MachineSide``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from cellburst.bucket.held import Work
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.machine_side import MachineSide, Me
from cellburst.bucket.memory import Bucket, MemoryQueue, MemoryStore, Messages, Weather
from cellburst.bucket.signing import Signer
from cellburst.bucket.transfers import Transfers
from cellburst.errors import CloudError, UnansweredError
from cellburst.model.blob import Packed
from cellburst.model.machine import MachineState
from cellburst.model.outcome import ErrorInfo, LossReason, OutcomeKind, TaskResult
from tests.simulation.blobs import MemoryBlobs
from tests.simulation.weather import SimClock, Sts, Time

GB = 1 << 30
MARGIN = 20.0


@dataclass(frozen=True)
class Execution:
    """A task was begun. ``attempt`` as the protocol counts."""

    task: tuple[int, int]
    attempt: int
    machine: str
    at: float


@dataclass
class Running:
    work: Work
    until: float
    fate: str


@dataclass
class SimMachine:
    name: str
    arn: str
    keys: RunKeys
    time: Time
    chance: Random
    weather: Weather
    bucket: Bucket
    messages: Messages
    sts: Sts
    signer: Signer
    user: bytes
    lifetime: float
    slots: int
    memory: int
    fate_of: Callable[[int, int, Random], tuple[str, float]]
    began: Callable[[Execution], None]
    taken: Counter[tuple[int, int]]
    state: str = "booting"
    frozen_until: float = 0.0
    cut_until: float = 0.0
    running: list[Running] = field(default_factory=list)
    ending: str = ""

    def __post_init__(self) -> None:
        self.clock = SimClock(self.time, ahead=self.chance.choice([0.0, -3600.0, 7200.0]))
        self.boots = self.time.now + self.chance.uniform(5, 40)
        self.blobs = MemoryBlobs()
        self.untold: dict[tuple[int, int], Running] = {}
        self.turn = 1
        self.side = self._side()

    def _side(self) -> MachineSide:
        store = MemoryStore(self.bucket, self.weather)
        return MachineSide(
            Me(self.keys, self.name, self.user, self.lifetime, MARGIN, self.memory, self.turn),
            self.signer,
            store,
            MemoryQueue(self.messages, self.weather),
            Transfers(store, self.blobs),
            self.clock,
            lambda: self.time.now,
            lambda public, nonce: self.sts.introduction(self.name, self.arn, public, nonce),
            self._announce,
        )

    def _announce(self, digest: str) -> None:
        if self.weather.cut:
            raise UnansweredError("the machine has no network")
        self.sts.announce(self.arn, digest)

    def restart(self) -> None:
        """The process that speaks with the bucket is killed and started again; the pool and its tasks go on."""
        if self.state == "running":
            self.turn += 1
            self.side, self.state = self._side(), "booting"

    @property
    def alive(self) -> bool:
        return self.state != "ended"

    def kill(self) -> None:
        self.state = "ended"
        self.running.clear()

    def step(self) -> None:
        now = self.time.now
        if not self.alive or now < self.boots:
            return
        if self.clock.boot() >= self.lifetime:  # the system's own timer
            self.kill()
        elif now >= self.frozen_until:
            self.weather.cut = now < self.cut_until
            self._work()

    def _work(self) -> None:
        if self.state == "booting":
            try:
                self.side.open()
            except CloudError:
                return
            self.state = "running"
            self.side.say(MachineState.RUNNING)
            self.side.adopt([running.work for running in self.running])
            for running in self.untold.values():
                self._tell(running, running.fate)
        self._end_due()
        if self.state == "running":
            self._take()
            orders = self.side.step()
            for task in orders.settled:
                self.untold.pop(task, None)
            for running in [it for it in self.running if (it.work.index, it.work.generation) in orders.cancel]:
                self._finish(running, "cancelled")
            if orders.end:
                self._leave(orders.end)
        if self.state == "closing" and self.side.close():
            self.kill()

    def _take(self) -> None:
        free = self.slots - len(self.running)
        try:
            works = self.side.take(free, 0)
        except CloudError:
            return
        for work in works:
            self.taken[work.index, work.generation] += 1
            if self.chance.random() < 0.02:
                self.side.returned(work)
                continue
            fate, seconds = self.fate_of(work.index, work.attempt, self.chance)
            self.running.append(Running(work, self.time.now + seconds, fate))
            task = work.index, work.generation
            self.began(Execution(task, work.attempt, self.name, self.clock.boot()))
            self.side.began(work, f"{self.name}.0", self.clock.wall())

    def _end_due(self) -> None:
        for running in [it for it in self.running if it.until <= self.time.now]:
            self._finish(running, running.fate)

    def _finish(self, running: Running, fate: str) -> None:
        self.running.remove(running)
        running.fate = fate
        self.untold[running.work.index, running.work.generation] = running
        self._tell(running, fate)

    def _tell(self, running: Running, fate: str) -> None:
        work, worker = running.work, f"{self.name}.0"
        if fate in ("exited", "oom"):
            reason = LossReason.EXITED if fate == "exited" else LossReason.OUT_OF_MEMORY
            self.side.lost(work, reason, fate, worker, self.clock.wall())
            return
        kind = {"ok": OutcomeKind.SUCCEEDED, "failed": OutcomeKind.FAILED, "cancelled": OutcomeKind.CANCELLED}[fate]
        value = None
        if fate == "ok":
            body = f"{work.index} {self.name}".encode()
            value = Packed(body) if work.index % 2 else Packed(buffers=(self.blobs.put(body),))
        error = ErrorInfo("ValueError", "no") if fate == "failed" else None
        result = TaskResult(
            work.index, work.generation, work.attempt, kind, self.clock.wall(), 1.0, value=value, error=error
        )
        self.side.ended(work, result, worker)

    def _leave(self, why: str) -> None:
        self.ending, self.state = why, "closing"
        for running in self.running:
            reason = LossReason.MACHINE_LOST if "lifetime" in why else LossReason.RECLAIMED
            self.side.lost(running.work, reason, why, self.name, self.clock.wall())
        self.running.clear()

    def notice(self) -> None:
        """It is taken away in two minutes; it hands back what it has."""
        if self.state == "running":
            self.side.say(MachineState.ENDING, "the machine is being taken away", notice=self.clock.wall() + 120)
            self._leave("reclaimed")
