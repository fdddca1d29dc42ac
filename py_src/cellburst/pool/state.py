"""What a pool knows: plain state, changed by the modules beside it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from msgspec import Struct, field

from cellburst.pool.held import HeldTasks, Task
from cellburst.pool.link import ControllerLink
from cellburst.pool.loop import PoolLoop
from cellburst.pool.outbox import Outbox
from cellburst.pool.process import Birth, WorkerProcess
from cellburst.pool.rawoutput import RawPipe
from cellburst.pool.usage import Meter
from cellburst.settings import Settings
from cellburst.wire.frames import Channel
from cellburst.wire.pool import DefineRun, WorkerEnded


class Cause(Enum):
    """Why a worker ends."""

    DIED = "it ended by itself or was killed from outside"
    STOPPED = "nobody needs it"
    CANCELLED = "its task was cancelled"
    TIMED_OUT = "its task took too long"
    CROWDED = "its task has started too many processes"
    UNRESPONSIVE = "it cannot be talked to"
    CLOSED = "the pool ends"


class Ending(Struct, eq=False):
    """A worker's end that is under way. ``serial`` is the task that it is meant for; 0: whatever it does."""

    cause: Cause
    message: str
    serial: int = 0
    rounds: int = 0
    condemned: bool = False


class Interrupt(Struct, eq=False):
    """A running task that was asked to stop."""

    serial: int


class TakeBack(Struct, eq=False):
    """Tasks that are wanted back; with ``interrupt`` the running one too."""

    wanted: Callable[[Task], bool]
    interrupt: bool


class Size(Struct, frozen=True):
    """What a worker process has: bytes of memory, open descriptors, threads."""

    memory: int = 0
    descriptors: int = 0
    threads: int = 0


class Worker(Struct, eq=False):
    """One worker process.

    Bytes: ``peak`` is the most that its tree used during the task ``measured``, ``largest`` the most that the process
    itself ever used. ``base`` is its size before its first task, ``weighed`` when that was last compared (monotonic),
    ``retiring`` why it is to be replaced, ``packages`` the fingerprint of what was installed when it started.
    ``writing`` is the task whose output is read, ``loaded`` the runs that it knows with their counts
    of tasks and the GPUs that it had then, ``gpus`` those that it has.
    """

    name: str
    process: WorkerProcess
    channel: Channel[Any]
    pipes: tuple[RawPipe, ...]
    packages: tuple[int, ...] = ()
    held: HeldTasks = field(default_factory=HeldTasks)
    loaded: dict[str, tuple[int, tuple[str, ...]]] = {}
    ready: bool = False
    connected: bool = True
    congested: bool = False
    keeps_children: bool = False
    status: int | None = None
    ending: Ending | None = None
    interrupt: Interrupt | None = None
    take_backs: list[TakeBack] = []
    writing: int = 0
    measured: int = 0
    peak: int = 0
    largest: int = 0
    base: Size = Size()
    weighed: float = 0.0
    retiring: str = ""
    meter: Meter = field(default_factory=Meter)
    out_of_memory_kills: int = 0
    gpus: tuple[str, ...] = ()
    last_words: str = ""

    @property
    def pid(self) -> int:
        return self.process.pid

    def task_now(self) -> Task | None:
        """The task that it executes, or that it started last if the outcome is not here yet."""
        executing = self.process.board.executing()
        return self.held.by_serial(executing.serial if executing else self.process.board.started)


class Pool(Struct, eq=False):
    """All of it. ``alone_since`` is monotonic seconds; None while a controller is attached.

    ``bury`` is called when nothing of a worker is left, ``spared`` when one that was to end may go on.
    """

    settings: Settings
    capacity: int
    loop: PoolLoop
    birth: Birth
    link: ControllerLink
    outbox: Outbox
    bury: Callable[[Pool, Worker], None]
    spared: Callable[[Pool, Worker], None]
    workers: dict[str, Worker] = {}
    runs: dict[str, DefineRun] = {}
    unsaid: list[WorkerEnded] = []
    named: int = 0
    memory_limit: int = 0
    gpus: tuple[str, ...] = ()
    watching: bool = False
    closing: bool = False
    keeps_children: bool = False
    alone_since: float | None = None
