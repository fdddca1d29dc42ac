"""What the cloud knows of an instance beyond what moto keeps."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

from cellburst.testing.fakecloud.facts import BillLine, BootPlan, Instance, State
from cellburst.testing.fakecloud.server.types import Type

_CODES: dict[State, int] = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}
_LEAST_BILLED = 60.0
_HOUR = 3600.0
_PENDING, _BOOT = (3.0, 9.0), (12.0, 24.0)  # seconds of EC2, by "EC2 boot time benchmarking" (daemonology.net, 2021)


@dataclass
class Record:
    """``model`` is moto's object. Times are wall seconds; ``notice`` is when it is reclaimed, ``billed_before`` what
    was billed before it was stopped and started again. ``metadata`` is the port of its own in plain processes."""

    model: Any
    region: str
    kind: Type
    market: str
    price: float
    plan: BootPlan
    number: int = 0
    state: State = "pending"
    reason: str = ""
    launched: float = field(default_factory=time.time)
    running: float | None = None
    user_data: float | None = None
    ended: float | None = None
    notice: float | None = None
    billed_before: float = 0.0
    exits: list[int] = field(default_factory=list)
    frozen: bool = False
    cut: bool = False
    booted: bool = False
    restart: bool = False
    has_process: bool = False
    initial_pid: int = 0
    tokens: dict[str, float] = field(default_factory=dict)
    role_keys: Any = None

    @property
    def id(self) -> str:
        return str(self.model.id)

    @property
    def zone(self) -> str:
        return str(self.model._placement.zone)

    @property
    def live(self) -> bool:
        return self.state in ("pending", "running")

    def become(self, state: State, code: str = "", message: str = "") -> None:
        """Change state, here and in what EC2 tells; ``code`` is the reason's."""
        self.state = state
        self.model._state.name, self.model._state.code = state, _CODES[state]
        if code:
            self.reason = code
            self.model.state_reason.code = code
            self.model.state_reason.message = f"{code}: {message}"

    def told(self) -> Instance:
        """For whoever asks the rig."""
        tags = {tag["key"]: tag["value"] for tag in self.model.get_tags()}
        return Instance(
            id=self.id,
            type=self.kind.name,
            zone=self.zone,
            market=self.market,
            state=self.state,
            reason=self.reason,
            tags=tags,
            launched=self.launched,
            running=self.running,
            user_data=self.user_data,
            ended=self.ended,
            price=self.price,
            frozen=self.frozen,
            cut=self.cut,
            tokens=str(self.model.metadata_options.http_tokens),
            hops=int(self.model.metadata_options.http_put_response_hop_limit),
            exits=tuple(self.exits),
        )

    def seconds(self, now: float) -> float:
        """How long it ran in the sense of the bill."""
        if self.running is None:
            return self.billed_before
        return self.billed_before + (self.ended or now) - self.running

    def line(self, now: float) -> BillLine:
        """Its line of the bill."""
        seconds = self.seconds(now)
        billed = max(_LEAST_BILLED, seconds) if self.running is not None else seconds
        dollars = billed * self.price / _HOUR
        return BillLine(self.id, self.kind.name, self.zone, self.market, seconds, billed, self.price, dollars)


def waits(plan: BootPlan, seed: str) -> tuple[float, float]:
    """Seconds of the cloud until it runs, and from then until its user data is executed."""
    chance = random.Random(seed)
    pending, boot = chance.uniform(*_PENDING), chance.uniform(*_BOOT)
    return (pending if plan.pending is None else plan.pending), (boot if plan.boot is None else plan.boot)
