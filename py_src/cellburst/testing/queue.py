"""A target whose machines are played by a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cellburst.abc import FleetListener
from cellburst.model.blob import Packed
from cellburst.model.known import Known
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import ErrorInfo, LossReason, OutcomeKind, TaskResult
from cellburst.model.run import Run


@dataclass
class FakeQueue:
    """Records what it is told. ``began``, ``finish``, ``lose`` and ``machine`` play the machines.

    ``waiting`` has the generation of each task that was handed out, by run and index; ``done`` counts what was
    acknowledged.
    """

    waiting: dict[tuple[str, int], int] = field(default_factory=dict)
    given: dict[tuple[str, int], Packed] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)
    adopted: list[str] = field(default_factory=list)
    left: list[Machine] = field(default_factory=list)
    cancelled: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    pruned: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    fetched: list[tuple[str, int]] = field(default_factory=list)
    answers: list[Callable[[str], None]] = field(default_factory=list)
    reaching: dict[str, str] = field(default_factory=dict)
    done: int = 0
    closed: bool = False

    def listen(self, listener: FleetListener) -> None:
        self.listener = listener

    def adopt(self, epoch: int, runs: Sequence[tuple[Run, Sequence[Machine], Known]], left: Sequence[Machine]) -> None:
        self.adopted += [run.id for run, *_ in runs]
        self.left += left

    def reach(self, variables: Mapping[str, str]) -> None:
        self.reaching = dict(variables)

    def begin(self, run: Run, machines: Sequence[Machine] = ()) -> None:
        self.served.append(run.id)
        self.known[run.id] = [machine.name for machine in machines]

    def enqueue(
        self, run: str, indices: Sequence[int], generations: Sequence[int], given: Sequence[Packed] = ()
    ) -> None:
        assert run in self.served or run in self.adopted, "tasks of a run that nobody spoke of"
        assert len(given) in (0, len(indices)), "given must run beside the indices"
        for place, index in enumerate(indices):
            self.waiting[run, index] = generations[place]
            if given:
                self.given[run, index] = given[place]

    def cancel(self, run: str, indices: Sequence[int]) -> None:
        self.cancelled.append((run, tuple(indices)))

    def prune(self, run: str, indices: Sequence[int]) -> None:
        self.pruned.append((run, tuple(indices)))

    def finish(self, run: str) -> None:
        self.finished.append(run)

    def fetch(self, run: Run, index: int, generation: int, done: Callable[[str], None]) -> None:
        self.fetched.append((run.id, index))
        self.answers.append(done)

    def close(self) -> None:
        self.closed = True

    # the machines

    def machine(self, run: str, name: str = "m1", state: MachineState = MachineState.RUNNING, **more: float) -> Machine:
        """A machine is in this state now."""
        machine = Machine(run, name, f"token-{name}", state, requested=0.0, deadline=7200.0, price=1.0, **more)  # type: ignore[arg-type]
        self.listener.machines(run, [machine], self._count)
        return machine

    def began(self, run: str, index: int, attempt: int = 1, worker: str = "m1.0", generation: int = 1) -> None:
        """A machine executes a task."""
        self.listener.began(run, index, generation, attempt, worker, 1_700_000_000.0)

    def lose(self, run: str, index: int, attempt: int = 1, worker: str = "m1.0", generation: int = 1) -> None:
        """The machine under a task is gone; the task waits again."""
        of = (run, index, generation, attempt, worker)
        self.listener.gave_back(*of, LossReason.RECLAIMED, "the machine was reclaimed", 1_700_000_001.0, self._count)

    def end(
        self, run: str, *indices: int, kind: OutcomeKind = OutcomeKind.SUCCEEDED, attempt: int = 1, generation: int = 1
    ) -> None:
        """Tasks have their outcome."""
        error = None if kind is OutcomeKind.SUCCEEDED else ErrorInfo("ValueError", "no")
        results = [
            TaskResult(index, generation, attempt, kind, 1_700_000_000.0, 1.0, error=error, worker="m1.0")
            for index in indices
        ]
        for index in indices:
            self.waiting.pop((run, index), None)
        self.listener.ended(run, results, self._count)

    def _count(self) -> None:
        self.done += 1
