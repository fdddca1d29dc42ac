"""Between the controller and a local pool, which outlives it by as much as its tasks need."""

from __future__ import annotations

from msgspec import Struct

from cellburst.model.blob import Packed
from cellburst.model.outcome import LossReason, TaskResult
from cellburst.model.payload import Payload
from cellburst.model.usage import UsageSample
from cellburst.wire.worker import Importing, Progressed, Reported, Streamed


class Attach(Struct, frozen=True, tag="attach"):
    """The controller of this epoch takes the pool; one of an older epoch is disconnected or refused."""

    epoch: int
    version: str


class StartWorkers(Struct, frozen=True, tag="start"):
    """Start this many more workers."""

    count: int


class DefineRun(Struct, frozen=True, tag="define"):
    """What the tasks of a run share; once per run, before its first ``Assign``. Each task has ``gpus`` of its own."""

    run: str
    payload: Payload
    count: int
    seed: int
    timeout: float | None
    gpus: int = 0


class Assign(Struct, frozen=True, tag="assign"):
    """Give tasks to a worker; they queue behind what it holds. ``generations`` and ``given`` as in ``RunTasks``."""

    worker: str
    run: str
    indices: tuple[int, ...]
    generations: tuple[int, ...]
    attempt: int
    given: tuple[Packed, ...] = ()


class Recall(Struct, frozen=True, tag="recall"):
    """Take back what a worker holds and has not started; answered by ``Returned``, an empty one if need be."""

    worker: str


class CancelTasks(Struct, frozen=True, tag="cancel"):
    """End these tasks (all of the run's if empty): unstarted ones come back as ``Returned``; a
    started one is interrupted, and its processes are ended after the grace time."""

    run: str
    indices: tuple[int, ...] = ()


class PruneTasks(Struct, frozen=True, tag="prune"):
    """Let these tasks, as far as they are running, end as pruned when they report next."""

    run: str
    indices: tuple[int, ...]


class StopWorkers(Struct, frozen=True, tag="stop"):
    """End these idle workers."""

    workers: tuple[str, ...]


class ForgetRuns(Struct, frozen=True, tag="forget"):
    """These runs have ended."""

    runs: tuple[str, ...]


class Acknowledge(Struct, frozen=True, tag="ack"):
    """Outcomes up to and including this ``Outcomes.serial`` are committed and can be dropped."""

    serial: int


class GiveNotice(Struct, frozen=True, tag="notice"):
    """The machine is about to go: running tasks are told (``task.on_interrupt``)."""


class ClosePool(Struct, frozen=True, tag="close"):
    """End every worker and then the pool."""


ToPool = (
    Attach
    | StartWorkers
    | DefineRun
    | Assign
    | Recall
    | CancelTasks
    | PruneTasks
    | StopWorkers
    | ForgetRuns
    | Acknowledge
    | GiveNotice
    | ClosePool
)


class HeldTasks(Struct, frozen=True):
    """What a worker holds; the first one is running if ``running``."""

    worker: str
    pid: int
    run: str
    indices: tuple[int, ...]
    generations: tuple[int, ...]
    attempt: int
    running: bool


class Attached(Struct, frozen=True, tag="attached"):
    """The answer to ``Attach``: all workers, with what they hold; unacknowledged outcomes follow."""

    workers: tuple[HeldTasks, ...]
    capacity: int
    defined: tuple[str, ...] = ()


class Refused(Struct, frozen=True, tag="refused"):
    """The pool obeys a newer controller."""

    epoch: int


class WorkerStarted(Struct, frozen=True, tag="worker"):
    """A worker takes tasks now."""

    worker: str
    pid: int


class Outcomes(Struct, frozen=True, tag="outcomes"):
    """Outcomes of one worker's tasks. Repeated after a reconnect until acknowledged."""

    serial: int
    worker: str
    run: str
    results: tuple[TaskResult, ...]
    idle: bool


class Returned(Struct, frozen=True, tag="returned"):
    """These tasks were not started and will not be."""

    worker: str
    run: str
    indices: tuple[int, ...]


class WorkerEnded(Struct, frozen=True, tag="ended"):
    """A worker process is gone and its process tree with it.

    ``index`` is the task that it was executing, None if it was idle; ``unstarted`` were held behind.
    ``reason`` None: it was ended on purpose (``cancelled`` or ``timed_out`` say which task's end it was).
    """

    worker: str
    run: str
    index: int | None
    generation: int
    attempt: int
    unstarted: tuple[int, ...]
    reason: LossReason | None
    message: str
    cancelled: bool = False
    timed_out: bool = False
    started: float = 0.0
    seconds: float = 0.0
    peak_rss: int = 0


class Sampled(Struct, frozen=True, tag="sampled"):
    """What a running task uses now. Only for looking at: one that nobody takes is lost."""

    run: str
    index: int
    generation: int
    attempt: int
    sample: UsageSample


FromPool = (
    Attached
    | Refused
    | WorkerStarted
    | Outcomes
    | Returned
    | WorkerEnded
    | Streamed
    | Progressed
    | Importing
    | Reported
    | Sampled
)
