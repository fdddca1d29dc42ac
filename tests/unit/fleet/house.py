"""A core and a controller that commits at once, for tests that say step by step what EC2 and machines do."""

from __future__ import annotations

from itertools import count
from typing import Any, TypeVar

from cellburst.aws import names
from cellburst.aws.instances import Instance
from cellburst.bucket.records import News
from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from cellburst.fleet.core import Core
from cellburst.model.blob import Packed
from cellburst.model.known import Known
from cellburst.model.machine import Machine, MachineState
from cellburst.model.payload import Payload
from cellburst.model.plan import Offer, Plan
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView
from cellburst.wire import fleet as wire

ENV, RUN, START = "0123456789ab", "bold-ant-1", 1_800_000_000.0
GB = 1 << 30
Kind = TypeVar("Kind")


def offer(kind: str = "m5.large", zone: str = "a", market: Any = "on-demand", price: float = 0.1, **rest: Any) -> Offer:
    return Offer(kind, market, price, zone, **{"cpus": 2, "memory": 8 * GB, **rest})


def a_plan(*offers: Offer, machines: int = 2, **rest: Any) -> Plan:
    fields = {"workers": 1, "max_lifetime": 3600.0, **rest}
    return Plan("ec2", "us-east-1", offers or (offer(),), machines, **fields)


def a_run(plan: Plan, tasks: int) -> Run:
    payload, sweep = Payload("cell", Packed(b"}."), source="1"), SweepView("copies", tasks)
    return Run(RUN, "key", "", "gpu", payload, sweep, RunOptions(), START, plan=plan)


class House:
    """``commits`` says whether what is told is acknowledged at once."""

    def __init__(
        self,
        plan: Plan,
        tasks: int = 2,
        machines: tuple[Machine, ...] = (),
        prepared: bool = True,
        commits: bool = True,
        known: Known = Known(),  # noqa: B008 - frozen
    ) -> None:
        self.now, self.commits = START, commits
        self.told: list[Any] = []
        self.effects: list[Any] = []
        self.machines = {machine.name: machine for machine in machines}
        self.tokens = count(1)
        self.core = Core(lambda: f"t{next(self.tokens)}")
        self.hear(wire.Attach(1, "0", "gpu", ENV), wire.Begin(a_run(plan, tasks), machines, known))
        self.hear(wire.Enqueue(RUN, tuple(range(tasks)), (1,) * tasks))
        if prepared:
            self.hear(facts.Prepared(RUN))

    def hear(self, *heard: Any) -> list[Any]:
        """Everything that is done after these facts, with what follows from acknowledgements."""
        waiting, done = list(heard), []
        first = True
        while waiting or first:
            first = False
            effects = self.core.turn(waiting, self.now)
            waiting = []
            for effect in effects:
                done.append(effect)
                if isinstance(effect, fx.Tell):
                    self.told.append(effect.message)
                    if isinstance(effect.message, wire.MachinesChanged):
                        self.machines.update({each.name: each for each in effect.message.machines})
                    if self.commits and getattr(effect.message, "serial", 0):
                        waiting.append(wire.Acknowledge(effect.message.serial))
        self.effects += done
        return done

    def wait(self, seconds: float) -> list[Any]:
        """Let time pass, second by second."""
        done = []
        for _ in range(int(seconds)):
            self.now += 1.0
            done += self.hear()
        return done

    def of(self, kind: type[Kind], among: list[Any] | None = None) -> list[Kind]:
        """Effects of a kind, all of them or those among some."""
        return [each for each in (self.effects if among is None else among) if isinstance(each, kind)]

    def said(self, kind: type[Kind]) -> list[Kind]:
        """Messages of a kind."""
        return [each for each in self.told if isinstance(each, kind)]

    @property
    def standing(self) -> str:
        return self.said(wire.Standing)[-1].reason

    def answer(self, launch: fx.Launch, count: int | None = None) -> list[Any]:
        """EC2 launches what was asked for, or so many of it."""
        return self.hear(facts.Answered(RUN, launch.token, tuple(self.instances(launch)[:count])))

    def instances(self, launch: fx.Launch, state: str = "running", code: str = "", why: str = "") -> list[Instance]:
        found = []
        for index, machine in enumerate(launch.machines):
            tags = names.tags(ENV, RUN, machine=machine.name, token=launch.token, deadline=machine.deadline)
            which = (launch.offer.type, launch.offer.zone, launch.offer.market, launch.token)
            found.append(Instance(f"i-{machine.name}", state, *which, index, self.now, why, code, tags=tags))
        return found

    def beat(self, name: str, state: MachineState = MachineState.RUNNING, held: tuple[int, ...] = ()) -> list[Any]:
        """A machine says that it is there, and the bucket has been read until now."""
        news = News(name, 1, self.now, state, held=tuple((index, 1) for index in held))
        return self.hear(facts.Heard(RUN, news), facts.Followed(RUN, self.now))

    def see(self, *instances: Instance) -> list[Any]:
        return self.hear(facts.Seen(instances, self.now))

    def read(self) -> list[Any]:
        """The whole bucket is looked at twice: whatever machines that have gone have done is known."""
        return [*self.hear(facts.Followed(RUN, self.now)), *self.hear(facts.Followed(RUN, self.now))]
