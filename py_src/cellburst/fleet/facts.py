"""What the core of a fleet hears, beside the messages of wire.fleet.ToFleet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cellburst.aws.instances import Instance, Refused
from cellburst.bucket.records import News
from cellburst.model.machine import Machine
from cellburst.model.outcome import TaskResult


@dataclass(frozen=True)
class Prepared:
    """A run's role, queue and inputs are there: machines may be launched."""

    run: str


@dataclass(frozen=True)
class NotPrepared:
    """They could not be made; ``final`` if trying again is of no use, ``access`` if credentials are missing."""

    run: str
    text: str
    final: bool = False
    access: bool = False


@dataclass(frozen=True)
class Answered:
    """A request to launch gave these instances."""

    run: str
    token: str
    instances: tuple[Instance, ...]


@dataclass(frozen=True)
class Declined:
    """A request to launch gave nothing, for certain."""

    run: str
    token: str
    reason: Refused
    code: str
    text: str


@dataclass(frozen=True)
class Unanswered:
    """Nobody knows what a request to launch gave."""

    run: str
    token: str
    text: str


@dataclass(frozen=True)
class Seen:
    """Every instance with the tag of this environment, as described from ``asked`` (wall seconds) on."""

    instances: tuple[Instance, ...]
    asked: float


@dataclass(frozen=True)
class Unseen:
    """EC2 could not be asked; ``access`` if credentials are missing."""

    text: str
    access: bool = False


@dataclass(frozen=True)
class ConsoleRead:
    """What an instance wrote to its console."""

    id: str
    text: str


@dataclass(frozen=True)
class Heard:
    """News of a machine, proven to be its own."""

    run: str
    news: News


@dataclass(frozen=True)
class Followed:
    """The bucket's news of a run are read up to ``at`` (wall seconds); ``whole``: and so is every outcome."""

    run: str
    at: float
    whole: bool = True


@dataclass(frozen=True)
class Told:
    """A message for the controller that came from a machine: tasks that began or are back, output, progress, use."""

    run: str
    message: Any


@dataclass(frozen=True)
class Settled:
    """Tasks have ended."""

    run: str
    results: tuple[TaskResult, ...]


@dataclass(frozen=True)
class Disturbed:
    """The bucket of a run cannot be reached (""): it can again); ``access`` if credentials are missing."""

    run: str
    text: str
    access: bool = False


@dataclass(frozen=True)
class CloudStopped:
    """The run's made-up cloud is not there any more, nor is anything that it had."""

    run: str


@dataclass(frozen=True)
class AskedToCancel:
    """Somebody who attached from elsewhere asks for the run to be cancelled."""

    run: str
    by: str


@dataclass(frozen=True)
class Tabled:
    """The machines of a run that was started elsewhere, as its user's side left them."""

    run: str
    machines: tuple[Machine, ...]


@dataclass(frozen=True)
class Cleaned:
    """The role and the queue of a run are gone; ``error`` says why not."""

    run: str
    error: str = ""


@dataclass(frozen=True)
class SpotPrices:
    """Dollars an hour by type and zone, as they are now."""

    prices: Mapping[tuple[str, str], float]
