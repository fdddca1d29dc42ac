"""Targets with machines of their own: opened when a run wants one, and kept until their last machine has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from cellburst.abc import Clock, QueueBackend
from cellburst.aws import made_up
from cellburst.controller import effects as fx
from cellburst.controller import queues, reactor
from cellburst.controller.book import RunBook
from cellburst.controller.core import Core, QueueLane
from cellburst.controller.listening import Listener
from cellburst.errors import UsageError
from cellburst.model.events import AttemptEnded, RunNoted, TasksStarted
from cellburst.model.known import Known, ranges
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import LossReason, TaskResult
from cellburst.model.report import Report
from cellburst.model.run import Run
from cellburst.model.usage import UsageSample

Open = Callable[[str], QueueBackend]
"""Opens the backend of a target with machines. Raises CellburstError."""
Later = Callable[[Callable[[], None]], None]


class Fleets:
    """A FleetListener that puts what it hears into the books. ``after`` calls back once all that is durable."""

    def __init__(
        self, core: Core, clock: Clock, effects: Callable[[], fx.Effects], after: Later, heard: Listener
    ) -> None:
        self._core = core
        self._clock = clock
        self._effects = effects
        self._after = after
        self._heard = heard
        self._live: set[tuple[str, str]] = set()
        self._fetching = 0
        self._reaching: dict[str, str] = {}
        self._endpoints: dict[str, dict[str, str]] = {}
        self.backends: dict[str, QueueBackend] = {}
        self.opener: Open | None = None

    def serve(self, target: str) -> bool:
        """Whether the target is one with machines, which is open from now on. Raises CellburstError."""
        if target not in self.backends and self.opener is not None:
            backend = self.opener(target)
            backend.listen(self)
            backend.reach({**self._reaching, **self._endpoints.get(target, {})})
            self.backends[target] = backend
            self._core.queues[target] = QueueLane(target)
        return target in self.backends

    def reach(self, variables: dict[str, str]) -> None:
        """A client says how it reaches a cloud."""
        if variables and variables != self._reaching:
            self._reaching = variables
            for target, backend in self.backends.items():
                backend.reach({**variables, **self._endpoints.get(target, {})})

    def take_over(self, epoch: int, left: Iterable[Machine], run_of: Callable[[str], Run]) -> None:
        """Go on with live runs, and with ``left``, machines that may still cost something (``run_of``: by run's id)."""
        machines: dict[str, list[Machine]] = {}
        followed: dict[str, tuple[Run, list[Machine]]] = {}
        for machine in left:
            self._live.add((machine.run, machine.name))
            if machine.run not in self._core.runs:
                run = run_of(machine.run)
                if made_up.has_stopped(run.plan):
                    self._went_with_its_cloud(machine)
                elif run.elsewhere is None:
                    if run.plan is not None and run.plan.endpoint:
                        self._endpoints[run.target] = {"AWS_ENDPOINT_URL": run.plan.endpoint}
                    machines.setdefault(run.target, []).append(machine)
                else:  # they are not ours to end
                    followed.setdefault(run.id, (run, []))[1].append(machine)
        runs: dict[str, list[tuple[Run, Sequence[Machine], Known]]] = {target: [] for target in machines}
        for run, its in followed.values():
            runs.setdefault(run.target, []).append((run, its, Known()))
        for book in self._core.runs.values():
            if book.run.plan is not None:
                book.defined = True
                runs.setdefault(book.run.target, []).append((book.run, tuple(book.machines.values()), _known(book)))
        for target, served in runs.items():
            if self.serve(target):
                self.backends[target].adopt(epoch, served, machines.get(target, []))
                for run in [run for run, _, _ in served if run.id in followed]:
                    self.backends[target].finish(run.id)

    def _went_with_its_cloud(self, machine: Machine) -> None:
        now = self._clock.wall()
        ended = replace(machine, state=MachineState.ENDED, ended=min(now, machine.deadline), reason=made_up.STOPPED)
        self._live.discard((machine.run, machine.name))
        queues.machines_changed(self._core, machine.run, [ended], now, self._effects())

    @property
    def busy(self) -> bool:
        """Whether a machine may still cost something, or somebody waits for a result."""
        return bool(self._live or self._fetching)

    def close(self) -> None:
        """The controller ends; machines go on with their runs."""
        for backend in self.backends.values():
            backend.close()

    def has_machines(self, run: str) -> bool:
        """Whether one of the run's machines may still cost something."""
        return any(of == run for of, _ in self._live)

    def fetch(self, run: Run, index: int, generation: int, done: Callable[[str], None]) -> None:
        """Bring what a result is made of into the blob folder. Raises UsageError for a run that had no machines."""
        if run.plan is None or not self.serve(run.target):
            raise UsageError(f"run {run.id} had no machines of its own: its results are here or nowhere")
        self._fetching += 1

        def fetched(error: str) -> None:
            self._fetching -= 1
            done(error)

        self.backends[run.target].fetch(run, index, generation, fetched)

    def carry_out(self, command: fx.Command | fx.QueueCommand) -> None:
        """What the reactor wants of a queue's target."""
        backend = self.backends[command.target]
        match command:
            case fx.BeginRun():
                backend.begin(command.run, command.machines)
            case fx.EnqueueTasks():
                backend.enqueue(command.run, command.indices, command.generations, command.given)
            case fx.CancelTasks():
                backend.cancel(command.run, command.indices)
            case fx.EndEarly():
                backend.prune(command.run, command.indices)
            case fx.ForgetRun():
                backend.finish(command.run)

    # what backends tell

    def trouble(self, target: str, message: str) -> None:
        """The target cannot be served for now, or can again."""
        self._core.queues[target].trouble = message
        for book in self._core.runs.values():
            if book.run.target == target:
                self._effects().news.append(fx.Moved(book.run.id))

    def standing(self, run: str, reason: str) -> None:
        """What the run's waiting tasks wait for."""
        book = self._core.runs.get(run)
        if book is not None and book.standing != reason:
            book.standing = reason
            self._effects().news.append(fx.Moved(run))

    def machines(self, run: str, machines: Sequence[Machine], done: Callable[[], None]) -> None:
        """Machines are as told now."""
        for machine in machines:
            (self._live.add if machine.live else self._live.discard)((run, machine.name))
        queues.machines_changed(self._core, run, machines, self._clock.wall(), self._effects())
        self._after(done)

    def began(self, run: str, index: int, generation: int, attempt: int, worker: str, at: float) -> None:
        """A machine executes a task."""
        queues.began(self._core, TasksStarted(run, (index,), attempt, worker, at), generation, self._effects())

    def gave_back(
        self,
        run: str,
        index: int,
        generation: int,
        attempt: int,
        worker: str,
        loss: LossReason | None,
        message: str,
        at: float,
        done: Callable[[], None],
    ) -> None:
        """An attempt ended, and its task waits in the queue again."""
        fact = AttemptEnded(run, index, generation, attempt, worker, loss, message, at)
        queues.gave_back(self._core, fact, self._effects())
        self._after(done)

    def ended(self, run: str, results: Sequence[TaskResult], done: Callable[[], None]) -> None:
        """Tasks have their final outcome."""
        whole = self._heard.completed(run, results)
        queues.ended(self._core, run, whole, self._clock.wall(), self._effects())
        self._after(done)

    def noted(self, run: str, message: str, at: float, done: Callable[[], None]) -> None:
        """A line for the timeline."""
        self._effects().facts.append(RunNoted(run, message, at))
        self._after(done)

    def cancel_asked(self, run: str, by: str, done: Callable[[], None]) -> None:
        """Somebody who attached to the run elsewhere wants it cancelled, and may: it is his account, too."""
        now, effects = self._clock.wall(), self._effects()
        if reactor.cancel(self._core, run, (), now, effects):
            effects.facts.append(RunNoted(run, f"cancelled from {by}, where somebody has attached to it", now))
        self._after(done)

    def output(self, run: str, index: int, generation: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        """A running task printed or displayed something."""
        self._heard.output(run, index, generation, attempt, outputs)

    def used(self, run: str, index: int, generation: int, attempt: int, sample: UsageSample) -> None:
        """A running task's use of its machine."""
        self._heard.used(run, index, generation, attempt, sample)

    def progress(self, run: str, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        """A running task says how far it is."""
        self._heard.progress(run, index, fraction, text, metrics)

    def reported(self, run: str, index: int, generation: int, attempt: int, reports: Sequence[Report]) -> None:
        """A running task reports of its way."""
        self._heard.reported(run, index, generation, attempt, reports)


def _known(book: RunBook) -> Known:
    ended = ranges(index for index, over in enumerate(book.over) if over)
    return Known(ended, dict(book.generations), book.tried)
