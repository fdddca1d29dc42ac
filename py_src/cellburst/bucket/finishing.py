"""Writing down how tasks ended: blobs first, then the one object that counts, and the message is removed last.

Every step may fail and is then done again by the next ``step``, with the same bytes. In between a crash costs at most
that a task is executed once more; which of two outcomes counts is decided by who makes the object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from cellburst.abc import ObjectStore, TaskQueue
from cellburst.bucket import messages
from cellburst.bucket.creating import Standing, create
from cellburst.bucket.held import Again, Final, Held, HeldTasks, Task
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.news import NewsItem, Settled
from cellburst.bucket.outcomes import refs_of, seal_done
from cellburst.bucket.reach import Reach
from cellburst.bucket.records import RunRecord
from cellburst.bucket.signing import Signer
from cellburst.bucket.transfers import Together, Transfers
from cellburst.errors import CloudError, PayloadError, StoreError, UnansweredError
from cellburst.model.outcome import ErrorInfo, OutcomeKind


@dataclass
class Finishing:
    """What is done with held tasks whose ending is known."""

    keys: RunKeys
    name: str
    signer: Signer
    store: ObjectStore
    queue: TaskQueue
    transfers: Transfers
    held: HeldTasks
    lease: float
    tell: Callable[[NewsItem], None]
    together: Together = map

    def finish(self, reach: Reach) -> list[Task]:
        """Write what is known, tasks side by side; those that are off our hands now."""
        ended = [held for held in self.held if held.ending is not None]
        written = self.together(lambda held: self._settle(held, reach), ended)
        done = [held for held, over in zip(ended, written, strict=True) if over]
        receipts = [receipt for held in done if _may_go(held.ending) for receipt in held.receipts]
        if receipts:
            # if a message stays, whoever gets it next finds the outcome, or does the task again
            reach.attempt(lambda: self.queue.remove(receipts))
        for held in done:
            self._tell_of(held.ending)
            self.held.drop(held)
        return [held.task for held in done]

    def _settle(self, held: Held, reach: Reach) -> bool:
        ending = held.ending
        if isinstance(ending, Again):
            return ending.sent or reach.attempt(lambda: self._send_again(held, ending))
        return isinstance(ending, Final) and (ending.written or reach.attempt(lambda: self._write(ending)))

    def _tell_of(self, ending: Again | Final | None) -> None:
        if isinstance(ending, Final):
            self.tell(Settled(self.keys.run, ending.result.index, ending.result.generation))
        elif ending is not None and ending.told is not None:
            self.tell(ending.told)

    def _send_again(self, held: Held, ending: Again) -> None:
        lost = frozenset(self.queue.extend(held.receipts, self.lease))
        held.receipts[:] = [receipt for receipt in held.receipts if receipt not in lost]
        # without a lease the message is another's, or will be: a second one would double the work, and to remove it by
        # an old receipt (which SQS may do) would end it
        ending.sent = True  # from now on a message of this task may be the new one
        if ending.message and held.receipts:
            try:
                self.queue.send([messages.encode(ending.message)], ending.delay)
            except CloudError:
                ending.sent = False
                raise
            ending.replaced = True

    def _write(self, ending: Final) -> None:
        """Raises CloudError if it is not settled yet."""
        if not ending.data:
            ending.data = self._sealed(ending)
        key = self.keys.done(ending.result.index, ending.result.generation)
        standing, _ = create(self.store, key, ending.data)
        if standing is Standing.OPEN:
            raise UnansweredError(f"{key} is not settled yet")
        ending.written = True

    def _sealed(self, ending: Final) -> bytes:
        try:
            blobs = self.transfers.send(refs_of(ending.result), self.keys.out)
        except (StoreError, PayloadError) as error:  # the machine's disk is full or broken: nothing to send, ever
            ending.result = replace(
                ending.result, kind=OutcomeKind.FAILED, value=None, files=(), error=ErrorInfo("WorkerLost", str(error))
            )
            blobs = {}
        return seal_done(self.keys, self.signer, self.name, ending.worker, ending.result, blobs, ending.nonce)


def _may_go(ending: Again | Final | None) -> bool:
    """Whether the message that brought the task is needed no more."""
    return isinstance(ending, Final) or (isinstance(ending, Again) and ending.replaced)


def note_end(keys: RunKeys, store: ObjectStore, record: RunRecord) -> bool:
    """Whether every task of the run has an outcome; if so, that is written down for all who look. Raises CloudError."""
    if record.open:
        return False
    ended, after = set[int](), ""
    while names := store.keys(keys.outcomes, after):
        ended.update(task[0] for name in names if (task := keys.task_of_done(name)))
        after = names[-1]
    if len(ended) < record.count:
        return False
    create(store, keys.end, b"{}")
    return True
