"""From objects to outcomes: a task's one object is read, checked and told once; the user's own word competes for it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Literal

from cellburst.abc import Clock, ObjectStore
from cellburst.bucket.creating import Standing, create
from cellburst.bucket.held import Task
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.outcomes import refs_of, seal_done, signer_of, tampered, unseal_done
from cellburst.bucket.signing import USER, Signer
from cellburst.bucket.transfers import Together, Transfers
from cellburst.bucket.trusting import Trust
from cellburst.errors import BucketError, MissingObjectError, TamperedError
from cellburst.model.blob import BlobRef
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult

LOOK_EVERY = 60.0
"""Seconds between two looks at all outcomes, for those of which no news came."""
_AT_ONCE = 256
_EAGER = 1 << 20  # bytes of a result that are fetched with its outcome; the rest stays until it is asked for


@dataclass
class Settling:
    """Outcomes of a run. ``known`` are told already; ``wishes`` are endings that the user's side wants for tasks."""

    keys: RunKeys
    signer: Signer | None
    store: ObjectStore
    transfers: Transfers
    trust: Trust
    clock: Clock
    together: Together = map
    known: set[Task] = field(default_factory=set)
    attempts: dict[Task, int] = field(default_factory=dict)
    wishes: dict[Task, bytes] = field(default_factory=dict)
    _due: dict[Task, None] = field(default_factory=dict)
    _unproven: dict[Task, str] = field(default_factory=dict)
    _looked: float = float("-inf")

    def expect(self, task: Task) -> None:
        """Its outcome is said to be there."""
        if task not in self.known:
            self._due[task] = None

    def wish(self, task: Task, kind: OutcomeKind, error: str, why: str) -> None:
        """Let it end so, unless it has ended."""
        if self.signer is None or task in self.known or task in self.wishes:
            return
        attempt = self.attempts.get(task, 0)
        result = TaskResult(*task, attempt, kind, self.clock.wall(), 0.0, error=ErrorInfo(error, why))
        self.wishes[task] = seal_done(self.keys, self.signer, USER, "", result, {}, os.urandom(16).hex())

    @property
    def behind(self) -> bool:
        """Whether outcomes are known to be there that were not read yet."""
        return bool(self._due)

    @property
    def senders(self) -> set[str]:
        """Machines whose outcomes wait for their key to be proven."""
        return set(self._unproven.values())

    def look(self) -> None:
        """Look at all outcomes, once in a while. Raises CloudError."""
        if self.clock.boot() - self._looked < LOOK_EVERY:
            return
        after = self.keys.outcomes
        while names := self.store.keys(self.keys.outcomes, after):
            for name in names:
                task = self.keys.task_of_done(name)
                if task is not None:
                    self.expect(task)
            after = names[-1]
        self._looked = self.clock.boot()

    def look_again(self) -> None:
        """Look at all of them next time."""
        self._looked = float("-inf")

    def looked_since(self, when: float) -> bool:
        """Whether all outcomes were looked at after ``when`` (boot clock)."""
        return self._looked > when

    def step(self) -> list[tuple[TaskResult, bool]]:
        """New outcomes, and of each whether it was tampered with. Raises AccessError."""
        wanted = list(self.wishes)[:_AT_ONCE]
        for task, settled in zip(wanted, self.together(self._compete, wanted), strict=True):
            if settled:
                del self.wishes[task]
                self.expect(task)
        for task, name in list(self._unproven.items()):
            if not self.trust.undecided(name):
                del self._unproven[task]
                self._due[task] = None
        due = list(self._due)[:_AT_ONCE]
        read = list(self.together(self._get, due))  # all of them first: what is judged has to be told
        found = []
        for task, data in zip(due, read, strict=True):
            if data == "later":
                continue
            del self._due[task]
            judged = self._judge(task, data) if isinstance(data, bytes) else None
            if judged is not None:
                found.append(judged)
        return self._with_values(found)

    def said_signer(self, task: Task) -> str | None:
        """Who is said to have written a task's outcome. Raises CloudError."""
        return signer_of(self.store.get(self.keys.done(*task)))

    def fetch(self, task: Task) -> TaskResult:
        """The outcome with all its blobs in the local folder. Raises TamperedError, MissingObjectError, CloudError."""
        data = self.store.get(self.keys.done(*task))
        name = signer_of(data)
        if name is not None and self.trust.key_of(name) is None:
            raise TamperedError(self.trust.why_not(name))
        done, result = unseal_done(self.keys, *task, data, self.trust.key_of)
        self.transfers.fetch(refs_of(result), done.blobs, self.keys.out)
        return result

    def _compete(self, task: Task) -> bool:
        return create(self.store, self.keys.done(*task), self.wishes[task])[0] is not Standing.OPEN

    def _get(self, task: Task) -> bytes | Literal["absent", "later"]:
        try:
            return self.store.get(self.keys.done(*task))
        except MissingObjectError:
            return "absent"
        except BucketError:
            return "later"

    def _judge(self, task: Task, data: bytes) -> tuple[Task, TaskResult | str, dict[str, str]] | None:
        """The outcome, or why it is not believed, and the names of its blobs; None if it cannot be told now."""
        name = signer_of(data)
        if task in self.known:
            return None
        if name is not None and self.trust.undecided(name):
            self._unproven[task] = name
            return None
        self.known.add(task)
        self.wishes.pop(task, None)
        try:
            if name is not None and self.trust.key_of(name) is None:
                raise TamperedError(self.trust.why_not(name))
            done, result = unseal_done(self.keys, *task, data, self.trust.key_of)
        except TamperedError as error:
            return task, str(error), {}
        return task, result, done.blobs

    def _with_values(
        self, judged: list[tuple[Task, TaskResult | str, dict[str, str]]]
    ) -> list[tuple[TaskResult, bool]]:
        """Small values are fetched at once; where that fails, they stay until they are asked for."""
        wanted = [(_small(result), names) for _, result, names in judged]
        errors = self.transfers.fetch_each(wanted, self.keys.out)
        found = []
        for (task, result, _), error in zip(judged, errors, strict=True):
            if isinstance(result, str) or isinstance(error, TamperedError):
                why = result if isinstance(result, str) else str(error)
                found.append((tampered(*task, self.attempts.get(task, 1), why, self.clock.wall()), True))
            else:
                found.append((result, False))
        return found


def _small(result: TaskResult | str) -> tuple[BlobRef, ...]:
    refs = () if isinstance(result, str) else refs_of(result)
    return refs if sum(ref.size for ref in refs) <= _EAGER else ()
