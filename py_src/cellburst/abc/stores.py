"""Where runs and their bytes are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from cellburst.model.blob import BlobRef, Packed
from cellburst.model.browsing import AttemptRow, Reported, RunGist, RunQuery, TaskQuery
from cellburst.model.events import Event
from cellburst.model.machine import Machine, Meter
from cellburst.model.outcome import TaskResult
from cellburst.model.report import Report
from cellburst.model.run import Counts, Run, RunStatus, RunSummary
from cellburst.model.stored import EventRow, LiveRun, Standing, TaskPage, TaskRow
from cellburst.model.usage import UsageSample


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

    def run(self, run: str) -> Run:
        """With every task that was added until now; ``open`` is what it is now. Raises UnknownRunError."""

    def given(self, run: str, indices: Iterable[int]) -> dict[int, Packed]:
        """What tasks that were added later were given, as in ``SweepPart``; other tasks are left out."""

    def keys(self, run: str, indices: Iterable[int]) -> dict[int, bytes]:
        """What the results of tasks are kept under, by index; tasks without a key are left out."""

    def find(self, prefix: str) -> list[str]:
        """Ids that start with ``prefix``, newest first, at most ten."""

    def status(self, run: str) -> RunStatus: ...
    def tasks(self, run: str, start: int = 0, stop: int | None = None) -> Iterator[TaskRow]: ...
    def endings(self, run: str) -> dict[int, str]:
        """The state in which each task has ended whose newest generation has: quick, also of a million tasks."""

    def result(self, run: str, index: int) -> TaskResult | None:
        """The recorded outcome of the newest generation, with its value and outputs; None while there is none."""

    def results(self, run: str, indices: Iterable[int] | None = None) -> Iterator[TaskResult]:
        """Recorded outcomes of newest generations in index order; outputs are left out."""

    def outputs(self, run: str, index: int, attempt: int | None = None) -> list[dict[str, Any]]:
        """The output records of a task (of its last attempt); a dropped middle is one stream record that says so."""

    def usage(self, run: str, index: int, attempt: int) -> list[UsageSample]:
        """What an attempt of the newest generation used, oldest first; nothing for a short one."""

    def reports(self, run: str, index: int, attempt: int) -> list[Report]:
        """What an attempt of the newest generation reported, oldest first; of very many an even choice."""

    def cached(self, keys: Iterable[bytes]) -> dict[bytes, tuple[str, int]]:
        """The run and index of the newest success of each key that has one; a damaged one is none."""

    def successes(self, run: str, indices: Iterable[int]) -> dict[int, TaskResult]:
        """What ``result`` says of these tasks, by index, as far as they succeeded; a damaged one did not."""

    def machines(self, run: str) -> list[Machine]:
        """Every machine that a run has had, in the order in which they were asked for."""

    def live_machines(self) -> list[Machine]:
        """Machines of all runs that may still cost something."""

    def meters(self, runs: Iterable[str]) -> dict[str, Meter]:
        """What the machines of these runs cost; runs that had none are left out."""

    def timeline(self, run: str, after: int = 0) -> list[EventRow]: ...
    def disk_use(self) -> dict[str, int]:
        """Bytes by what they are for: "database", "blobs", "outputs"."""

    def close(self) -> None: ...


class RunBrowser(RunReader, Protocol):
    """Looking through a store as a page does: what it costs depends on what is shown, not on how much there is."""

    def page(self, query: RunQuery) -> list[RunSummary]: ...
    def summary(self, run: str) -> RunSummary:
        """Raises UnknownRunError, and nothing else for a run whose record is damaged."""

    def gists(self, runs: Iterable[str]) -> dict[str, RunGist]:
        """By the run's id; those whose record is damaged are left out."""

    def live_counts(self) -> tuple[int, Counts]:
        """How many runs have not ended, and their tasks."""

    def version(self, run: str) -> str:
        """A word that changes with every change of the run's state, its counts or the state of a task."""

    def states(self, run: str) -> str:
        """A letter for each task, the first of its state's name."""

    def find_tasks(self, run: str, query: TaskQuery) -> TaskPage: ...
    def numbers(self, run: str, name: str) -> list[float]:
        """The finite numbers that tasks which have succeeded gave under a name, logged or in a value, in order."""

    def in_hand(self, run: str) -> dict[str, int]:
        """How many tasks each worker is at, by its name; those at none are left out."""

    def reported(self, run: str) -> list[Reported]:
        """Tasks that have reported, those that did last first."""

    def attempts(self, run: str, index: int) -> list[AttemptRow]:
        """Every try at a task, oldest first."""


class RunStore(RunReader, Protocol):
    """Writing one: exactly one process, the controller of ``epoch``."""

    epoch: int

    def commit(self, events: Sequence[Event], *, lasting: bool = True) -> None:
        """Make all of them durable, in order, or none. Unless ``lasting``, a power cut may undo them until ``sync``.

        Raises StoreFencedError (a newer epoch writes), StoreBusyError, DiskFullError, StoreError.
        """

    def sync(self) -> None:
        """From now on what was committed survives a power cut. Raises DiskFullError, StoreError."""

    def live_runs(self) -> list[LiveRun]: ...
    def load_run(self, run: str) -> LiveRun:
        """The same for one run, ended or not. Raises UnknownRunError."""

    def by_key(self, key: str) -> str | None:
        """The run that was submitted with ``key``."""

    def part_start(self, run: str, key: str) -> int | None:
        """The first of the tasks that were added to a run with ``key``, a part's own."""

    def append_outputs(self, run: str, index: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        """Keep output of a running attempt, capped head and tail; not synced, never raises on a full disk."""

    def append_usage(self, run: str, index: int, attempt: int, samples: Sequence[UsageSample]) -> None:
        """Keep what a running attempt uses; never raises on a full disk."""

    def append_reports(self, run: str, index: int, attempt: int, reports: Sequence[Report]) -> None:
        """Keep what a running attempt reports, in order; never raises on a full disk."""

    def prune(self, keep_days: float, keep_bytes: int, now: float) -> list[str]:
        """Delete ended runs by the retention policy, oldest first; the ids."""

    def sweep_blobs(self, grace: float, now: float) -> int:
        """Remove blobs that no store names and that are older than ``grace`` seconds; the bytes freed."""


class BlobStore(Protocol):
    """Immutable bytes by digest; every process of the user may put and read."""

    def put(self, data: memoryview | bytes) -> BlobRef:
        """Write once; the same bytes again cost a digest. Raises DiskFullError, StoreError."""
        ...

    def read(self, ref: BlobRef) -> memoryview:
        """A private writable view (copy on write) of verified bytes. Raises DamagedBlobError."""
        ...

    def __contains__(self, ref: BlobRef) -> bool: ...
