"""A controller, a fleet's core, EC2 and machines in simulated time; whatever fails is decided by one seed.

EC2 here is as it is at its worst: descriptions are late by some seconds, calls take seconds, answers are lost before or
after the call was done, refusals come for each reason, spot machines are taken back, machines do not boot or fall
silent. What it never does: launch twice for one client token, or forget a machine's own deadline timer.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cellburst.aws import names
from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from cellburst.fleet.core import Core
from cellburst.model.blob import Packed
from cellburst.model.machine import Machine
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.model.plan import Plan
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView
from cellburst.wire import fleet as wire
from tests.property.fleet_ec2 import Ec2
from tests.property.fleet_machines import Machines
from tests.property.fleet_parts import ENV, NORMAL, RUN, Server, Trouble


@dataclass
class World:
    """One run on machines, from its submission to its end; ``done`` says that everything is gone."""

    seed: int
    plan: Plan
    count: int
    trouble: Trouble = NORMAL
    task_seconds: float = 120.0
    now: float = 1_800_000_000.0
    servers: list[Server] = field(default_factory=list)
    foreign: list[Server] = field(default_factory=list)
    store: dict[str, Machine] = field(default_factory=dict)
    tasks: dict[int, str] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    given_up: dict[int, str] = field(default_factory=dict)
    ended_by_us: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    calls: int = 0
    most_alive: int = 0
    destroyed: bool = False
    finished: bool = False
    cancelled: bool = False
    cleaned: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self.life = 0
        self._ec2 = Ec2(self, Machines(self))
        self._told_finish = False
        self.run = Run(
            RUN,
            "key",
            "",
            "gpu",
            Payload("cell", Packed(b"}."), source="1"),
            SweepView("copies", self.count),
            RunOptions(),
            self.now,
            plan=self.plan,
        )
        self.tasks = dict.fromkeys(range(self.count), "waiting")
        self._strangers()
        self._start_fleet()
        self.later(1.0, self._tick)

    def _strangers(self) -> None:
        """Instances that are none of this run's business."""
        now = self.now
        for number, tags in enumerate(
            (
                {},
                {names.ENVIRONMENT: "ffffffffffff", names.RUN: "x", names.DEADLINE: "2020-01-01T00:00:00Z"},
                names.tags(ENV, "other-run-1", machine="m1", token="other-1-1", deadline=now + 10_000_000),
                {"Name": "cellburst:machine"},
            )
        ):
            self.foreign.append(
                Server(f"i-f{number}", "", 0, "m1", now + 1e9, 1.0, "on-demand", "a", "x", tags, now, now)
            )

    # time

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Somewhen."""
        self._number += 1
        heapq.heappush(self._events, (self.now + seconds, self._number, call))

    def go(self, seconds: float) -> None:
        """Let time pass, until everything is over or ``seconds`` have passed."""
        until = self.now + seconds
        while self._events and self._events[0][0] <= until and not (self.finished and not self.alive()):
            self.now, _, call = heapq.heappop(self._events)
            call()
            self.most_alive = max(self.most_alive, len(self.alive()))
        if not (self.finished and not self.alive()):
            self.now = until

    def alive(self) -> list[Server]:
        """Our instances that cost something."""
        return [each for each in self.servers if each.ended is None]

    def cost(self) -> float:
        """Dollars until now."""
        return sum(
            max(60.0, (each.ended if each.ended is not None else self.now) - each.launched) * each.price / 3600
            for each in self.servers
        )

    # the controller and the fleet's process

    def _start_fleet(self) -> None:
        if self.destroyed:
            return
        self.life += 1
        counter = iter(range(1_000_000))
        life = self.life
        self.core = Core(lambda: f"{self.seed}x{life}x{next(counter)}")
        self.hear(wire.Attach(1, "0", "gpu", ENV))
        self.hear(wire.Begin(self.run, tuple(self.store.values())))
        waiting = tuple(index for index in self.tasks if index not in self.known)
        if waiting and not self._told_finish:
            self.hear(wire.Enqueue(RUN, waiting, (1,) * len(waiting)))
        if self.cancelled:
            self.hear(wire.CancelTasks(RUN))
        if self._told_finish:
            self.hear(wire.Finish(RUN))
        for index, state in self.tasks.items():  # the bucket has the outcomes that nobody was told of
            if state != "waiting" and index not in self.known:
                self.post(3.0, self._outcome(index, OutcomeKind.SUCCEEDED))
        self.later(20.0, self._follow)

    def kill(self) -> None:
        """SIGKILL for the fleet's process; the controller starts another one."""
        self.log.append(f"{self.now:.0f} killed")
        self.life += 1
        self.later(0.5, self._start_fleet)

    def destroy(self) -> None:
        """The laptop is gone, for ever."""
        self.log.append(f"{self.now:.0f} destroyed")
        self.life += 1
        self.destroyed = True

    def cancel(self) -> None:
        """The user has enough."""
        self.cancelled = True
        self.hear(wire.CancelTasks(RUN))

    def hear(self, fact: Any) -> None:
        """A fact for the process that lives now; None: time has passed."""
        if not self.destroyed:
            self._do(self.core.turn([] if fact is None else [fact], self.now))

    def post(self, seconds: float, fact: Any) -> None:
        """For the process that lives now, if it still does then."""
        life = self.life

        def arrive() -> None:
            if self.life == life and not self.destroyed:
                self.hear(fact)

        self.later(seconds, arrive)

    def _tick(self) -> None:
        if not self.destroyed and not self.finished:
            if self.random.random() < self.trouble.killed / 20:
                self.kill()
            if self.trouble.destroyed is not None and self.random.random() < self.trouble.destroyed:
                self.destroy()
            self.hear(None)
        self.later(2.0 if self.alive() else 5.0, self._tick)

    def _follow(self) -> None:
        life = self.life
        self.hear(facts.Followed(RUN, self.now))

        def again() -> None:
            if self.life == life and not self.destroyed and not self.finished:
                self.hear(facts.Followed(RUN, self.now))
                self.later(15.0, again)

        self.later(15.0, again)

    def _do(self, effects: list[Any]) -> None:
        life = self.life
        for effect in effects:
            if self.life != life or self.destroyed:
                return
            self._carry_out(effect)

    def _carry_out(self, effect: Any) -> None:
        match effect:
            case fx.Tell():
                self._told(effect.message)
            case fx.Prepare():
                failed = self.random.random() < self.trouble.refused
                fact = facts.NotPrepared(RUN, "IAM is slow") if failed else facts.Prepared(RUN)
                self.post(self.random.uniform(0.5, 5.0), fact)
            case fx.Launch():
                self._ec2.call(
                    "launch", lambda: self._ec2.launch(effect), lambda refused: self._ec2.answer(effect, refused)
                )
            case fx.Look():
                asked = self.now
                self._ec2.call("look", lambda: None, lambda bad: self._ec2.describe(asked, bad))
            case fx.End():
                self._ec2.call("end", lambda: self._ec2.end(effect.ids), lambda _: None)
            case fx.ReadConsole():
                self.post(1.0, facts.ConsoleRead(effect.id, "cloud-init\nno module named uv"))
            case fx.Clean():
                self.cleaned += 1
                self.post(1.0, facts.Cleaned(RUN, "busy" if self.random.random() < self.trouble.refused else ""))
            case fx.GiveUp():
                for index, _ in effect.tasks:
                    self.settle(index, "given up", OutcomeKind.FAILED)
                    self.given_up[index] = effect.sentence
            case fx.Revoke():
                for index in list(self.tasks):
                    self.settle(index, "given up", OutcomeKind.CANCELLED)

    def _told(self, message: Any) -> None:
        match message:
            case wire.MachinesChanged():
                life = self.life

                def commit() -> None:
                    if self.life == life and not self.destroyed:  # else it was lost with the socket
                        self.store.update({machine.name: machine for machine in message.machines})
                        self.hear(wire.Acknowledge(message.serial))

                slow = self.random.random() < 0.2  # a disk that is busy
                self.later(self.random.uniform(0.5, 6.0) if slow else self.random.uniform(0.01, 0.1), commit)
            case wire.Outcomes():
                for result in message.results:
                    self.known.add(result.index)
                    if self.tasks[result.index] == "waiting":
                        self.tasks[result.index] = "given up"
                self.post(0.05, wire.Acknowledge(message.serial))
                if len(self.known) == len(self.tasks) and not self._told_finish:
                    self._told_finish = True
                    self.post(0.06, wire.Finish(RUN))
            case wire.TaskBack() | wire.Noted():
                self.post(0.05, wire.Acknowledge(message.serial))
            case wire.Finished():
                self.finished = True

    def settle(self, index: int, state: str, kind: OutcomeKind) -> None:
        """A task has its outcome in the bucket, unless it had one."""
        if self.tasks[index] in {"done", "given up"}:
            return
        self.tasks[index] = state
        self.post(2.0, self._outcome(index, kind))

    def _outcome(self, index: int, kind: OutcomeKind) -> facts.Settled:
        return facts.Settled(RUN, (TaskResult(index, 1, 1, kind, self.now, 1.0),))
