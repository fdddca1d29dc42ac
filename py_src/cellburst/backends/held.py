"""What each worker of a pool holds, kept by the backend so that a vanished pool can be accounted for."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cellburst.abc import WorkerLoss
from cellburst.model.outcome import LossReason


@dataclass(frozen=True, slots=True)
class _Batch:
    run: str
    attempt: int
    tasks: deque[tuple[int, int]]  # index and generation, in the order of execution


class HeldByWorker:
    """The tasks that were assigned and neither ended nor came back."""

    def __init__(self) -> None:
        self._workers: dict[str, deque[_Batch]] = {}

    def add(self, worker: str, run: str, indices: Sequence[int], generations: Sequence[int], attempt: int) -> None:
        """The worker was given these, behind what it holds."""
        batches = self._workers.setdefault(worker, deque())
        if indices:
            batches.append(_Batch(run, attempt, deque(zip(indices, generations, strict=True))))

    def remove(self, worker: str, run: str, indices: Collection[int]) -> None:
        """These ended or came back."""
        gone = frozenset(indices)
        batches = self._workers.get(worker, deque())
        for batch in batches:
            if batch.run == run:
                tasks = batch.tasks
                left = len(tasks) - len(gone)
                while tasks and tasks[0][0] in gone:
                    tasks.popleft()
                if len(tasks) > left:
                    kept = [task for task in tasks if task[0] not in gone]
                    tasks.clear()
                    tasks.extend(kept)
        while batches and not batches[0].tasks:
            batches.popleft()

    def drop(self, worker: str) -> None:
        """The worker is gone and accounted for."""
        self._workers.pop(worker, None)

    def clear(self, message: str) -> list[tuple[str, WorkerLoss]]:
        """All workers are gone at once: a loss for each batch, the first task of the first batch as the running one."""
        losses = []
        for worker, batches in self._workers.items():
            for place, batch in enumerate(batches or [_Batch("", 0, deque())]):
                tasks = list(batch.tasks)
                running = tasks.pop(0) if tasks and place == 0 else None
                losses.append((worker, _loss(batch, running, [index for index, _ in tasks], message)))
        self._workers.clear()
        return losses


def _loss(batch: _Batch, running: tuple[int, int] | None, behind: list[int], message: str) -> WorkerLoss:
    index, generation = running or (None, 0)
    return WorkerLoss(batch.run, index, generation, batch.attempt, tuple(behind), LossReason.POOL_LOST, message)
