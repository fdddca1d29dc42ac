"""What the core of a fleet wants done: all that it does to the world, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cellburst.model.blob import Packed
from cellburst.model.machine import Machine
from cellburst.model.outcome import OutcomeKind
from cellburst.model.plan import Offer, Plan
from cellburst.model.run import Run


@dataclass(frozen=True)
class Tell:
    """Send this to the controller."""

    message: Any


@dataclass(frozen=True)
class Prepare:
    """Make the run's role and queue and send its inputs; answered by Prepared or NotPrepared."""

    run: Run


@dataclass(frozen=True)
class Knock:
    """Look whether a made-up cloud is there that does not answer; CloudStopped if it is not."""

    run: str
    plan: Plan


@dataclass(frozen=True)
class Know:
    """The outcomes of these tasks (index, generation) are on record."""

    run: str
    tasks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Hand:
    """Put tasks into the run's queue."""

    run: str
    indices: tuple[int, ...]
    generations: tuple[int, ...]
    given: tuple[Packed, ...]


@dataclass(frozen=True)
class Revoke:
    """Cancel tasks (index, generation); ``whole``: these are all that the run has."""

    run: str
    tasks: tuple[tuple[int, int], ...]
    whole: bool = False


@dataclass(frozen=True)
class EndEarly:
    """Prune tasks."""

    run: str
    tasks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class GiveUp:
    """End tasks that no machine is going to end; ``error`` names an error of ours."""

    run: str
    tasks: tuple[tuple[int, int], ...]
    kind: OutcomeKind
    error: str
    sentence: str


@dataclass(frozen=True)
class Launch:
    """Ask EC2 for these machines, which are alike and numbered without a gap; at least ``least`` of them."""

    run: str
    token: str
    machines: tuple[Machine, ...]
    least: int
    offer: Offer
    larger: int = 0


@dataclass(frozen=True)
class Look:
    """Describe every instance of this environment; answered by Seen or Unseen."""


@dataclass(frozen=True)
class End:
    """End these instances."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class ReadConsole:
    """Answered by ConsoleRead."""

    id: str


@dataclass(frozen=True)
class Expect:
    """Machines are these instances, by which their words are proven."""

    run: str
    instances: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Follow:
    """Read what machines say from now on: it is known which there are."""

    run: str


@dataclass(frozen=True)
class LeaveTable:
    """Write the machines down for whoever attaches from elsewhere; soon, and the newest only."""

    run: str
    machines: tuple[Machine, ...]


@dataclass(frozen=True)
class Ask:
    """Ask the user's side of a run that was started elsewhere to cancel it."""

    run: str


@dataclass(frozen=True)
class LookAgain:
    """Look at all outcomes of the run."""

    run: str


@dataclass(frozen=True)
class Gone:
    """A machine says nothing more."""

    run: str
    machine: str


@dataclass(frozen=True)
class Bring:
    """Fetch the blobs of a result, and answer the request."""

    request: int
    run: Run
    index: int
    generation: int


@dataclass(frozen=True)
class AskPrices:
    """Ask for the spot prices of these types; answered by SpotPrices, or by nothing."""

    types: tuple[str, ...]


@dataclass(frozen=True)
class LetGo:
    """All tasks have ended: say so in the bucket."""

    run: str


@dataclass(frozen=True)
class Unfollow:
    """Nothing more is wanted of a run that was started elsewhere."""

    run: str


@dataclass(frozen=True)
class Clean:
    """Remove the run's role and queue; answered by Cleaned."""

    run: str
    region: str


Effect = (
    Tell
    | Prepare
    | Knock
    | Know
    | Hand
    | Revoke
    | EndEarly
    | GiveUp
    | Launch
    | Look
    | End
    | ReadConsole
    | Expect
    | Follow
    | LeaveTable
    | Ask
    | LookAgain
    | Gone
    | Bring
    | AskPrices
    | LetGo
    | Unfollow
    | Clean
)
