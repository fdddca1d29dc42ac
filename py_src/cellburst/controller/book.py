"""The books of one live run: which tasks wait, which run, which have ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from msgspec import Struct

from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import Counts, Run, RunState, RunStatus


class Backlog:
    """Tasks that wait, in order; those put back come first. A fresh run's tasks cost no memory."""

    def __init__(self, fresh: range, back: Iterable[int] = ()) -> None:
        self._fresh = fresh
        self._back = deque(back)

    def __len__(self) -> int:
        return len(self._fresh) + len(self._back)

    def put_back(self, indices: Iterable[int]) -> None:
        """Let these be the next, in their order."""
        self._back.extendleft(reversed(list(indices)))

    def take(self, most: int) -> list[int]:
        """Up to ``most`` tasks from the front."""
        taken = [self._back.popleft() for _ in range(min(most, len(self._back)))]
        more = self._fresh[: most - len(taken)]
        self._fresh = self._fresh[len(more) :]
        return taken + list(more)

    def remove(self, indices: frozenset[int]) -> list[int]:
        """Take these out, wherever they are; the ones that were there."""
        found = [index for index in self._back if index in indices]
        found += [index for index in self._fresh if index in indices]
        if found:
            gone = frozenset(found)
            self._back = deque(i for i in (*self._back, *self._fresh) if i not in gone)
            self._fresh = range(0)
        return found

    def clear(self) -> list[int]:
        """Take everything out."""
        taken = [*self._back, *self._fresh]
        self._back.clear()
        self._fresh = range(0)
        return taken


_SUCCEEDED = OutcomeKind.SUCCEEDED
_COUNTED = {
    OutcomeKind.SUCCEEDED: "succeeded",
    OutcomeKind.FAILED: "failed",
    OutcomeKind.REJECTED: "failed",
    OutcomeKind.CANCELLED: "cancelled",
    OutcomeKind.UNKNOWN: "unknown",
    OutcomeKind.LOST: "unknown",
}


class RunBook(Struct):
    """Everything the reactor knows of one live run. Times are wall seconds.

    ``held`` names the worker of each task that has one; ``spent`` counts the attempts of a task that ended without
    ending it, whatever the reason. Both are by index and only have what is not the rule.
    """

    run: Run
    backlog: Backlog
    over: bytearray
    state: RunState = RunState.QUEUED
    held: dict[int, str] = {}
    holders: dict[str, int] = {}
    generations: dict[int, int] = {}
    losses: dict[int, int] = {}
    failures: dict[int, int] = {}
    spent: dict[int, int] = {}
    tally: dict[str, int] = {}
    estimate: float | None = None
    started: float | None = None
    ended: float | None = None
    defined: bool = False
    reason: str = ""

    @classmethod
    def fresh(cls, run: Run) -> RunBook:
        """The books of a run that was just submitted."""
        return cls(run, Backlog(range(run.count)), bytearray(run.count))

    def generation(self, index: int) -> int:
        """The newest generation of a task, from 1."""
        return self.generations.get(index, 1)

    def next_attempt(self, index: int) -> int:
        """The number of the attempt that would come next, from 1."""
        return self.spent.get(index, 0) + 1

    def hold(self, indices: Sequence[int], worker: str) -> None:
        """A worker has these tasks now."""
        self.held.update(dict.fromkeys(indices, worker))
        self.holders[worker] = self.holders.get(worker, 0) + len(indices)

    def release(self, index: int) -> None:
        """No worker has this task any more."""
        worker = self.held.pop(index, None)
        if worker is not None:
            self._free(worker, 1)

    def _free(self, worker: str, count: int) -> None:
        left = self.holders[worker] - count
        if left:
            self.holders[worker] = left
        else:
            del self.holders[worker]

    def close_tasks(self, results: Sequence[TaskResult]) -> None:
        """Count endings."""
        held, over, tally = self.held, self.over, self.tally
        freed: dict[str | None, int] = {}
        succeeded = 0
        for result in results:
            index = result.index
            over[index] = 1
            worker = held.pop(index, None)
            freed[worker] = freed.get(worker, 0) + 1
            if result.kind is _SUCCEEDED:
                succeeded += 1
            else:
                name = _COUNTED[result.kind]
                tally[name] = tally.get(name, 0) + 1
        if succeeded:
            tally["succeeded"] = tally.get("succeeded", 0) + succeeded
        for worker, count in freed.items():
            if worker is not None:
                self._free(worker, count)

    def reopen_task(self, index: int, state: str) -> None:
        """Take an ending, counted as ``state``, out of the books: the task has a new generation."""
        self.over[index] = 0
        self.tally[state] = self.tally.get(state, 0) - 1
        self.generations[index] = self.generation(index) + 1
        for memory in (self.spent, self.losses, self.failures):
            memory.pop(index, None)

    @property
    def counts(self) -> Counts:
        """Tasks by state. Each worker runs one of the tasks that it holds; the others wait behind it."""
        running = len(self.holders)
        return Counts(queued=len(self.backlog) + len(self.held) - running, running=running, **self.tally)

    @property
    def complete(self) -> bool:
        """Whether every task has ended."""
        return not self.backlog and not self.held

    def status(self) -> RunStatus:
        """What clients are told."""
        return RunStatus(self.run.id, self.state, self.counts, self.started, self.ended, self.reason)
