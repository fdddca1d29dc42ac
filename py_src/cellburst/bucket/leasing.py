"""Keeping what is held: receipts are extended with each beat, and a lease that ended is noticed."""

from __future__ import annotations

from dataclasses import dataclass

from cellburst.abc import ObjectStore, TaskQueue
from cellburst.bucket.held import HeldTasks, Task
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.reach import Reach


@dataclass
class Leasing:
    """The leases of one machine, ``lease`` seconds at a time."""

    keys: RunKeys
    store: ObjectStore
    queue: TaskQueue
    held: HeldTasks
    lease: float

    def extend(self, reach: Reach) -> None:
        """Hold on to everything for another ``lease`` seconds."""
        receipts = [receipt for held in self.held for receipt in held.receipts]
        gone: list[str] = []
        if receipts and reach.attempt(lambda: gone.extend(self.queue.extend(receipts, self.lease))) and gone:
            lost = frozenset(gone)
            for held in self.held:
                held.receipts[:] = [receipt for receipt in held.receipts if receipt not in lost]

    def overtaken(self, reach: Reach) -> list[Task]:
        """Tasks that are executed here without a lease, and which have their outcome from elsewhere."""
        found: list[Task] = []
        for held in self.held:
            if held.receipts or held.ending is not None:
                continue
            key = self.keys.done(*held.task)
            sizes: list[int | None] = []
            if reach.attempt(lambda key=key, sizes=sizes: sizes.append(self.store.size(key))) and sizes[0] is not None:  # type: ignore[misc]
                found.append(held.task)
        return found
