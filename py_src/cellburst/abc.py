"""The seams, all on one page. Implementations know this module and not each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct

from cellburst.model.blob import BlobRef
from cellburst.model.browsing import AttemptRow, RunGist, RunQuery, TaskQuery
from cellburst.model.events import Event
from cellburst.model.outcome import LossReason, TaskResult
from cellburst.model.run import Counts, Run, RunStatus, RunSummary
from cellburst.model.stored import EventRow, LiveRun, Standing, TaskPage, TaskRow
from cellburst.model.usage import UsageSample


class Clock(Protocol):
    """Three clocks: ``wall`` for display, ``monotonic`` for short times, ``boot`` (counts sleep) for leases."""

    def wall(self) -> float: ...
    def monotonic(self) -> float: ...
    def boot(self) -> float: ...


class StoreWatch(Protocol):
    """Watching a store that a controller writes, from any process. Methods raise StoreError."""

    def version(self) -> int:
        """Differs from the number before if there was a commit since."""
        ...

    def standings(self) -> dict[str, Standing]:
        """By the run's id."""
        ...

    def close(self) -> None: ...


class RunReader(Protocol):
    """Reading a run store; any process may, at any time, with or without a controller."""

    def runs(self, *, limit: int = 100, offset: int = 0) -> list[RunSummary]:
        """Newest first."""
        ...

    def run(self, run: str) -> Run:
        """Raises UnknownRunError."""
        ...

    def find(self, prefix: str) -> list[str]:
        """Ids that start with ``prefix``, newest first, at most ten."""
        ...

    def status(self, run: str) -> RunStatus: ...
    def tasks(self, run: str, start: int = 0, stop: int | None = None) -> Iterator[TaskRow]: ...
    def result(self, run: str, index: int) -> TaskResult | None:
        """The recorded outcome of the newest generation, with its value and outputs; None while there is none."""
        ...

    def results(self, run: str, indices: Iterable[int] | None = None) -> Iterator[TaskResult]:
        """Recorded outcomes of newest generations in index order; outputs are left out."""
        ...

    def outputs(self, run: str, index: int, attempt: int | None = None) -> list[dict[str, Any]]:
        """The output records of a task (of its last attempt); a dropped middle is one stream record that says so."""
        ...

    def usage(self, run: str, index: int, attempt: int) -> list[UsageSample]:
        """What an attempt of the newest generation used, oldest first; nothing for a short one."""
        ...

    def timeline(self, run: str, after: int = 0) -> list[EventRow]: ...
    def disk_use(self) -> dict[str, int]:
        """Bytes by what they are for: "database", "blobs", "outputs"."""
        ...

    def close(self) -> None: ...


class RunBrowser(RunReader, Protocol):
    """Looking through a store as a page does: what it costs depends on what is shown, not on how much there is."""

    def page(self, query: RunQuery) -> list[RunSummary]: ...
    def summary(self, run: str) -> RunSummary:
        """Raises UnknownRunError, and nothing else for a run whose record is damaged."""
        ...

    def gists(self, runs: Iterable[str]) -> dict[str, RunGist]:
        """By the run's id; those whose record is damaged are left out."""
        ...

    def live_counts(self) -> tuple[int, Counts]:
        """How many runs have not ended, and their tasks."""
        ...

    def version(self, run: str) -> str:
        """A word that changes with every change of the run's state, its counts or the state of a task."""
        ...

    def states(self, run: str) -> str:
        """A letter for each task, the first of its state's name."""
        ...

    def find_tasks(self, run: str, query: TaskQuery) -> TaskPage: ...
    def attempts(self, run: str, index: int) -> list[AttemptRow]:
        """Every try at a task, oldest first."""
        ...


class RunStore(RunReader, Protocol):
    """Writing one: exactly one process, the controller of ``epoch``."""

    epoch: int

    def commit(self, events: Sequence[Event], *, lasting: bool = True) -> None:
        """Make all of them durable, in order, or none. Unless ``lasting``, a power cut may undo them until ``sync``.

        Raises StoreFencedError (a newer epoch writes), StoreBusyError, DiskFullError, StoreError.
        """
        ...

    def sync(self) -> None:
        """From now on what was committed survives a power cut. Raises DiskFullError, StoreError."""
        ...

    def live_runs(self) -> list[LiveRun]: ...
    def load_run(self, run: str) -> LiveRun:
        """The same for one run, ended or not. Raises UnknownRunError."""
        ...

    def by_key(self, key: str) -> str | None:
        """The run that was submitted with ``key``."""
        ...

    def append_outputs(self, run: str, index: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        """Keep output of a running attempt, capped head and tail; not synced, never raises on a full disk."""
        ...

    def append_usage(self, run: str, index: int, attempt: int, samples: Sequence[UsageSample]) -> None:
        """Keep what a running attempt uses; never raises on a full disk."""
        ...

    def prune(self, keep_days: float, keep_bytes: int, now: float) -> list[str]:
        """Delete ended runs by the retention policy, oldest first; the ids."""
        ...

    def sweep_blobs(self, grace: float, now: float) -> int:
        """Remove blobs that no store names and that are older than ``grace`` seconds; the bytes freed."""
        ...


class Loop(Protocol):
    """The controller's event loop, as much of it as a backend needs. Callbacks run in the loop's thread."""

    def watch(self, source: HasFileno, readable: Callable[[], None]) -> None: ...
    def unwatch(self, source: HasFileno) -> None: ...
    def when_writable(self, source: HasFileno, writable: Callable[[], None] | None) -> None:
        """Call until it is unset with None; ``source`` must be watched."""
        ...

    def later(self, seconds: float, callback: Callable[[], None]) -> None: ...


class HasFileno(Protocol):
    """Something that a selector can wait for."""

    def fileno(self) -> int: ...


class BackendListener(Protocol):
    """What a backend tells the controller; called in the controller's own thread."""

    def trouble(self, target: str, message: str) -> None:
        """Workers that were asked for cannot be had; the sentence is shown with every task that waits."""
        ...

    def worker_started(self, target: str, worker: str) -> None: ...
    def outcomes(
        self, worker: str, run: str, results: Sequence[TaskResult], idle: bool, done: Callable[[], None]
    ) -> None:
        """``done`` is called once the outcomes are committed."""
        ...

    def returned(self, worker: str, run: str, indices: Sequence[int]) -> None: ...
    def worker_ended(self, worker: str, loss: WorkerLoss) -> None: ...
    def output(
        self, run: str, index: int, generation: int, attempt: int, outputs: Sequence[dict[str, Any]]
    ) -> None: ...
    def used(self, run: str, index: int, generation: int, attempt: int, sample: UsageSample) -> None:
        """A running task's use of the machine, now and then."""
        ...

    def progress(
        self, run: str, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None
    ) -> None: ...


class WorkerLoss(Struct, frozen=True):
    """A worker that is gone: what it executed, what it held behind, and why."""

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


class Holding(Struct, frozen=True):
    """What a worker that was found again holds."""

    worker: str
    run: str
    indices: tuple[int, ...]
    generations: tuple[int, ...]
    attempt: int
    running: bool


class Backend(Protocol):
    """Provides workers for one target and hands tasks to them. Nothing here blocks."""

    capacity: int

    def listen(self, listener: BackendListener) -> None:
        """From now on tell ``listener``; called once, before anything else."""
        ...

    def adopt(self, epoch: int) -> list[Holding]:
        """Workers left by an earlier controller, with what they hold; ``epoch`` outranks the earlier one's.

        Outcomes that they had ready are told to the listener before this returns.
        """
        ...

    def start_workers(self, count: int) -> None: ...
    def define(self, run: Run) -> None:
        """Say what the tasks of a run share; before the first ``assign``."""
        ...

    def assign(
        self, worker: str, run: str, indices: Sequence[int], generations: Sequence[int], attempt: int
    ) -> None: ...
    def recall(self, worker: str) -> None: ...
    def cancel(self, run: str, indices: Sequence[int]) -> None: ...
    def stop_workers(self, workers: Sequence[str]) -> None: ...
    def forget(self, run: str) -> None: ...
    def close(self) -> None: ...


class BlobStore(Protocol):
    """Immutable bytes by digest; every process of the user may put and read."""

    def put(self, data: memoryview | bytes) -> BlobRef:
        """Write once; the same bytes again cost a digest. Raises DiskFullError, StoreError."""
        ...

    def read(self, ref: BlobRef) -> memoryview:
        """A private writable view (copy on write) of verified bytes. Raises DamagedBlobError."""
        ...

    def __contains__(self, ref: BlobRef) -> bool: ...
