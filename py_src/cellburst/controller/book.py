"""The books of one live run: which tasks wait, which run, which have ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cellburst.model.blob import Packed
from cellburst.model.known import Tried
from cellburst.model.machine import Fleet, Machine, fleet_of
from cellburst.model.outcome import OutcomeKind, Span, TaskResult
from cellburst.model.run import Counts, Run, RunState, RunStatus
from cellburst.model.sweep import KEY, SweepPart


class Backlog:
    """Tasks that wait, in order; those put back come first. A fresh run's tasks cost no memory."""

    def __init__(self, fresh: range, back: Iterable[int] = ()) -> None:
        self._fresh = fresh
        self._back = deque(back)

    def __len__(self) -> int:
        return len(self._fresh) + len(self._back)

    def __iter__(self) -> Iterator[int]:
        yield from self._back
        yield from self._fresh

    def grow(self, start: int, stop: int) -> None:
        """These tasks come last. They are the newest: their numbers are above all others."""
        if not self._fresh:
            self._fresh = range(start, stop)
        elif self._fresh.stop == start:
            self._fresh = range(self._fresh.start, stop)
        else:
            self._back.extend(self._fresh)
            self._fresh = range(start, stop)

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

    def clear(self) -> Sequence[int]:
        """Take everything out."""
        taken: Sequence[int] = [*self._back, *self._fresh] if self._back else self._fresh
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
    OutcomeKind.PRUNED: "pruned",
}


QUEUE = ""
"""Stands for a worker where no worker has a task: it waits in the queue of its run's machines."""


class RunBook(Struct):
    """Everything the reactor knows of one live run. Times are wall seconds.

    ``held`` names the worker of each task that has one; ``spent`` counts the attempts of a task that ended without
    ending it, whatever the reason. Both are by index and only have what is not the rule. ``given`` is what added
    tasks that have not ended are to be sent, ``keys`` what their results are kept under. ``hits`` are tasks that will
    take over the result of another one (its run and index; None: to be found by the task's key), and wait for nobody.
    ``failure`` says why an open run ends as failed once its tasks have ended, ``message`` why one was closed.
    ``machines`` are those that were got for the run, by name, and ``standing`` is what it waits for, as they say;
    ``tried`` is what was tried on them as this controller found it.
    ``run`` stays as it was when it came here; ``over`` has a byte for each task that there is now.
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
    open: bool = False
    given: dict[int, Packed] = {}
    keys: dict[int, bytes] = {}
    hits: dict[int, tuple[str, int] | None] = {}
    failure: str = ""
    message: str = ""
    machines: dict[str, Machine] = {}
    standing: str = ""
    tried: tuple[Tried, ...] = ()

    @classmethod
    def fresh(cls, run: Run) -> RunBook:
        """The books of a run that was just submitted."""
        return cls(run, Backlog(range(run.count)), bytearray(run.count), open=run.open)

    @property
    def count(self) -> int:
        """How many tasks there are now."""
        return len(self.over)

    def add_tasks(self, part: SweepPart) -> None:
        """The run has grown."""
        stop = part.start + part.view.count
        self.backlog.grow(part.start, stop)
        self.over.extend(bytes(part.view.count))
        self.given.update(zip(range(part.start, stop), part.given, strict=False))
        if part.keys:
            each = (part.keys[place : place + KEY] for place in range(0, len(part.keys), KEY))
            self.keys.update(zip(range(part.start, stop), each, strict=True))

    def await_hits(self, hits: Iterable[tuple[int, str, int]]) -> None:
        """These tasks (index, run, index there) take over results and are not started meanwhile."""
        self.hits.update({index: (run, other) for index, run, other in hits})
        self.backlog.remove(frozenset(self.hits))

    def look_for(self, indices: Iterable[int]) -> None:
        """These waiting tasks take over a result if there is one for their keys."""
        self.hits.update(dict.fromkeys(indices))
        self.backlog.remove(frozenset(self.hits))

    def with_keys(self, results: Sequence[TaskResult]) -> Sequence[TaskResult]:
        """The results with the keys of tasks that were added, which no worker knows."""
        if not self.keys:
            return results
        return [r if r.key else replace(r, key=self.keys.get(r.index, b"")) for r in results]

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

    def enqueue(self, indices: Sequence[int]) -> None:
        """These tasks wait in the queue of the run's machines now."""
        self.held.update(dict.fromkeys(indices, QUEUE))

    def release(self, index: int) -> None:
        """No worker has this task any more."""
        worker = self.held.pop(index, QUEUE)
        if worker != QUEUE:
            self._free(worker, 1)

    def _free(self, worker: str, count: int) -> None:
        left = self.holders[worker] - count
        if left:
            self.holders[worker] = left
        else:
            del self.holders[worker]

    def close_tasks(self, results: Sequence[TaskResult]) -> None:
        """Count endings."""
        held, over, tally, given, keys = self.held, self.over, self.tally, self.given, self.keys
        freed: dict[str | None, int] = {}
        succeeded = 0
        for result in results:
            index = result.index
            over[index] = 1
            if given:
                given.pop(index, None)
            if keys:
                keys.pop(index, None)
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
            if worker:
                self._free(worker, count)

    def spans(self, indices: Sequence[int]) -> list[Span]:
        """Tasks of the run with their generations and attempts, neighbours that have the same together."""
        generations, spent = self.generations, self.spent
        if isinstance(indices, range) and indices and not (generations or spent):
            return [Span(indices.start, indices.stop, 1, 0)]
        found: list[list[int]] = []
        last = [-1, -1, 0, 0]
        for index in sorted(indices):
            generation, attempt = generations.get(index, 1), spent.get(index, 0)
            if last[1] == index and last[2] == generation and last[3] == attempt:
                last[1] = index + 1
            else:
                last = [index, index + 1, generation, attempt]
                found.append(last)
        return [Span(*each) for each in found]

    def close_alike(self, spans: Sequence[Span], kind: OutcomeKind) -> None:
        """Count endings of tasks that nobody holds."""
        for span in spans:
            self.over[span.first : span.stop] = b"\1" * len(span)
            for memory in (self.given, self.keys):
                for index in range(span.first, span.stop) if memory else ():
                    memory.pop(index, None)
        name = _COUNTED[kind]
        self.tally[name] = self.tally.get(name, 0) + sum(map(len, spans))

    def reopen_task(self, index: int, state: str) -> None:
        """Take an ending, counted as ``state``, out of the books: the task has a new generation."""
        self.over[index] = 0
        self.tally[state] = self.tally.get(state, 0) - 1
        self.generations[index] = self.generation(index) + 1
        for memory in (self.spent, self.losses, self.failures):
            memory.pop(index, None)

    @property
    def counts(self) -> Counts:
        """Tasks by state. Each worker runs one of the tasks that it holds; the others wait behind it, or in a queue."""
        running = len(self.holders)
        waiting = len(self.backlog) + len(self.hits)
        return Counts(queued=waiting + len(self.held) - running, running=running, **self.tally)

    @property
    def complete(self) -> bool:
        """Whether every task has ended."""
        return not self.backlog and not self.held and not self.hits

    def status(self) -> RunStatus:
        """What clients are told."""
        return RunStatus(self.run.id, self.state, self.counts, self.started, self.ended, self.reason)

    def fleet(self, now: float) -> Fleet | None:
        """The run's machines in figures; None for a run that is executed elsewhere."""
        plan = self.run.plan
        return None if plan is None else fleet_of(self.machines.values(), now, self.standing, plan.worst)
