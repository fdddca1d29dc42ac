"""What is written into the bucket, as JSON: plain facts, and values as bytes that nobody here opens.

A signed one travels as the body of a ``signing.Sealed``. A blob is named by the XXH3 digest that a ``BlobRef`` has; the
maps say what its SHA-256 is, by which the bucket names it.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cellburst.model.blob import Packed
from cellburst.model.machine import Machine, MachineState, MachineUse
from cellburst.model.outcome import OutcomeKind


class RunRecord(Struct, frozen=True, omit_defaults=True):
    """Everything that a machine needs to know of a run; signed by the user.

    ``nonce`` (hexadecimal) is in every machine's proof of who it is. ``payload`` is a ``Payload`` as msgpack. ``count``
    tasks were submitted with it; those that were added to an ``open`` run come with packs. ``losses`` is how many
    attempts of a task may be lost until it is given up; ``timeout`` seconds for each. ``escalate``: a task that ran out
    of memory is tried again where there is more. A machine tells of itself every ``beat`` seconds, holds a task for
    ``lease`` seconds at a time, and ends after ``idle`` seconds without work. ``about`` is the ``Run`` as msgpack, its
    payload left out, for whoever of the account attaches to it from elsewhere.
    """

    run: str
    nonce: str
    payload: bytes
    count: int
    environment: str = ""
    blobs: dict[str, str] = {}
    seed: int = 0
    retries: int = 0
    losses: int = 3
    timeout: float | None = None
    at_most_once: bool = False
    escalate: bool = False
    open: bool = False
    beat: float = 15.0
    lease: float = 90.0
    idle: float = 60.0
    about: bytes = b""


class Registered(Struct, frozen=True, omit_defaults=True):
    """What an account knows of a run: the environment id it is kept under, and the user's ``public`` key.

    It lies where no machine can write, so that it is as true as the account's owner is. The rest is for a list.
    """

    run: str
    env: str
    public: bytes
    submitted: float
    name: str = ""
    target: str = ""
    count: int = 0
    notebook: str = ""
    python: str = ""
    version: str = ""


class MachineTable(Struct, frozen=True):
    """Every machine that a run has, or had, as far as the user's side knows; signed by the user."""

    at: float
    machines: tuple[Machine, ...]


class AskedToCancel(Struct, frozen=True):
    """Somebody of the account, at ``by``, wants the run cancelled. Machines take no notice: it is not signed."""

    at: float
    by: str = ""


class InputPack(Struct, frozen=True, omit_defaults=True):
    """What tasks that were added later are given, beside ``indices``; signed by the user."""

    indices: tuple[int, ...]
    given: tuple[Packed, ...]
    blobs: dict[str, str] = {}


class TaskMessage(Struct, frozen=True, omit_defaults=True):
    """One task in the queue: run, index, generation, attempts that have ended, how many by reason, which of the task's
    messages this is, name of its input pack.

    ``m`` is the memory in bytes that was not enough for it. ``s`` is the user's signature of run, index, generation
    and pack: nobody else can have a task executed. The rest counts; who forges that can make a task be given up, and
    nothing else.
    """

    r: str
    i: int
    g: int
    t: int = 0
    k: dict[str, int] = {}
    n: int = 0
    p: str = ""
    m: int = 0
    s: bytes = b""


class QueuedPart(Struct, frozen=True, omit_defaults=True):
    """These tasks (index, generation) were handed to the queue, with this pack of inputs; signed by the user."""

    tasks: tuple[tuple[int, int], ...]
    pack: str = ""


class Claim(Struct, frozen=True):
    """An at-most-once task is about to start here."""

    nonce: str
    machine: str


class Done(Struct, frozen=True, omit_defaults=True):
    """How a task's generation ended; signed by the machine's key, or the user's for a cancelled or given up one.

    ``result`` is a ``TaskResult`` as msgpack; ``blobs`` those that it refers to.
    """

    index: int
    generation: int
    attempt: int
    kind: OutcomeKind
    nonce: str
    machine: str
    worker: str
    result: bytes
    blobs: dict[str, str] = {}


class MachineRecord(Struct, frozen=True):
    """Who a machine says it is: its public key, and a request to STS that only its own role could have signed.

    ``headers`` and ``body`` are the request's; where it is sent is not for the machine to say.
    """

    name: str
    public: bytes
    headers: dict[str, str]
    body: str


class Voucher(Struct, frozen=True):
    """The user's word that ``public`` is the key of the machine ``name``, which was ``instance``; signed."""

    name: str
    public: bytes
    instance: str


class News(Struct, frozen=True, omit_defaults=True):
    """What one machine has to say since the last time, and that it is there; signed by it.

    ``events`` are ``news.NewsEvent`` as one msgpack array (JSON has no numbers that are none). ``held`` are the
    tasks that it has (index, generation); ``notice`` is when it is taken away (wall seconds).
    """

    machine: str
    number: int
    at: float
    state: MachineState
    reason: str = ""
    held: tuple[tuple[int, int], ...] = ()
    use: MachineUse | None = None
    notice: float | None = None
    events: bytes = b""


class Stop(Struct, frozen=True, omit_defaults=True):
    """``cancel`` or ``prune`` these tasks, or ``finish``: all have ended, machines may go. Signed by the user."""

    what: Literal["cancel", "prune", "finish"]
    nonce: str
    tasks: tuple[tuple[int, int], ...] = ()


class Position(Struct, frozen=True):
    """How far a reader has read the news: slots below ``slot`` whole, above it the named ones."""

    slot: str
    seen: tuple[str, ...] = ()
