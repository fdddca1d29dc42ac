"""The tasks that a machine holds: by which receipts, how each ended, and what of that is still to be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from msgspec import Struct

from cellburst.bucket.records import TaskMessage
from cellburst.model.blob import Packed
from cellburst.model.outcome import TaskResult
from cellburst.wire.fleet import TaskBack

Task = tuple[int, int]
"""Index and generation."""


class Work(Struct, frozen=True):
    """A task that this machine holds and is to execute; ``given`` as in ``Assign``."""

    index: int
    generation: int
    attempt: int
    given: Packed | None = None


@dataclass
class Again:
    """The task goes back to the queue as ``message``, which is seen after ``delay`` seconds; ``told`` once it has.

    Without a message it comes back by itself, when its lease has ended. ``sent``: nothing is left to be sent;
    ``replaced``: the new message is in the queue, and the old one may go.
    """

    message: TaskMessage | None
    told: TaskBack | None = None
    delay: float = 0.0
    sent: bool = False
    replaced: bool = False


@dataclass
class Final:
    """The task has ended; ``data`` is what is written, made once, so that writing it again is the same write."""

    result: TaskResult
    worker: str
    nonce: str = field(default_factory=lambda: os.urandom(16).hex())
    data: bytes = b""
    written: bool = False


@dataclass
class Held:
    """A task that is ours until its lease ends, and what became of it here. ``silent`` attempts were lost before.

    No ``message``: an earlier process of this machine had it.
    """

    work: Work
    message: TaskMessage | None
    receipts: list[str]
    silent: int = 0
    begun: bool = False
    ending: Again | Final | None = None

    @property
    def task(self) -> Task:
        return self.work.index, self.work.generation


class HeldTasks:
    """All of them. One thread adds, another removes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[Task, Held] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Held]:
        with self._lock:
            return iter(list(self._held.values()))

    def get(self, task: Task) -> Held | None:
        return self._held.get(task)

    def add(self, held: Held) -> None:
        with self._lock:
            self._held[held.task] = held

    def also_by(self, message: TaskMessage, receipt: str) -> bool:
        """Whether the task is held already; it then is by this receipt, too.

        One that just goes back to the queue is not: the message may be the one by which it comes again, and what is
        held by a receipt here is removed.
        """
        with self._lock:
            held = self._held.get((message.i, message.g))
            if held is None or (isinstance(held.ending, Again) and held.ending.sent):
                return False
            held.receipts.append(receipt)
            held.message = held.message or message
            return True

    def drop(self, held: Held) -> None:
        with self._lock:
            if self._held.get(held.task) is held:
                del self._held[held.task]

    def running(self) -> tuple[Task, ...]:
        """Those whose ending is not known yet."""
        return tuple(held.task for held in self if held.ending is None)
