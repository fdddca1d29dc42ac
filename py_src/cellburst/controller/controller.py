"""Applies what the reactor decides: commits facts, commands backends, tells followers, in that order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cellburst import faults
from cellburst.abc import Backend, Clock, Loop, RunStore, WorkerLoss
from cellburst.controller import effects as fx
from cellburst.controller import reactor, recovery
from cellburst.controller.core import Core, Lane
from cellburst.controller.durability import Durability
from cellburst.controller.followers import Followers
from cellburst.controller.keeper import OutputKeeper
from cellburst.controller.reasons import why_waiting
from cellburst.controller.schedule import schedule
from cellburst.errors import DiskFullError, StoreBusyError
from cellburst.model.events import Event, RunSubmitted, TasksStarted
from cellburst.model.outcome import TaskResult
from cellburst.model.run import Run, RunStatus
from cellburst.model.usage import UsageSample
from cellburst.settings import Settings
from cellburst.wire.client import TaskProgressed

_LEASES_MAY_WAIT = 0.2  # seconds until leases that nobody waits for are committed
_TRY_AGAIN = 1.0  # seconds between two tries to commit on a full disk
_TICK = 0.25  # seconds between looks at tasks that run long and output that waits


class Controller:
    """The owner of all live runs. Everything happens in the loop's thread, one turn at a time."""

    def __init__(
        self,
        settings: Settings,
        store: RunStore,
        backends: dict[str, Backend],
        loop: Loop,
        clock: Clock,
        stop: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.stop = stop
        self.core = Core(settings, {name: Lane(name, backend.capacity) for name, backend in backends.items()})
        self.keeper = OutputKeeper(store, settings.output_inline)
        self.followers = Followers(loop.later, clock.monotonic, self._moved)
        self.durability = Durability(store, loop.later)
        self._backends = backends
        self._loop = loop
        self.effects = fx.Effects()
        self._facts: list[Event] = []
        self._after: list[Callable[[], None]] = []
        self._careful: list[fx.AssignTasks] = []
        self._news: list[fx.News] = []
        self._leases_waiting = False
        self._ticking = False

    # what backends tell

    def trouble(self, target: str, message: str) -> None:
        """Workers cannot be had for now."""
        lane = self.core.lanes[target]
        lane.starting, lane.trouble = 0, message
        for book in self.core.runs.values():
            self.effects.news.append(fx.Moved(book.run.id))

    def worker_started(self, target: str, worker: str) -> None:
        """A worker takes tasks now."""
        reactor.worker_started(self.core, target, worker, self.clock.wall())

    def outcomes(
        self, worker: str, run: str, results: Sequence[TaskResult], idle: bool, done: Callable[[], None]
    ) -> None:
        """Tasks ended; ``done`` is called when that is durable."""
        faults.point("controller.outcomes-heard")
        whole = self.keeper.complete_all(run, results)
        if results and run in self.followers:
            last = results[-1]
            self.followers.output(run, last.index, last.attempt, last.outputs)
        reactor.outcomes(self.core, worker, run, whole, idle, self.clock.wall(), self.effects)
        self._after.append(done)

    def returned(self, worker: str, run: str, indices: Sequence[int]) -> None:
        """Tasks came back unstarted."""
        reactor.returned(self.core, worker, run, indices, self.clock.wall(), self.effects)

    def worker_ended(self, worker: str, loss: WorkerLoss) -> None:
        """A worker is gone."""
        reactor.worker_ended(self.core, worker, loss, self.clock.wall(), self.effects)

    def output(self, run: str, index: int, generation: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        """A running task printed or displayed something."""
        book = self.core.runs.get(run)
        if book is None or book.generation(index) != generation:
            return
        self.keeper.add(run, index, attempt, outputs, self.clock.monotonic())
        self.followers.output(run, index, attempt, outputs)
        self._tick_later()

    def used(self, run: str, index: int, generation: int, attempt: int, sample: UsageSample) -> None:
        """A running task's use of the machine: for the store alone."""
        book = self.core.runs.get(run)
        if book is not None and book.generation(index) == generation:
            self.store.append_usage(run, index, attempt, [sample])

    def progress(self, run: str, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        """A running task says how far it is."""
        self.followers.progress(TaskProgressed(run, index, fraction, text, metrics))

    # what clients want

    def submit(self, run: Run) -> None:
        """Make a run durable and live. Raises what the store raises, and then nothing has happened."""
        self.commit_now([RunSubmitted(run)])
        reactor.submit(self.core, run, fx.Effects())
        self.effects.news.append(fx.Moved(run.id))

    def commit_now(self, facts: Sequence[Event]) -> None:
        """Commit with everything that waits. Raises what the store raises; then nothing of ``facts`` is kept."""
        faults.point("controller.before-commit")
        self.durability.commit([*self._facts, *facts])
        faults.point("controller.committed")
        self._committed()

    def status(self, run: str) -> RunStatus:
        """Where a run is now, live or ended. Raises UnknownRunError."""
        book = self.core.runs.get(run) or self.core.closed.get(run)
        if book is None:
            return self.store.status(run)
        book.reason = why_waiting(self.core, book) if run in self.core.runs else ""
        return book.status()

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call once everything decided in this turn is durable."""
        self._after.append(callback)

    @property
    def busy(self) -> bool:
        """Whether a run is live or something is not durable yet."""
        return bool(self.core.runs or self._facts)

    def take_over(self) -> None:
        """Go on with what an earlier controller left."""
        leased = recovery.reopen_books(self.core, self.store.live_runs())
        for target, backend in self._backends.items():
            # outcomes that were waiting for us are told during ``adopt``, before anything counts as lost
            reactor.adopt(self.core, target, backend.adopt(self.store.epoch), self.clock.wall())
        recovery.close_gaps(self.core, leased, self.clock.wall(), self.effects)

    def _moved(self, run: str) -> None:
        self.effects.news.append(fx.Moved(run))

    # a turn

    def end_turn(self) -> None:
        """Decide who works on what, then commit, command and tell. Raises StoreFencedError, StoreError."""
        schedule(self.core, self.clock.wall(), self.effects)
        effects, self.effects = self.effects, fx.Effects()
        self._facts += effects.facts
        self._news += effects.news
        for command in effects.commands:
            if isinstance(command, fx.AssignTasks) and command.careful:
                self._careful.append(command)
            else:
                self._command(command)
        if self._careful or self._after or self._must_commit():
            self._commit()
        else:
            if self._facts and not self._leases_waiting:
                self._leases_waiting = True
                self._loop.later(_LEASES_MAY_WAIT, self._commit)
            self._tell()
        if self.core.runs:
            self._tick_later()

    def _must_commit(self) -> bool:
        return any(not isinstance(fact, TasksStarted) for fact in self._facts)

    def _commit(self) -> None:
        self._leases_waiting = False
        try:
            if self._facts:
                faults.point("controller.before-commit")
                self.durability.commit(self._facts)
                faults.point("controller.committed")
        except (DiskFullError, StoreBusyError) as error:
            if not self.core.paused:
                self._loop.later(_TRY_AGAIN, self._resume)
            self.core.paused = str(error)
            return
        self._committed()

    def _committed(self) -> None:
        self._facts = []
        self.core.paused = ""
        # from here on the facts are acknowledged to workers and told to clients
        after, self._after = self._after, []
        for callback in after:
            callback()
        careful, self._careful = self._careful, []
        for command in careful:
            self._command(command)
        self._tell()

    def _resume(self) -> None:
        if self.core.paused:
            self.core.paused = ""
            self._commit()

    def _tell(self) -> None:
        news, self._news = self._news, []
        moved: dict[str, None] = {}
        for item in news:
            moved[item.run] = None
            if isinstance(item, fx.Ended):
                book = self.core.runs.get(item.run) or self.core.closed.get(item.run)
                self.followers.ended(item.run, item.results, book is not None and book.run.single)
        for run in moved:
            if run in self.followers:
                self.followers.moved(run, lambda run=run: self.status(run))  # type: ignore[misc]
        for run in self.core.closed:
            self.keeper.forget(run)
            self.durability.forget(run)
        self.core.closed.clear()

    def _command(self, command: fx.Command) -> None:
        backend = self._backends[command.target]
        match command:
            case fx.StartWorkers():
                backend.start_workers(command.count)
            case fx.DefineRun():
                backend.define(command.run)
            case fx.AssignTasks():
                backend.assign(command.worker, command.run, command.indices, command.generations, command.attempt)
            case fx.RecallTasks():
                backend.recall(command.worker)
            case fx.CancelTasks():
                backend.cancel(command.run, command.indices)
            case fx.StopWorkers():
                backend.stop_workers(command.workers)
            case fx.ForgetRun():
                backend.forget(command.run)

    def _tick_later(self) -> None:
        if not self._ticking:
            self._ticking = True
            self._loop.later(_TICK, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.keeper.spill_old(self.clock.monotonic())
        if self.keeper.holding:
            self._tick_later()


def ended_states(store: RunStore, run: str, which: str) -> dict[int, str]:
    """The tasks of an ended or live run that a retry of ``which`` means: index to the state each ended in."""
    wanted = {
        "unfinished": {"failed", "cancelled", "unknown"},
        "failed": {"failed", "unknown"},
        "missing": {"cancelled", "unknown"},
    }[which]
    return {row.index: row.state for row in store.tasks(run) if row.state in wanted}
