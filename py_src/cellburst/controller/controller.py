"""Applies what the reactor decides: commits facts, commands backends, tells followers, in that order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from cellburst import faults
from cellburst.abc import Backend, Clock, Loop, RunStore
from cellburst.controller import effects as fx
from cellburst.controller import growth, reactor, recovery
from cellburst.controller.book import RunBook
from cellburst.controller.commanding import carry_out
from cellburst.controller.core import Core, Lane
from cellburst.controller.durability import Durability
from cellburst.controller.fleets import Fleets
from cellburst.controller.followers import Followers
from cellburst.controller.growing import OpenRuns
from cellburst.controller.hits import KeptResults
from cellburst.controller.keeper import OutputKeeper
from cellburst.controller.listening import Listener
from cellburst.controller.queues import hand_over
from cellburst.controller.reasons import why_waiting
from cellburst.controller.reports import Reports
from cellburst.controller.schedule import schedule
from cellburst.controller.searchers import Start
from cellburst.errors import DiskFullError, StoreBusyError
from cellburst.model.events import Event, RunSubmitted, TasksAdded, TasksStarted
from cellburst.model.outcome import TaskResult
from cellburst.model.run import Run, RunStatus
from cellburst.model.sweep import SweepPart
from cellburst.settings import Settings
from cellburst.wire.client import TasksBegan

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
        start_search: Start | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.stop = stop
        self.core = Core(
            settings, {name: Lane(name, backend.capacity, gpus=backend.gpus) for name, backend in backends.items()}
        )
        self.keeper = OutputKeeper(store, settings.output_inline)
        self.followers = Followers(loop.later, clock.monotonic, self._moved)
        self.durability = Durability(store, loop.later)
        self._backends = backends
        self._loop = loop
        self.effects = fx.Effects()
        self.open_runs = OpenRuns(self.core, loop, clock, lambda: self.effects, start_search)
        self._reports = Reports(store, self.followers)
        self._kept_results = KeptResults(self.core, store, clock, loop.later, self._take_over)
        self.listener = Listener(
            self.core,
            store,
            clock,
            self.keeper,
            self.followers,
            self._reports,
            lambda: self.effects,
            self.after_commit,
            self._tick_later,
        )
        self.fleets = Fleets(self.core, clock, lambda: self.effects, self.after_commit, self.listener)
        self._facts: list[Event] = []
        self._after: list[Callable[[], None]] = []
        self._careful: list[fx.AssignTasks | fx.EnqueueTasks] = []
        self._news: list[fx.News] = []
        self._leases_waiting = False
        self._ticking = False

    # what clients want

    def submit(self, run: Run, hits: Sequence[growth.Hit] = (), parts: Sequence[SweepPart] = ()) -> None:
        """Make a run durable and live, with what is added to it at once.

        Raises what the store raises, and then nothing has happened.
        """
        now = self.clock.wall()
        self.commit_now([RunSubmitted(run), *(TasksAdded(run.id, part, now) for part in parts)])
        reactor.submit(self.core, run, fx.Effects())
        book = self.core.runs[run.id]
        for part in parts:
            book.add_tasks(part)
        self.grown(book, hits)
        if run.open:
            self.open_runs.opened(run.id)

    def grown(self, book: RunBook, hits: Sequence[growth.Hit]) -> None:
        """A run has new tasks, some of which take over results."""
        if hits:
            book.await_hits(hits)
            self._kept_results.look_up(book.run.id)
        self.effects.news.append(fx.Moved(book.run.id))

    def _take_over(self, run: str, results: Sequence[TaskResult], gone: Sequence[int]) -> None:
        book = self.core.runs[run]
        if book.run.single and results:
            self.followers.output(run, 0, 0, results[0].outputs)
        growth.take_over(self.core, run, results, gone, self.clock.wall(), self.effects)

    def commit_now(self, facts: Sequence[Event]) -> None:
        """Commit with everything that waits. Raises what the store raises; then nothing of ``facts`` is kept."""
        faults.point("controller.before-commit")
        # what was decided in this turn comes first: it is acknowledged with the rest, and its order counts
        self._facts += self.effects.facts
        self.effects.facts = []
        self.durability.commit([*self._facts, *facts])
        faults.point("controller.committed")
        self._committed()

    def status(self, run: str) -> RunStatus:
        """Where a run is now, live or ended. Raises UnknownRunError."""
        book = self.core.runs.get(run) or self.core.closed.get(run)
        if book is None:
            return self.store.status(run)
        growing = self.open_runs.reason(run) if book.open else ""
        book.reason = why_waiting(self.core, book, growing) if run in self.core.runs else book.message
        status = book.status()
        fleet = book.fleet(self.clock.wall())
        return status if fleet is None else msgspec.structs.replace(status, fleet=fleet)

    def is_news(self, run: str) -> bool:
        """Whether followers are told at the end of this turn where the run is."""
        return any(item.run == run for item in self._news)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call once everything decided in this turn is durable."""
        self._after.append(callback)

    @property
    def busy(self) -> bool:
        """Whether a run is live or something is not durable yet."""
        return bool(self.core.runs or self._facts or self.fleets.busy)

    def take_over(self) -> None:
        """Go on with what an earlier controller left."""
        leased = recovery.reopen_books(self.core, self.store.live_runs(), self.store.machines)
        left = self.store.live_machines()
        self.fleets.take_over(self.store.epoch, left, self.store.run)
        for target, backend in self._backends.items():
            # outcomes that were waiting for us are told during ``adopt``, before anything counts as lost
            reactor.adopt(self.core, target, backend.adopt(self.store.epoch), self.clock.wall())
        hand_over(self.core, self.effects)  # before a cancel that was on its way is finished
        recovery.close_gaps(self.core, leased, self.clock.wall(), self.effects)
        for run in [run for run, book in self.core.runs.items() if book.open]:
            self.open_runs.opened(run)
        for run in recovery.await_kept(self.core):
            self._kept_results.look_up(run)

    def _moved(self, run: str) -> None:
        self.effects.news.append(fx.Moved(run))

    # a turn

    def end_turn(self) -> None:
        """Decide who works on what, then commit, command and tell. Raises StoreFencedError, StoreError."""
        self._reports.pass_on()
        schedule(self.core, self.clock.wall(), self.effects)
        self.open_runs.tidy()
        effects, self.effects = self.effects, fx.Effects()
        self._facts += effects.facts
        self._news += effects.news
        for command in effects.commands:
            if isinstance(command, fx.AssignTasks | fx.EnqueueTasks) and command.careful:
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
            if isinstance(item, fx.Began):
                self.followers.tell(item.run, TasksBegan(item.run, tuple(item.indices)))
            if isinstance(item, fx.Ended | fx.EndedAlike):
                book = self.core.runs.get(item.run) or self.core.closed.get(item.run)
                single, prompt = (book.run.single, book.run.sweep.kind == "calls") if book else (False, False)
                if isinstance(item, fx.Ended):
                    self.followers.ended(item.run, item.results, single, prompt)
                else:
                    self.followers.ended_alike(item.run, item.indices, prompt)
        for run in moved:
            if run in self.followers:
                self.followers.moved(run, lambda run=run: self.status(run))  # type: ignore[misc]
        for run in self.core.closed:
            self.keeper.forget(run)
            self.durability.forget(run)
        self.core.closed.clear()

    def _command(self, command: fx.Command | fx.QueueCommand) -> None:
        if isinstance(command, fx.QueueCommand) or command.target in self.fleets.backends:
            self.fleets.carry_out(command)
        else:
            carry_out(self._backends[command.target], command)

    def _tick_later(self) -> None:
        if not self._ticking:
            self._ticking = True
            self._loop.later(_TICK, self._tick)

    def _tick(self) -> None:
        self._ticking = False
        self.keeper.spill_old(self.clock.monotonic())
        if self.keeper.holding:
            self._tick_later()
