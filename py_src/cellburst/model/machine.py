"""A machine that exists for one run only: where it is in its life, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Literal

from msgspec import Struct

Market = Literal["spot", "on-demand"]
SpotPolicy = Literal["on-demand", "spot", "spot_with_fallback"]

_HOUR = 3600.0
_LEAST_BILLED = 60.0  # EC2 bills by the second, a minute at least


class MachineState(str, Enum):
    """Where a machine is now, in the order of its life."""

    REQUESTING = "requesting"
    BOOTING = "booting"
    SETTING_UP = "setting up"
    RUNNING = "running"
    ENDING = "ending"
    ENDED = "ended"


class Machine(Struct, frozen=True, omit_defaults=True):
    """One machine of a run, as last known. Committed as ``requesting``, with ``token``, before it is asked for.

    ``name`` is its own within the run ("m1"). ``token`` makes asking again safe. ``id`` is the provider's ("i-0abc"),
    empty until that is known. ``reason`` is one plain sentence for what it waits for or why it ended. ``price`` is
    dollars an hour. Times are wall seconds since 1970: ``billed`` is since when it costs, ``deadline`` when it ends
    itself. ``workers`` tasks run on it at once. ``used`` is what its tasks took of it at most: CPU in cores, memory
    and GPU memory in bytes, GPU as 1.0 for each that was fully busy.
    """

    run: str
    name: str
    token: str
    state: MachineState
    requested: float
    deadline: float
    type: str = ""
    region: str = ""
    zone: str = ""
    market: Market = "on-demand"
    price: float = 0.0
    id: str = ""
    reason: str = ""
    billed: float | None = None
    running: float | None = None
    ended: float | None = None
    workers: int = 1
    used: MachineUse | None = None

    @property
    def live(self) -> bool:
        """Whether it may still cost something."""
        return self.state is not MachineState.ENDED

    def seconds(self, now: float) -> float:
        """What is billed until ``now``."""
        if self.billed is None:
            return 0.0
        return max(_LEAST_BILLED, (now if self.ended is None else self.ended) - self.billed)

    def cost(self, now: float) -> float:
        """Dollars until ``now``."""
        return self.price * self.seconds(now) / _HOUR


class MachineUse(Struct, frozen=True, array_like=True):
    """The most that was used at once, and how much of it was there; memory in bytes, CPU in cores, GPU as 1.0 for
    each that is fully busy."""

    cpu: float = 0.0
    cpus: int = 0
    memory: int = 0
    memories: int = 0
    gpu: float = 0.0
    gpu_memory: int = 0
    gpu_memories: int = 0


class Meter(Struct, frozen=True):
    """What a run's machines cost, as a line over time: dollars at wall second ``now`` are base + rate x now / 3600.

    ``rate`` is dollars an hour; 0 when none of them costs anything any more. ``fresh`` are machines in their first
    minute, which is paid as a whole: until when, and dollars an hour; what is left of it comes on top of the line.
    """

    base: float
    rate: float
    fresh: tuple[tuple[float, float], ...] = ()

    def cost(self, now: float) -> float:
        """Dollars until ``now``."""
        ahead = sum(price * max(0.0, until - now) for until, price in self.fresh)
        return max(0.0, self.base + (self.rate * now + ahead) / _HOUR)


def meter_of(machines: Iterable[Machine]) -> Meter | None:
    """The meter of a run; None while none of its machines has cost anything."""
    base, rate, some = 0.0, 0.0, False
    fresh: list[tuple[float, float]] = []
    for machine in machines:
        if machine.billed is None:
            continue
        some = True
        if machine.ended is None:
            rate += machine.price
            base -= machine.price * machine.billed / _HOUR
            fresh.append((machine.billed + _LEAST_BILLED, machine.price))
        else:
            base += machine.cost(machine.ended)
    return Meter(base, rate, tuple(fresh)) if some else None


class Fleet(Struct, frozen=True):
    """The machines of a run in a few figures: how many are in each state, dollars an hour now, dollars until ``at``
    (wall seconds; it may be to come, because a minute is paid at least), machine-hours, and ``reason``, one sentence
    for why some are not there or why it waits.

    ``limit`` is the most that the run may cost (None: unknown for runs without a plan).
    """

    states: dict[str, int]
    rate: float
    cost: float
    hours: float
    at: float
    reason: str = ""
    limit: float | None = None


def taken_back(reason: str) -> bool:
    """Whether a machine ended because the spot market wanted it: by EC2's word, or by its own after the notice."""
    return "reclaimed" in reason or "taken away" in reason


def name_after(first: str, index: int) -> str:
    """The name of a machine by its place in a request for several: "m4" and 2 are "m6"."""
    return f"m{int(first[1:]) + index}"


def machine_of(worker: str) -> str:
    """The machine that a worker is on: "m3" of "m3.0"."""
    return worker.partition(".")[0]


def fleet_of(machines: Iterable[Machine], now: float, reason: str = "", limit: float | None = None) -> Fleet:
    """Add machines up at ``now``, wall seconds."""
    states: dict[str, int] = {}
    rate = cost = seconds = 0.0
    paid = now
    for machine in machines:
        states[machine.state.value] = states.get(machine.state.value, 0) + 1
        cost += machine.cost(now)
        seconds += machine.seconds(now)
        if machine.live and machine.billed is not None:
            rate += machine.price
            paid = max(paid, machine.billed + _LEAST_BILLED)
    return Fleet(states, rate, cost, seconds / _HOUR, paid, reason, limit)
