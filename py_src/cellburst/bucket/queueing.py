"""Handing tasks to the queue: at least once each, and after a restart not all of them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cellburst.abc import ObjectStore, TaskQueue
from cellburst.bucket import messages, packs
from cellburst.bucket.creating import Standing, create
from cellburst.bucket.held import Task
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import QueuedPart
from cellburst.bucket.signing import USER, Place, Signer, seal, unseal
from cellburst.bucket.transfers import Together, Transfers
from cellburst.errors import MissingObjectError, TamperedError, UnansweredError
from cellburst.model.blob import Packed

_AT_ONCE = 1000  # tasks between two records: as many may be queued twice by a crash
_CALL = 10  # messages in one request


@dataclass
class _Part:
    tasks: list[Task]
    given: Sequence[Packed]
    pack: str | None = None
    unsent: list[list[str]] | None = None


@dataclass
class Queueing:
    """Which tasks are in the queue, or were. ``queued`` is true of a task from its record on."""

    keys: RunKeys
    signer: Signer
    store: ObjectStore
    queue: TaskQueue
    transfers: Transfers
    together: Together = map
    queued: set[Task] = field(default_factory=set)
    packs: dict[Task, str] = field(default_factory=dict)
    _parts: list[_Part] = field(default_factory=list)
    _next: int = -1

    def add(self, tasks: Sequence[Task], given: Sequence[Packed] = ()) -> None:
        """For the next steps. ``given`` runs beside ``tasks``, unless it is empty."""
        for start in range(0, len(tasks), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            self._parts.append(_Part(list(tasks[part]), given[part]))

    @property
    def waiting(self) -> bool:
        """Whether something is still to be sent."""
        return bool(self._parts)

    def again(self, tasks: Iterable[Task]) -> None:
        """These are in the queue no more, though nobody ended them."""
        wanted = list(tasks)
        groups: dict[str, list[Task]] = {}
        for task in wanted:
            groups.setdefault(self.packs.get(task, ""), []).append(task)
        for pack, group in groups.items():
            self._parts.append(_Part(group, (), pack))
        self.queued.difference_update(wanted)

    def step(self) -> None:
        """Send what waits. Raises CloudError, StoreError; the next step goes on."""
        if self._next < 0:
            self._read()
        while self._parts:
            self._send(self._parts[0])
            self._parts.pop(0)

    def _send(self, part: _Part) -> None:
        if part.unsent is None:
            self._prepare(part)
        unsent = part.unsent or []
        while unsent:
            some = unsent[:64]
            for _ in self.together(self.queue.send, some):
                pass
            del unsent[: len(some)]
        if part.tasks:
            self._record(part)

    def _prepare(self, part: _Part) -> None:
        fresh = [at for at, task in enumerate(part.tasks) if task not in self.queued]
        if len(fresh) < len(part.tasks):
            part.given = [part.given[at] for at in fresh] if part.given else ()
            part.tasks = [part.tasks[at] for at in fresh]
        if part.given and part.tasks:
            indices = [index for index, _ in part.tasks]
            part.pack = packs.write(self.keys, self.signer, self.store, self.transfers, indices, part.given)
        bodies = [
            messages.encode(messages.make(self.keys, self.signer, index, generation, part.pack or ""))
            for index, generation in part.tasks
        ]
        part.unsent = [bodies[start : start + _CALL] for start in range(0, len(bodies), _CALL)]

    def _record(self, part: _Part) -> None:
        while True:
            key = self.keys.queued_part(self._next)
            data = seal(self.signer, USER, _place(self.keys, key), QueuedPart(tuple(part.tasks), part.pack or ""))
            standing, _ = create(self.store, key, data)
            if standing is Standing.OPEN:
                raise UnansweredError(f"{key} is not settled yet")
            self._next += 1
            if standing is Standing.MINE:
                break
        self._know(part.tasks, part.pack or "")

    def _read(self) -> None:
        after, last = self.keys.queued, -1
        while names := self.store.keys(self.keys.queued, after):
            for name in names:
                number = self.keys.number(name, self.keys.queued)
                if number is not None:
                    self._take_in(name)
                    last = max(last, number)
            after = names[-1]
        self._next = last + 1

    def _take_in(self, name: str) -> None:
        part = _read_part(self.keys, self.signer.public, self.store, name)
        if part is not None:  # else its tasks are queued twice, which harms nobody
            self._know(part.tasks, part.pack)

    def _know(self, tasks: Iterable[Task], pack: str) -> None:
        for task in tasks:
            self.queued.add(task)
            if pack:
                self.packs[task] = pack


def parts(keys: RunKeys, user: bytes, store: ObjectStore) -> Iterator[QueuedPart]:
    """What was handed to the queue, in order, as far as ``user`` signed it. Raises CloudError."""
    after = keys.queued
    while names := store.keys(keys.queued, after):
        for name in names:
            part = _read_part(keys, user, store, name) if keys.number(name, keys.queued) is not None else None
            if part is not None:
                yield part
        after = names[-1]


def _read_part(keys: RunKeys, user: bytes, store: ObjectStore, name: str) -> QueuedPart | None:
    try:
        return unseal(store.get(name), _place(keys, name), lambda by: user if by == USER else None, QueuedPart)[1]
    except (TamperedError, MissingObjectError):
        return None


def _place(keys: RunKeys, key: str) -> Place:
    return Place(keys.env, keys.run, "queued", name=key.removeprefix(keys.queued))
