"""A target with machines of its own: what the controller wants goes to a process that speaks with the cloud.

That process keeps nothing. When it dies another one is started, is told of the runs, their machines and the tasks that
have not ended, and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any

from cellburst._version import __version__
from cellburst.abc import FleetListener, Loop
from cellburst.backends.fleet_process import FleetProcess, Start
from cellburst.backends.fleet_record import Record
from cellburst.backends.fleet_served import Served
from cellburst.model.blob import Packed
from cellburst.model.known import Known
from cellburst.model.machine import Machine
from cellburst.model.run import Run
from cellburst.wire import fleet as wire
from cellburst.wire.pool import Sampled
from cellburst.wire.worker import Progressed, Reported, Streamed

_START_AGAIN = (0.5, 2.0, 10.0, 60.0)  # seconds before another try with a process that died soon
_STEADY = 60.0  # seconds after which a start counts as good
_UNKNOWN = "the process that looks after the machines ended"


class FleetBackend:
    """A QueueBackend. ``start`` starts the process for a target."""

    def __init__(self, target: str, env: str, loop: Loop, start: Start) -> None:
        self._target = target
        self._env = env
        self._loop = loop
        self._start = start
        self._epoch = 0
        self._process: FleetProcess | None = None
        self._reaching: dict[str, str] = {}
        self._started_with: dict[str, str] = {}
        self._closed = False
        self._failures = 0
        self._again = False
        self._runs: dict[str, Served] = {}
        self._left: dict[tuple[str, str], Machine] = {}
        self._fetching: dict[int, tuple[wire.Fetch, Callable[[str], None]]] = {}
        self._requests = count(1)
        self._listener: FleetListener

    def listen(self, listener: FleetListener) -> None:
        """Tell this one."""
        self._listener = listener

    def adopt(self, epoch: int, runs: Sequence[tuple[Run, Sequence[Machine], Known]], left: Sequence[Machine]) -> None:
        """Go on with these runs; machines that are left of others are ended."""
        self._epoch = epoch
        self._left.update({(machine.run, machine.name): machine for machine in left})
        for run, machines, known in runs:
            self._runs[run.id] = served = Served.of(run)
            served.record = Record.of(known)
            served.machines.update({machine.name: machine for machine in machines})
        self._ensure()

    def reach(self, variables: Mapping[str, str]) -> None:
        """Reach the cloud so from now on, where the run's submitter did not say how."""
        self._reaching = dict(variables)
        self._reach_anew()

    def _reach_anew(self) -> bool:
        """Another process, if the one that there is was started with other variables, such as other credentials."""
        if self._process is None or self._variables() == self._started_with:
            return False
        process, self._process = self._process, None
        process.close()
        self._ensure()
        return True

    def begin(self, run: Run, machines: Sequence[Machine] = ()) -> None:
        """Serve this run from now on; ``machines`` are those that it had before it ended."""
        known = self._runs.get(run.id)
        served = self._runs[run.id] = Served.of(run)
        served.machines.update({machine.name: machine for machine in machines})
        if known is not None:
            served.machines, served.waiting, served.record = known.machines, known.waiting, known.record
        if not self._reach_anew():
            self._tell(served.begin())

    def enqueue(
        self, run: str, indices: Sequence[int], generations: Sequence[int], given: Sequence[Packed] = ()
    ) -> None:
        """Hand these tasks out."""
        served = self._runs[run]
        each: Sequence[Packed | None] = given or [None] * len(indices)
        for index, generation, one in zip(indices, generations, each, strict=True):
            served.waiting[index] = generation, one
            served.record.waits(index, generation)
        self._tell(wire.Enqueue(run, tuple(indices), tuple(generations), tuple(given)))

    def cancel(self, run: str, indices: Sequence[int]) -> None:
        """Cancel these tasks, all of the run's if none is named."""
        served = self._runs[run]
        generations = tuple(served.waiting[index][0] if index in served.waiting else 1 for index in indices)
        message = wire.CancelTasks(run, tuple(indices), generations)
        served.cancelled.append(message)
        self._tell(message)

    def prune(self, run: str, indices: Sequence[int]) -> None:
        """Let running tasks end when they report next."""
        self._tell(wire.PruneTasks(run, tuple(indices)))

    def finish(self, run: str) -> None:
        """End the machines of a run whose tasks have ended."""
        served = self._runs.get(run)
        if served is not None:
            served.finished = True
            served.waiting.clear()
            self._tell(wire.Finish(run))

    def fetch(self, run: Run, index: int, generation: int, done: Callable[[str], None]) -> None:
        """Bring what a result is made of into the blob folder."""
        message = wire.Fetch(next(self._requests), run, index, generation)
        self._fetching[message.request] = message, done
        self._tell(message)

    def close(self) -> None:
        """The controller ends; machines go on with their runs."""
        self._closed = True
        if self._process is not None:
            self._process.send(wire.Leave())
            self._process.close()
            self._process = None

    # the process

    def _tell(self, *messages: Any) -> None:
        if self._process is None:
            self._ensure()  # what there is to tell is told to a new one as a whole
        else:
            self._process.send(*messages)

    def _ensure(self) -> None:
        if self._process is not None or self._again or self._closed or not (self._runs or self._left or self._fetching):
            return
        try:
            self._started_with = self._variables()
            self._process = self._start(self._target, self._started_with, self._loop, self._take, self._gone)
        except OSError as error:
            self._gone(0.0, f"the process that looks after the machines cannot be started: {error}")
            return
        left = [machine for machine in self._left.values() if machine.run not in self._runs]
        self._process.send(wire.Attach(self._epoch, __version__, self._target, self._env, tuple(left)))
        for served in self._runs.values():
            self._process.send(*served.whole())
        self._process.send(*(message for message, _ in self._fetching.values()))

    def _variables(self) -> dict[str, str]:
        """The environment of whoever submitted, as far as it is about the cloud: it may not be the controller's."""
        found = dict(self._reaching)
        for served in self._runs.values():
            found.update(served.reaching)
            if served.run.plan is not None and served.run.plan.endpoint:
                found["AWS_ENDPOINT_URL"] = served.run.plan.endpoint
        return found

    def _gone(self, lived: float, said: str) -> None:
        self._process = None
        if self._closed or not (self._runs or self._left or self._fetching):
            return
        self._failures = 0 if lived > _STEADY else self._failures + 1
        delay = _START_AGAIN[min(max(self._failures - 1, 0), len(_START_AGAIN) - 1)]
        self._listener.trouble(self._target, f"{said or _UNKNOWN} (started again in {delay:g} s; machines go on)")
        self._again = True
        self._loop.later(delay, self._start_again)

    def _start_again(self) -> None:
        self._again = False
        self._ensure()

    def _take(self, message: Any) -> None:
        match message:
            case wire.MachinesChanged():
                self._machines(message)
            case wire.TaskBegan():
                self._record(message.run).began(message)
                self._listener.began(
                    message.run, message.index, message.generation, message.attempt, message.worker, message.at
                )
            case wire.TaskBack():
                self._record(message.run).back(message)
                of = (message.run, message.index, message.generation, message.attempt, message.worker)
                self._listener.gave_back(*of, message.loss, message.message, message.at, self._done(message.serial))
            case wire.Outcomes():
                served = self._runs.get(message.run)
                for result in message.results if served is not None else ():
                    if served is not None and served.waiting.get(result.index, (0, None))[0] == result.generation:
                        del served.waiting[result.index]
                        served.record.ended(result.index)
                self._listener.ended(message.run, message.results, self._done(message.serial))
            case wire.Noted():
                self._listener.noted(message.run, message.message, message.at, self._done(message.serial))
            case wire.CancelAsked():
                self._listener.cancel_asked(message.run, message.by, self._done(message.serial))
            case wire.Standing():
                self._listener.standing(message.run, message.reason)
            case wire.Trouble():
                self._listener.trouble(self._target, message.message)
            case wire.Finished():
                served = self._runs.get(message.run)
                if served is not None and served.finished:
                    del self._runs[message.run]
                self._rest()
            case wire.Fetched():
                _, done = self._fetching.pop(message.request, (None, None))
                if done is not None:
                    done(message.error)
                self._rest()
            case Streamed():
                self._listener.output(message.run, message.index, message.generation, message.attempt, message.outputs)
            case Progressed():
                self._listener.progress(message.run, message.index, message.fraction, message.text, message.metrics)
            case Reported():
                self._listener.reported(
                    message.run, message.index, message.generation, message.attempt, message.reports
                )
            case Sampled():
                self._listener.used(message.run, message.index, message.generation, message.attempt, message.sample)

    def _record(self, run: str) -> Record:
        served = self._runs.get(run)
        return served.record if served is not None else Record()

    def _machines(self, message: wire.MachinesChanged) -> None:
        served = self._runs.get(message.run)
        for machine in message.machines:
            if served is not None:
                served.machines[machine.name] = machine
            if machine.live:
                self._left[machine.run, machine.name] = machine
            else:
                self._left.pop((machine.run, machine.name), None)
        self._listener.machines(message.run, message.machines, self._done(message.serial))

    def _done(self, serial: int) -> Callable[[], None]:
        return partial(self._acknowledge, serial, self._process)

    def _acknowledge(self, serial: int, process: FleetProcess | None) -> None:
        if process is not None and process is self._process:
            process.send(wire.Acknowledge(serial))
            self._rest()

    def _rest(self) -> None:
        """Let the process go when it has nothing to look after."""
        if not self._runs and not self._left and not self._fetching and self._process is not None:
            self._process.send(wire.Leave())
            self._process.close()
            self._process = None
