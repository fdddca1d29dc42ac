"""From a message to a task that is executed here, or to the reason why it is not."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from cellburst.abc import Delivery, ObjectStore
from cellburst.bucket import messages, retrying
from cellburst.bucket.creating import Standing, create
from cellburst.bucket.held import Again, Final, Held, HeldTasks, Task, Work
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.packs import Packs
from cellburst.bucket.records import Claim, RunRecord, TaskMessage
from cellburst.errors import BucketError, MissingObjectError, TamperedError
from cellburst.model.outcome import ErrorInfo, LossReason, OutcomeKind, TaskResult

LOOK = 10.0
"""Seconds that a machine waits at an empty queue before it looks anew."""
PATIENCE = 3
"""An at-most-once task that another machine claimed ends as unknown when it came back for the third time."""
_MARK = re.compile(r"(\d+)-[a-z0-9-]+")
_LARGER = 30.0  # seconds until a task that needs a larger machine is offered again


@dataclass
class Taking:
    """What deliveries come to."""

    keys: RunKeys
    name: str
    user: bytes
    record: RunRecord
    store: ObjectStore
    packs: Packs
    held: HeldTasks
    cancelled: Callable[[Task], bool]
    now: Callable[[], float]
    memory: int = 0
    _claims: dict[Task, bytes] = field(default_factory=dict)

    def read(self, delivery: Delivery) -> TaskMessage | None:
        """None for one that the user did not sign for this run."""
        return messages.read(self.keys, self.user, delivery.body)

    def accept(self, message: TaskMessage, delivery: Delivery) -> Held | None:
        """The task, held from now on; with an ending if it is not to be executed. None: remove the message.

        Raises CloudError, StoreError; the message then comes back by itself.
        """
        if self.store.size(self.keys.done(message.i, message.g)) is not None:
            return None
        held = Held(Work(message.i, message.g, message.t + 1), message, [delivery.receipt])
        if self.cancelled((message.i, message.g)):
            held.ending = self._final(held, OutcomeKind.CANCELLED, "RunCancelled", "the task was cancelled")
        elif message.m and self.memory <= message.m:
            held.ending = Again(replace(message, n=message.n + 1), delay=_LARGER)
        else:
            self._prepare(held, message, delivery.receives)
        return held

    def _prepare(self, held: Held, message: TaskMessage, receives: int) -> None:
        held.silent, last = self._silent(message, receives)
        losses = retrying.losses_of(message.k) + held.silent
        work = held.work
        if not self.record.at_most_once and losses >= self.record.losses:
            if receives < last + 2:
                _wait(held)
                return
            why = retrying.sentence(LossReason.MACHINE_LOST, "the machine was not heard of again", losses)
            held.ending = self._final(held, OutcomeKind.FAILED, "WorkerLost", why)
            return
        try:
            given = self.packs.given(message)
        except (TamperedError, MissingObjectError) as error:  # and nobody else would fare better
            held.ending = self._final(held, OutcomeKind.FAILED, type(error).__name__, f"its inputs: {error}")
            return
        held.work = Work(work.index, work.generation, work.attempt + held.silent, given)
        if self.record.at_most_once:
            self._claim(held, receives)
        elif receives > 1 or losses + 1 >= self.record.losses:
            try:
                self.store.put(f"{self._tries(message)}{receives}-{self.name}", b"")
            except BucketError:
                pass  # it may be there; so the task is begun, lest the mark stands for nothing

    def _silent(self, message: TaskMessage, receives: int) -> tuple[int, int]:
        """How many attempts at this very message were begun, as far as there is evidence, and not heard of again.

        That a message comes for the second time may also mean that the answer which brought it was lost. Every
        attempt from the second on leaves a mark, and so does a first one where it would be the last. And a queue may
        hand a message out twice: so a task is not given up before it came back once more since its last mark. Which
        delivery that was is the second number.
        """
        if receives == 1 or self.record.at_most_once:
            return 0, 1
        prefix = self._tries(message)
        marks = [int(found[1]) for key in self.store.keys(prefix) if (found := _MARK.fullmatch(key[len(prefix) :]))]
        marked = retrying.losses_of(message.k) + 1 >= self.record.losses
        return len(marks) + (0 if marked else 1), max(marks, default=1)

    def _tries(self, message: TaskMessage) -> str:
        return self.keys.tries(message.i, message.g, message.n)

    def _claim(self, held: Held, receives: int) -> None:
        """Executed only by who makes the claim; without an answer nobody executes it."""
        data = self._claims.get(held.task)
        if data is None:
            data = self._claims[held.task] = msgspec.json.encode(Claim(os.urandom(16).hex(), self.name))
        standing, _ = create(self.store, self.keys.claim(*held.task), data)
        if standing is Standing.MINE:
            return
        if standing is Standing.OTHERS and receives >= PATIENCE:
            why = "a machine began it and was not heard of again; whether it ran to its end is not known"
            held.ending = self._final(held, OutcomeKind.UNKNOWN, "WorkerLost", why)
        else:
            _wait(held)

    def _final(self, held: Held, kind: OutcomeKind, error: str, why: str) -> Final:
        work = held.work
        attempt = max(1, work.attempt - 1)
        info = ErrorInfo(error, why)
        return Final(TaskResult(work.index, work.generation, attempt, kind, self.now(), 0.0, error=info), "")


def _wait(held: Held) -> None:
    """Let the message come back by itself when its lease ends."""
    held.receipts.clear()
    held.ending = Again(None, sent=True)
