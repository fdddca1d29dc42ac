"""A backend without workers: a test says what each of them does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cellburst.abc import BackendListener, Holding, WorkerLoss
from cellburst.model.blob import Packed
from cellburst.model.outcome import ErrorInfo, LossReason, OutcomeKind, TaskResult
from cellburst.model.report import Report
from cellburst.model.run import Run


@dataclass
class FakeBackend:
    """Records what it is told. ``finish``, ``fail``, ``lose`` and ``give_back`` play the workers.

    ``held`` maps a worker to its (run, index, generation, attempt) in order, ``given`` a task to what it was sent.
    """

    capacity: int = 2
    own_gpus: int = 0
    started: int = 0
    held: dict[str, list[tuple[str, int, int, int]]] = field(default_factory=dict)
    defined: list[str] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)
    cancelled: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    pruned: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    given: dict[tuple[str, int], Packed] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    closed: bool = False

    def gpus(self) -> int:
        return self.own_gpus

    def listen(self, listener: BackendListener) -> None:
        self.listener = listener

    def adopt(self, epoch: int) -> list[Holding]:
        for holding in self.holdings:
            pairs = zip(holding.indices, holding.generations, strict=True)
            tasks = [(holding.run, index, generation, holding.attempt) for index, generation in pairs]
            self.held.setdefault(holding.worker, []).extend(tasks)
        return self.holdings

    def start_workers(self, count: int) -> None:
        self.started += count

    def define(self, run: Run) -> None:
        self.defined.append(run.id)

    def assign(
        self,
        worker: str,
        run: str,
        indices: Sequence[int],
        generations: Sequence[int],
        attempt: int,
        given: Sequence[Packed] = (),
    ) -> None:
        assert run in self.defined or self.holdings, "assigned before it was defined"
        assert len(given) in (0, len(indices)), "given must run beside the indices"
        self.given.update({(run, index): packed for index, packed in zip(indices, given, strict=False)})
        tasks = [(run, index, generation, attempt) for index, generation in zip(indices, generations, strict=True)]
        self.held[worker].extend(tasks)

    def recall(self, worker: str) -> None:
        self.recalled.append(worker)

    def cancel(self, run: str, indices: Sequence[int]) -> None:
        self.cancelled.append((run, tuple(indices)))

    def prune(self, run: str, indices: Sequence[int]) -> None:
        self.pruned.append((run, tuple(indices)))

    def stop_workers(self, workers: Sequence[str]) -> None:
        for worker in workers:
            del self.held[worker]

    def forget(self, run: str) -> None:
        self.forgotten.append(run)

    def close(self) -> None:
        self.closed = True

    # what workers do

    def report(self, worker: str, step: int, **values: float) -> None:
        """The first task that the worker holds says how far it is."""
        run, index, generation, attempt = self.held[worker][0]
        self.listener.reported(run, index, generation, attempt, [Report(float(step), step, values)])

    def come(self, target: str = "local") -> str:
        """A worker that was asked for is there; its name."""
        name = f"w{len(self.held) + 1}"
        while name in self.held:
            name += "x"
        self.held[name] = []
        self.listener.worker_started(target, name)
        return name

    def finish(self, worker: str, kind: OutcomeKind = OutcomeKind.SUCCEEDED, seconds: float = 1.0) -> TaskResult:
        """The worker ends the first task that it holds."""
        run, index, generation, attempt = self.held[worker].pop(0)
        error = None if kind is OutcomeKind.SUCCEEDED else ErrorInfo("ValueError", "no")
        value = Packed(b"N.") if kind is OutcomeKind.SUCCEEDED else None
        result = TaskResult(index, generation, attempt, kind, 0.0, seconds, value=value, error=error, worker=worker)
        self.listener.outcomes(worker, run, [result], not self.held[worker], lambda: None)
        return result

    def lose(self, worker: str, reason: LossReason | None = LossReason.SIGNALLED, **how: bool) -> None:
        """The worker is gone in the middle of the first task that it holds."""
        tasks = self.held.pop(worker)
        if not tasks:
            self.listener.worker_ended(worker, WorkerLoss("", None, 0, 0, (), reason, "gone"))
            return
        run, index, generation, attempt = tasks[0]
        behind = tuple(task[1] for task in tasks[1:] if task[0] == run)
        loss = WorkerLoss(run, index, generation, attempt, behind, reason, "killed by SIGKILL", **how)
        self.listener.worker_ended(worker, loss)

    def give_back(self, worker: str) -> None:
        """The worker returns what it has not started."""
        first, rest = self.held[worker][:1], self.held[worker][1:]
        self.held[worker] = first
        run = rest[0][0] if rest else first[0][0] if first else ""
        self.listener.returned(worker, run, [task[1] for task in rest])
