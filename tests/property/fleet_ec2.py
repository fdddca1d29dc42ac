"""EC2 at its worst, in simulated time: late, slow, unanswered, refusing.

What it never does: launch twice for one client token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cellburst.aws import names
from cellburst.aws.instances import Refused
from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from tests.property.fleet_machines import Machines
from tests.property.fleet_parts import ENV, RUN, Server, instance_of

if TYPE_CHECKING:
    from tests.property.fleet_world import World

_DESCRIBED_LATE = 8.0  # seconds until a new instance is in descriptions, at most
_REFUSALS = (
    (Refused.CAPACITY, "InsufficientInstanceCapacity"),
    (Refused.QUOTA, "VcpuLimitExceeded"),
    (Refused.QUOTA, "MaxSpotInstanceCountExceeded"),
    (Refused.UNSUPPORTED, "Unsupported"),
    (Refused.THROTTLED, "RequestLimitExceeded"),
    (Refused.EXPIRED, "ExpiredToken"),
    (Refused.NOT_YET, "InvalidParameterValue"),
    (Refused.PRICE, "SpotMaxPriceTooLow"),
)


class Ec2:
    """The calls of a world's fleet."""

    def __init__(self, world: World, machines: Machines) -> None:
        self._world = world
        self._machines = machines
        self._launched: dict[str, list[Server]] = {}

    def call(self, what: str, effect: Callable[[], None], answer: Callable[[str], None]) -> None:
        """A call on its way: its effect somewhen, then its answer; either may be lost."""
        self._world.calls += 1
        fault = self._fault(what)
        life = self._world.life
        if fault == "killed before":
            self._world.kill()
            return
        if fault == "destroyed before":
            self._world.destroy()
            return
        took = self._world.random.uniform(0.2, 3.0) if what == "launch" else 0.3
        if fault not in {"lost before", "refused"}:
            self._world.later(took / 2, effect)
        if fault == "killed after":
            self._world.later(took * 0.9, self._world.kill)
        elif fault == "destroyed":
            self._world.later(took * 0.9, self._world.destroy)

        def arrive() -> None:
            if self._world.life == life and not self._world.destroyed:
                answer(fault)

        self._world.later(took if "lost" not in fault else 60.0, arrive)

    def _fault(self, what: str) -> str:
        if self._world.calls == self._world.trouble.at_call:
            return self._world.trouble.at_what
        chance = self._world.random.random()
        if chance < self._world.trouble.refused:
            return "refused"
        if chance < self._world.trouble.refused + self._world.trouble.unanswered:
            return self._world.random.choice(("lost before", "lost after"))
        if chance < self._world.trouble.refused + self._world.trouble.unanswered + self._world.trouble.killed:
            return self._world.random.choice(("killed before", "killed after"))
        return ""

    def launch(self, effect: fx.Launch) -> None:
        """As many of them as fit, once for each token."""
        if effect.token in self._launched:
            return
        fits = self._world.random.randint(effect.least, len(effect.machines))
        made = []
        for index, machine in enumerate(effect.machines[:fits]):
            server = Server(
                id=f"i-{len(self._world.servers)}",
                token=effect.token,
                index=index,
                machine=machine.name,
                deadline=machine.deadline,
                price=effect.offer.price,
                market=effect.offer.market,
                zone=effect.offer.zone,
                kind=effect.offer.type,
                tags=names.tags(ENV, RUN, machine=machine.name, token=effect.token, deadline=machine.deadline),
                launched=self._world.now,
                visible=self._world.now + self._world.random.uniform(0, _DESCRIBED_LATE),
            )
            self._world.servers.append(server)
            made.append(server)
            self._machines.boot(server)
        self._launched[effect.token] = made

    def answer(self, effect: fx.Launch, fault: str) -> None:
        """What RunInstances says."""
        if "lost" in fault:
            self._world.hear(facts.Unanswered(RUN, effect.token, "timeout"))
        elif fault == "refused":
            reason, code = self._world.random.choice(_REFUSALS)
            self._world.hear(facts.Declined(RUN, effect.token, reason, code, f"{code}: sorry"))
        else:
            made = tuple(map(instance_of, self._launched[effect.token]))
            self._world.hear(facts.Answered(RUN, effect.token, made))

    def describe(self, asked: float, fault: str) -> None:
        """What there is, some seconds late."""
        if fault:
            self._world.hear(facts.Unseen("EC2 does not answer"))
            return
        shown = [each for each in self._world.servers if each.visible <= asked]
        shown = [each for each in shown if each.ended is None or self._world.now - each.ended < 3600]
        both = [*shown, *(each for each in self._world.foreign if each.tags.get(names.ENVIRONMENT) == ENV)]
        self._world.hear(facts.Seen(tuple(map(instance_of, both)), asked))

    def end(self, ids: tuple[str, ...]) -> None:
        """TerminateInstances: it ends whatever it is told."""
        for each in [*self._world.servers, *self._world.foreign]:
            if each.id in ids:
                self._world.ended_by_us.append(each.id)
                self._machines.power_off(each, "Client.UserInitiatedShutdown")
