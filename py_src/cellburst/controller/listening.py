"""What backends with workers tell: into the books, into the store, and to whoever follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cellburst import faults
from cellburst.abc import Clock, RunStore, WorkerLoss
from cellburst.controller import effects as fx
from cellburst.controller import reactor
from cellburst.controller.core import Core
from cellburst.controller.followers import Followers
from cellburst.controller.keeper import OutputKeeper
from cellburst.controller.reports import Reports
from cellburst.model.outcome import TaskResult
from cellburst.model.report import Report
from cellburst.model.usage import UsageSample
from cellburst.wire.client import TaskProgressed
from cellburst.wire.worker import Importing


class Listener:
    """A BackendListener. ``after`` calls back once all that was told is durable, ``tick`` looks soon at output that
    waits. What tasks show while they run, ``completed`` among it, is alike for targets with machines."""

    def __init__(
        self,
        core: Core,
        store: RunStore,
        clock: Clock,
        keeper: OutputKeeper,
        followers: Followers,
        reports: Reports,
        effects: Callable[[], fx.Effects],
        after: Callable[[Callable[[], None]], None],
        tick: Callable[[], None],
    ) -> None:
        self._core, self._store, self._clock = core, store, clock
        self._keeper, self._followers, self._reports = keeper, followers, reports
        self._effects, self._after, self._tick = effects, after, tick

    def trouble(self, target: str, message: str) -> None:
        """Workers cannot be had for now."""
        lane = self._core.lanes[target]
        lane.starting, lane.trouble = 0, message
        for book in self._core.runs.values():
            self._effects().news.append(fx.Moved(book.run.id))

    def worker_started(self, target: str, worker: str) -> None:
        """A worker takes tasks now."""
        reactor.worker_started(self._core, target, worker, self._clock.wall())

    def outcomes(
        self, worker: str, run: str, results: Sequence[TaskResult], idle: bool, done: Callable[[], None]
    ) -> None:
        """Tasks ended; ``done`` is called when that is durable."""
        faults.point("controller.outcomes-heard")
        whole = self.completed(run, results)
        reactor.outcomes(self._core, worker, run, whole, idle, self._clock.wall(), self._effects())
        self._after(done)

    def completed(self, run: str, results: Sequence[TaskResult]) -> Sequence[TaskResult]:
        """Results with the output that came before them; whoever follows is told of the rest."""
        whole = self._keeper.complete_all(run, results)
        if results and run in self._followers:
            book = self._core.runs.get(run)
            each = book is not None and book.run.sweep.kind == "calls"  # else the last one shows how it goes
            for result in results if each else results[-1:]:
                self._followers.output(run, result.index, result.attempt, result.outputs)
        return whole

    def returned(self, worker: str, run: str, indices: Sequence[int]) -> None:
        """Tasks came back unstarted."""
        reactor.returned(self._core, worker, run, indices, self._clock.wall(), self._effects())

    def worker_ended(self, worker: str, loss: WorkerLoss) -> None:
        """A worker is gone."""
        reactor.worker_ended(self._core, worker, loss, self._clock.wall(), self._effects())

    def output(self, run: str, index: int, generation: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        """A running task printed or displayed something."""
        book = self._core.runs.get(run)
        if book is None or book.generation(index) != generation:
            return
        self._keeper.add(run, index, attempt, outputs, self._clock.monotonic())
        self._followers.output(run, index, attempt, outputs)
        self._tick()

    def used(self, run: str, index: int, generation: int, attempt: int, sample: UsageSample) -> None:
        """A running task's use of the machine: for the store alone."""
        book = self._core.runs.get(run)
        if book is not None and book.generation(index) == generation:
            self._store.append_usage(run, index, attempt, [sample])

    def progress(self, run: str, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        """A running task says how far it is."""
        self._followers.progress(TaskProgressed(run, index, fraction, text, metrics))

    def importing(self, run: str, modules: Sequence[str]) -> None:
        """A single cell has begun to import modules."""
        self._followers.progress(Importing(run, tuple(modules)))

    def reported(self, run: str, index: int, generation: int, attempt: int, reports: Sequence[Report]) -> None:
        """A running task reports of its way."""
        book = self._core.runs.get(run)
        if book is not None and index in book.held and book.generation(index) == generation:
            self._reports.add(run, index, attempt, reports)
