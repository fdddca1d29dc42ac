"""What the core knows of each run; all of it can be known again from the controller, the bucket and the tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from msgspec.structs import replace

from cellburst.fleet.attempts import Attempts
from cellburst.fleet.effects import Hand
from cellburst.model.machine import Machine, MachineState
from cellburst.model.plan import Offer, Plan
from cellburst.model.run import Run

Task = tuple[int, int]
"""Index and generation."""

UNREAD = 2
"""Looks at the whole bucket, after which it is known what a machine has done: the first may have begun before."""
UNREAD_AT_MOST = 60.0
"""Seconds after which nobody waits for that any longer."""
ALIVE = frozenset({MachineState.BOOTING, MachineState.SETTING_UP, MachineState.RUNNING})


class Console(Enum):
    """Whether what a machine has written to its console was read."""

    WANTED = auto()
    ASKED = auto()
    READ = auto()


@dataclass
class Life:
    """A machine, and what need not be committed of it. Times are wall seconds.

    ``heard`` is when it last said something, ``held`` what tasks it then had, ``idle`` since when it has none;
    ``missing`` since when EC2 does not know it; ``asked`` when it was last asked to end; ``dying``: EC2 ends it;
    ``priced`` until when its price is the mean of what it was. ``parted``: when EC2 said that it goes or is gone, and
    how many looks at the whole bucket there had been by then; what it did is known after two more. ``judged``: whether
    its end was taken in.
    """

    machine: Machine
    heard: float | None = None
    held: frozenset[Task] = frozenset()
    idle: float | None = None
    missing: float | None = None
    asked: float | None = None
    notice: float | None = None
    console: Console | None = None
    priced: float | None = None
    parted: tuple[float, int] | None = None
    judged: bool = True
    dying: bool = False
    changed: bool = False

    @property
    def state(self) -> MachineState:
        return self.machine.state

    def change(self, **fields: Any) -> None:
        """Let the machine be different; it is told with the turn's end."""
        new = replace(self.machine, **fields)
        if new != self.machine:
            self.machine = new
            self.changed = True


class CallState(Enum):
    """Where a request to launch is: ``INTENT`` until it is committed, ``UNKNOWN`` if no answer came; ``HELD`` is one
    that was refused for now."""

    INTENT = auto()
    SENT = auto()
    HELD = auto()
    UNKNOWN = auto()


@dataclass
class Call:
    """A request to launch machines that are alike.

    ``since`` is when it first became unknown (0: never), ``again`` when to ask again; ``last``: not again.
    """

    token: str
    names: tuple[str, ...]
    offer: Offer
    least: int
    state: CallState
    serial: int = 0
    since: float = 0.0
    again: float = 0.0
    last: bool = False
    tries: int = 0


@dataclass
class Served:
    """A run and its machines. ``run`` is None for one that has ended, of which machines may be left.

    ``tasks`` are those without an outcome, by index. ``losses`` counts by task what was lost on spot machines, and
    ``memory`` how often it was out of memory; ``counted`` are the attempts in them. ``resumed``: it had machines
    before, which may have done what is thought to be left; ``looks`` are those at the whole bucket since. ``cooling``
    says until when an offer is not asked for again, and why. ``revoked_at`` and ``looked_again`` are of runs that are
    only followed: when one was cancelled, and when all outcomes were asked for since.
    ``unhanded`` goes to the queue at ``hand_at``. ``stopped``: its made-up cloud is gone.
    """

    id: str
    run: Run | None = None
    lives: dict[str, Life] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    tasks: dict[int, int] = field(default_factory=dict)
    losses: dict[int, int] = field(default_factory=dict)
    memory: dict[int, int] = field(default_factory=dict)
    counted: set[tuple[int, int, int]] = field(default_factory=set)
    attempts: Attempts = field(default_factory=Attempts)
    cooling: dict[Offer, tuple[float, str]] = field(default_factory=dict)
    prepared: bool = False
    preparing: bool = False
    prepare_at: float = 0.0
    prepare_tries: int = 0
    paused: float = 0.0
    pauses: int = 0
    waits: str = ""
    disturbed: str = ""
    halted: str = ""
    failures: dict[str, int] = field(default_factory=dict)
    finishing: bool = False
    revoked: bool = False
    cleaning: bool = False
    clean_at: float = 0.0
    clean_tries: int = 0
    standing: str | None = None
    expected: tuple[tuple[str, str], ...] = ()
    read: float = 0.0
    seen: float = 0.0
    begun: float = 0.0
    followed: bool = False
    resumed: bool = False
    looks: int = 0
    given_up: bool = False
    stopped: bool = False
    revoked_at: float = 0.0
    looked_again: float = 0.0
    hand_at: float = 0.0
    unhanded: list[Hand] = field(default_factory=list)

    @property
    def plan(self) -> Plan | None:
        return self.run.plan if self.run else None

    @property
    def guest(self) -> bool:
        """Whether the run was started elsewhere, and is only followed here."""
        return self.run is not None and self.run.elsewhere is not None

    @property
    def made_up(self) -> bool:
        """Whether the run's cloud is a process on this computer."""
        return self.plan is not None and self.plan.provider == "fakecloud"

    @property
    def over(self) -> bool:
        """Whether no machine is wanted any more."""
        return self.finishing or self.revoked or self.run is None

    def machine(self, name: str) -> Machine | None:
        """One of the run's machines, if it had one of this name."""
        life = self.lives.get(name)
        return life.machine if life is not None else None

    def unread(self, now: float) -> list[Life]:
        """Machines that have gone, and may have done what is thought to be left."""
        found = [(life, *life.parted) for life in self.lives.values() if life.parted is not None]
        return [life for life, at, looks in found if self.looks < looks + UNREAD and now - at < UNREAD_AT_MOST]

    def alive(self) -> Iterator[Life]:
        """Machines that may still do something."""
        return (life for life in self.lives.values() if life.machine.live)

    def calling(self) -> set[str]:
        """Machines that a request is under way for."""
        return {name for call in self.calls.values() for name in call.names}


def number(name: str) -> int:
    """Of a machine's name: 7 of "m7"."""
    return int(name[1:])
