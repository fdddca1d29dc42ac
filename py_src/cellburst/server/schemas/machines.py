"""The machines of a run: which there may be, which there are, and what they cost."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cellburst.model.machine import MachineUse, Meter, SpotPolicy


class MeterRow(Meter, frozen=True):
    """What machines cost: base + rate x now / 3600 dollars, ``now`` in seconds since 1970.

    ``fresh`` are those in their first minute, which is paid as a whole: until when, and dollars an hour. For each
    price x (until - now) / 3600 comes on top, while that is above 0."""


class PlanRow(Struct, frozen=True):
    """The machines that a run may start: how many, for how many seconds each, and dollars at worst and as expected.

    ``notes`` are sentences on how that came to be.
    """

    provider: str
    region: str
    machines: int
    max_lifetime: float
    worst: float
    expected: float | None
    spot_policy: SpotPolicy
    notes: tuple[str, ...]


class MachineRow(Struct, frozen=True):
    """A machine that exists for the run. ``reason`` says what it waits for or why it ended; ``price`` is dollars an
    hour, ``cost`` dollars until now, ``deadline`` when it ends itself. ``workers`` tasks run on it at once, and
    ``tasks`` do now; its workers are called after it ("m3.0"). Memory is bytes, CPU cores, GPU from 0 to 1."""

    name: str
    state: Literal["requesting", "booting", "setting up", "running", "ending", "ended"]
    reason: str
    type: str
    zone: str
    market: Literal["spot", "on-demand"]
    price: float
    cost: float
    requested: float
    billed: float | None
    running: float | None
    ended: float | None
    deadline: float
    id: str
    workers: int
    tasks: int
    used: MachineUse | None


class MachinesAnswer(Struct, frozen=True):
    """The machines of a run in the order in which they were asked for; ``limit`` is the most that they may cost.

    ``report`` has, once the run has ended, sentences on what they came to and how much of them was used.
    """

    at: float
    machines: list[MachineRow]
    limit: float | None
    report: list[str]
