"""Between the controller and the process that gets, feeds, watches and ends the machines of one target.

The process keeps nothing that the store or the cloud does not have: killed at any moment, the next one goes on with
what ``Attach`` says. What it tells with a serial is repeated until it is acknowledged, which is after the commit; it
asks for a machine only once the machine's ``requesting`` is acknowledged.
"""

from __future__ import annotations

from msgspec import Struct

from cellburst.model.blob import Packed
from cellburst.model.known import Known
from cellburst.model.machine import Machine
from cellburst.model.outcome import LossReason, TaskResult
from cellburst.model.run import Run
from cellburst.wire.pool import Sampled
from cellburst.wire.worker import Progressed, Reported, Streamed


class Attach(Struct, frozen=True, tag="attach"):
    """The first message: the controller's epoch, and every machine of this target that may still cost something."""

    epoch: int
    version: str
    target: str
    env: str
    machines: tuple[Machine, ...] = ()


class Begin(Struct, frozen=True, tag="begin"):
    """Serve this run from now on; ``machines`` are all that it ever had, ``known`` is what of it is on record. Repeated
    after a restart."""

    run: Run
    machines: tuple[Machine, ...] = ()
    known: Known = Known()


class Enqueue(Struct, frozen=True, tag="enqueue"):
    """Hand these tasks out. ``generations`` runs beside ``indices``; so does ``given`` (as in ``SweepPart``) unless
    it is
    empty. One that is queued already, or has ended, is not queued twice."""

    run: str
    indices: tuple[int, ...]
    generations: tuple[int, ...]
    given: tuple[Packed, ...] = ()


class CancelTasks(Struct, frozen=True, tag="cancel"):
    """Cancel these tasks, all of the run's if none is named: each ends as cancelled unless its outcome is there."""

    run: str
    indices: tuple[int, ...] = ()
    generations: tuple[int, ...] = ()


class PruneTasks(Struct, frozen=True, tag="prune"):
    """Let these tasks end as pruned when they report next."""

    run: str
    indices: tuple[int, ...]


class Fetch(Struct, frozen=True, tag="fetch"):
    """Bring the blobs of this result into the blob folder; answered by ``Fetched``. The run may have ended long
    ago, and no ``Begin`` need have told of it."""

    request: int
    run: Run
    index: int
    generation: int


class Finish(Struct, frozen=True, tag="finish"):
    """Every task of the run has ended: end its machines, remove what else was made for it, then say ``Finished``.

    Of a run that was started elsewhere: say it when its machines have ended."""

    run: str


class Acknowledge(Struct, frozen=True, tag="ack"):
    """What was told with this serial is committed."""

    serial: int


class Leave(Struct, frozen=True, tag="leave"):
    """The controller ends. Machines go on with their runs."""


ToFleet = Attach | Begin | Enqueue | CancelTasks | PruneTasks | Fetch | Finish | Acknowledge | Leave


class MachinesChanged(Struct, frozen=True, tag="machines"):
    """These machines of a run are as told now."""

    serial: int
    run: str
    machines: tuple[Machine, ...]


class TaskBegan(Struct, frozen=True, tag="began"):
    """A machine executes this task: ``worker`` is "m3.0", its machine and place there."""

    run: str
    index: int
    generation: int
    attempt: int
    worker: str
    at: float


class TaskBack(Struct, frozen=True, tag="back"):
    """An attempt ended without ending its task, which waits again. ``loss`` None: the user's exception, with retries
    left."""

    serial: int
    run: str
    index: int
    generation: int
    attempt: int
    worker: str
    loss: LossReason | None
    message: str
    at: float


class Outcomes(Struct, frozen=True, tag="outcomes"):
    """Tasks have ended; values are in the blob folder, or are named by it and fetched when they are asked for."""

    serial: int
    run: str
    results: tuple[TaskResult, ...]


class Noted(Struct, frozen=True, tag="noted"):
    """A line for the run's timeline."""

    serial: int
    run: str
    message: str
    at: float


class CancelAsked(Struct, frozen=True, tag="cancel-asked"):
    """Somebody of the account, ``by``, who attached to the run from elsewhere, asks for it to be cancelled."""

    serial: int
    run: str
    by: str


class Finished(Struct, frozen=True, tag="finished"):
    """After ``Finish``: nothing of the run is left in the cloud but its results."""

    run: str


class Fetched(Struct, frozen=True, tag="fetched"):
    """The blobs are there; ``error`` says why not, or is empty."""

    request: int
    error: str = ""


class Standing(Struct, frozen=True, tag="standing"):
    """One sentence for what the run's waiting tasks wait for ("" when they wait for their turn alone)."""

    run: str
    reason: str


class Trouble(Struct, frozen=True, tag="trouble"):
    """The target as a whole cannot be served for now; one sentence ("": it can again)."""

    message: str


FromFleet = (
    MachinesChanged
    | TaskBegan
    | TaskBack
    | Outcomes
    | Noted
    | CancelAsked
    | Fetched
    | Finished
    | Standing
    | Trouble
    | Streamed
    | Progressed
    | Reported
    | Sampled
)
