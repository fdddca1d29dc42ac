"""Where workers come from that tasks are given to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from msgspec import Struct

from cellburst.model.blob import Packed
from cellburst.model.outcome import LossReason, TaskResult
from cellburst.model.report import Report
from cellburst.model.run import Run
from cellburst.model.usage import UsageSample


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
    def importing(self, run: str, modules: Sequence[str]) -> None:
        """A single cell has begun to import modules that its worker had not loaded."""
        ...

    def reported(self, run: str, index: int, generation: int, attempt: int, reports: Sequence[Report]) -> None:
        """What a running task reports of its way, in order."""


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

    def gpus(self) -> int:
        """How many GPUs there are for tasks."""

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
        self,
        worker: str,
        run: str,
        indices: Sequence[int],
        generations: Sequence[int],
        attempt: int,
        given: Sequence[Packed] = (),
    ) -> None:
        """Give tasks to a worker. ``given`` runs beside ``indices`` (as in ``SweepPart``) unless it is empty."""
        ...

    def recall(self, worker: str) -> None: ...
    def cancel(self, run: str, indices: Sequence[int]) -> None: ...
    def prune(self, run: str, indices: Sequence[int]) -> None:
        """Let these tasks, as far as they are running, end as pruned when they report next."""

    def stop_workers(self, workers: Sequence[str]) -> None: ...
    def forget(self, run: str) -> None: ...
    def close(self) -> None: ...
