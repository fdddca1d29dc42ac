"""Mistakes that one could make in the protocol, each planted by a few lines; the simulation has to find every one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from cellburst.abc import Creation, Delivery, ObjectStore
from cellburst.bucket import creating, finishing, settling, stopping, taking
from cellburst.bucket.creating import Standing
from cellburst.bucket.finishing import Finishing
from cellburst.bucket.held import Again, Final, Held, HeldTasks
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.queueing import Queueing
from cellburst.bucket.reach import Reach
from cellburst.bucket.records import TaskMessage
from cellburst.bucket.settling import Settling
from cellburst.bucket.staying import Staying
from cellburst.bucket.taking import Taking
from cellburst.errors import BucketError

Patch = pytest.MonkeyPatch
_create = creating.create


def _everywhere(patch: Patch, create: Callable[[ObjectStore, str, bytes], tuple[Standing, bytes]]) -> None:
    for module in (finishing, settling, stopping, taking):
        patch.setattr(module, "create", create)


def what_exists_is_mine(patch: Patch) -> None:
    """412 without comparing nonces."""

    def create(store: ObjectStore, key: str, data: bytes) -> tuple[Standing, bytes]:
        standing, found = _create(store, key, data)
        return (Standing.MINE if standing is Standing.OTHERS else standing), found

    _everywhere(patch, create)


def what_exists_is_anothers(patch: Patch) -> None:
    """412 without reading back, though it may be the answer to one's own write."""

    def create(store: ObjectStore, key: str, data: bytes) -> tuple[Standing, bytes]:
        for _ in range(3):
            try:
                answer = store.create(key, data)
            except BucketError:
                continue
            if answer is not Creation.CONFLICT:
                return (Standing.MINE if answer is Creation.CREATED else Standing.OTHERS), data
        return Standing.OPEN, b""

    _everywhere(patch, create)


def a_conflict_is_taken(patch: Patch) -> None:
    """409 as if another had it."""

    def create(store: ObjectStore, key: str, data: bytes) -> tuple[Standing, bytes]:
        try:
            answer = store.create(key, data)
        except BucketError:
            return Standing.OPEN, b""
        if answer is Creation.CONFLICT:
            return Standing.OTHERS, b""
        return _create(store, key, data)

    _everywhere(patch, create)


def no_answer_is_a_refusal(patch: Patch) -> None:
    """A write of which nobody knows taken for one that another has made."""

    def create(store: ObjectStore, key: str, data: bytes) -> tuple[Standing, bytes]:
        try:
            answer = store.create(key, data)
        except BucketError:
            return Standing.OTHERS, b""
        return (Standing.MINE, data) if answer is Creation.CREATED else _create(store, key, data)

    _everywhere(patch, create)


def no_answer_is_success(patch: Patch) -> None:
    """A write of which nobody knows taken for done."""

    def create(store: ObjectStore, key: str, data: bytes) -> tuple[Standing, bytes]:
        try:
            answer = store.create(key, data)
        except BucketError:
            return Standing.MINE, data
        return (Standing.MINE, data) if answer is Creation.CREATED else _create(store, key, data)

    _everywhere(patch, create)


def the_latest_outcome_wins(patch: Patch) -> None:
    """Outcomes written over each other."""

    def create(store: ObjectStore, key: str, data: bytes) -> tuple[Standing, bytes]:
        if "/done/" not in key:
            return _create(store, key, data)
        try:
            store.put(key, data)
        except BucketError:
            return Standing.OPEN, b""
        return Standing.MINE, data

    _everywhere(patch, create)


def the_message_goes_first(patch: Patch) -> None:
    """The message removed before the outcome is written."""
    settle = Finishing._settle

    def settle_late(self: Finishing, held: Held, reach: Reach) -> bool:
        if isinstance(held.ending, Final):
            reach.attempt(lambda: self.queue.remove(held.receipts))
        return settle(self, held, reach)

    patch.setattr(Finishing, "_settle", settle_late)


def removed_before_it_is_sent_again(patch: Patch) -> None:
    """A task that is to be tried again out of the queue for a moment."""
    settle = Finishing._settle

    def settle_late(self: Finishing, held: Held, reach: Reach) -> bool:
        if isinstance(held.ending, Again) and not held.ending.sent:
            reach.attempt(lambda: self.queue.remove(held.receipts))
        return settle(self, held, reach)

    patch.setattr(Finishing, "_settle", settle_late)


def what_was_not_replaced_goes(patch: Patch) -> None:
    """A message removed because its task goes back to the queue, without another one in its place."""

    def also_by(self: HeldTasks, message: TaskMessage, receipt: str) -> bool:
        held = self.get((message.i, message.g))
        if held is not None:
            held.receipts.append(receipt)
        return held is not None

    patch.setattr(HeldTasks, "also_by", also_by)
    patch.setattr(finishing, "_may_go", lambda ending: True)


def outcomes_are_not_looked_for(patch: Patch) -> None:
    """Whatever the queue hands out is executed."""
    accept = Taking.accept

    class Blind:
        def __init__(self, store: ObjectStore, keys: RunKeys) -> None:
            self.store, self.named = store, keys

        def __getattr__(self, name: str) -> object:
            return getattr(self.store, name)

        def size(self, key: str) -> int | None:
            return None if key.startswith(self.named.outcomes) else self.store.size(key)

    def accept_blindly(self: Taking, message: TaskMessage, delivery: Delivery) -> Held | None:
        if not isinstance(self.store, Blind):
            self.store = Blind(self.store, self.keys)  # type: ignore[assignment]
        return accept(self, message, delivery)

    patch.setattr(Taking, "accept", accept_blindly)


def every_delivery_is_an_attempt(patch: Patch) -> None:
    """Attempts counted by how often a message came, though nobody may have begun."""
    patch.setattr(Taking, "_silent", lambda self, message, receives: (receives - 1, -1))


def begun_without_knowing_whose_it_is(patch: Patch) -> None:
    """An at-most-once task begun although nobody answered whose claim stands."""

    def create(store: ObjectStore, key: str, data: bytes) -> tuple[Standing, bytes]:
        standing, found = _create(store, key, data)
        return (Standing.MINE if standing is Standing.OPEN else standing), found

    patch.setattr(taking, "create", create)


def machines_work_to_their_last_second(patch: Patch) -> None:
    """No margin before the deadline."""
    patch.setattr(Staying, "left", property(lambda self: self.leave_by + 20.0 - self.clock.boot()))


def known_before_it_is_told(patch: Patch) -> None:
    """An outcome noted as told, and then lost to an error of the next one's."""
    step = Settling.step

    def step_lazily(self: Settling) -> list[tuple[object, bool]]:
        found = step(self)
        if found:
            self.store.size(self.keys.record)  # may fail
        return found

    patch.setattr(Settling, "step", step_lazily)


def cancelling_asks_nobody(patch: Patch) -> None:
    """A task told as cancelled without competing for its outcome."""
    step = Settling.step

    def step_at_once(self: Settling) -> list[tuple[object, bool]]:
        told = []
        for task, data in list(self.wishes.items()):
            found = settling.unseal_done(self.keys, *task, data, self.trust.key_of)[1]
            if task not in self.known:
                self.known.add(task)
                told.append((found, False))
        return told + step(self)

    patch.setattr(Settling, "step", step_at_once)


def recorded_before_it_is_sent(patch: Patch) -> None:
    """Tasks noted as handed out before they are."""
    send = Queueing._send

    def send_late(self: Queueing, part: object) -> None:
        if part.unsent is None:
            self._prepare(part)
            self._record(part)
        send(self, part)

    patch.setattr(Queueing, "_send", send_late)


MUTANTS: Sequence[Callable[[Patch], None]] = (
    what_exists_is_mine,
    what_exists_is_anothers,
    a_conflict_is_taken,
    no_answer_is_a_refusal,
    no_answer_is_success,
    the_latest_outcome_wins,
    the_message_goes_first,
    removed_before_it_is_sent_again,
    what_was_not_replaced_goes,
    outcomes_are_not_looked_for,
    every_delivery_is_an_attempt,
    begun_without_knowing_whose_it_is,
    machines_work_to_their_last_second,
    known_before_it_is_told,
    cancelling_asks_nobody,
    recorded_before_it_is_sent,
)
