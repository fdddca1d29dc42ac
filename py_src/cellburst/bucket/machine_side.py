"""What a machine decides: which tasks it takes, what becomes of each, what it tells, and when it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from cellburst.abc import Clock, Delivery, ObjectStore, TaskQueue
from cellburst.bucket import publishing
from cellburst.bucket.finishing import Finishing, note_end
from cellburst.bucket.held import Held, HeldTasks, Work
from cellburst.bucket.identity import REFRESH, key_digest
from cellburst.bucket.judging import Judging
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.leasing import Leasing
from cellburst.bucket.news import NewsEvent
from cellburst.bucket.orders import Orders
from cellburst.bucket.packs import Packs
from cellburst.bucket.reach import Reach
from cellburst.bucket.records import MachineRecord, RunRecord
from cellburst.bucket.signing import Signer
from cellburst.bucket.staying import Staying
from cellburst.bucket.stopping import StopReader
from cellburst.bucket.taking import Taking
from cellburst.bucket.telling import NEWS_OF_A_TURN, Telling
from cellburst.bucket.transfers import Together, Transfers
from cellburst.errors import CloudError, StoreError, TamperedError
from cellburst.model.machine import MachineState, MachineUse
from cellburst.model.outcome import LossReason, TaskResult
from cellburst.model.payload import Payload
from cellburst.wire.fleet import TaskBegan

_PUT_OFF = 5.0  # seconds


@dataclass(frozen=True)
class Me:
    """A machine, as its user data and its clock have it.

    ``user`` is the user's public key. ``deadline`` is when it ends itself, on the boot clock; the last ``margin``
    seconds before are for handing back what it holds. ``memory`` is what it has, in bytes. ``turn`` counts the
    processes that have spoken for this machine, one after another, from 1.
    """

    keys: RunKeys
    name: str
    user: bytes
    deadline: float
    margin: float = 90.0
    memory: int = 0
    turn: int = 1


class MachineSide:
    """One machine's part in a run.

    ``take`` may be called in a thread of its own (it waits); all else belongs to one other thread. Only ``open``,
    ``take``, ``step`` and ``close`` do input and output; what the others are told is written by the next ``step``,
    and again until it is there. ``identify(public, nonce)`` proves who this machine is, for some minutes;
    ``announce(digest)`` leaves word of its key for as long as the run is there. ``server_now`` is the server's time in
    seconds; ``together`` has threads of its own, other than those of ``transfers``.
    """

    record: RunRecord

    def __init__(
        self,
        me: Me,
        signer: Signer,
        store: ObjectStore,
        queue: TaskQueue,
        transfers: Transfers,
        clock: Clock,
        server_now: Callable[[], float],
        identify: Callable[[bytes, str], MachineRecord],
        announce: Callable[[str], None],
        together: Together = map,
    ) -> None:
        self._me, self._signer, self._store, self._queue = me, signer, store, queue
        self._transfers, self._clock, self._server_now, self._identify = transfers, clock, server_now, identify
        self._reach = Reach(clock)
        self._held = HeldTasks()
        self._together = together
        self._stops = StopReader(me.keys, me.user, store)
        self._announce, self._announced = announce, False
        self._beaten = self._shown = float("-inf")
        self._closing = False

    @property
    def holding(self) -> int:
        """How many tasks are held, those included whose outcome is not written yet."""
        return len(self._held)

    def open(self) -> RunRecord:
        """Read the run, verified; say who this machine is; fetch the blobs that all tasks share.

        Raises TamperedError, CloudError, StoreError; but for the first, it may be called again.
        """
        me = self._me
        self.record = publishing.read(me.keys, me.user, self._store.get(me.keys.record))
        if self.record.run != me.keys.run:
            raise TamperedError(f"the record of {me.keys.run} is another run's")
        self._stops.read()
        self._stops.finished = False  # said to machines before this one
        self._introduce()
        payload = self.payload()
        refs = [ref for packed in payload.packs() for ref in packed.blobs()]
        self._transfers.fetch(refs, self.record.blobs, me.keys.blob)
        self._make_parts()
        return self.record

    def payload(self) -> Payload:
        """What every task of the run needs."""
        return msgspec.msgpack.decode(self.record.payload, type=Payload)

    def _make_parts(self) -> None:
        me, record, store = self._me, self.record, self._store
        packs = Packs(me.keys, me.user, store, self._transfers)
        self._taking = Taking(
            me.keys,
            me.name,
            me.user,
            record,
            store,
            packs,
            self._held,
            self._stops.cancelled.__contains__,
            self._clock.wall,
            me.memory,
        )
        self._telling = Telling(
            me.keys, me.name, self._signer, store, self._clock, self._server_now, self._held, record.beat
        )
        self._telling.number = me.turn * NEWS_OF_A_TURN
        self._finishing = Finishing(
            me.keys,
            me.name,
            self._signer,
            store,
            self._queue,
            self._transfers,
            self._held,
            record.lease,
            self._telling.tell,
            self._together,
        )
        self._staying = Staying(
            self._clock,
            self._queue,
            self._reach,
            self._held,
            self._stops,
            self._telling,
            me.deadline - me.margin,
            record.idle,
            record.lease,
        )
        self._judging = Judging(me.keys.run, me.name, record, self._held, self._stops.cancelled, self._clock, me.memory)
        self._leasing = Leasing(me.keys, store, self._queue, self._held, record.lease)

    def take(self, most: int, wait: float) -> list[Work]:
        """Up to ``most`` tasks to execute; waits up to ``wait`` seconds for one. Raises CloudError, after which it may
        be called again."""
        if self._closing or self._staying.calm or most < 1:
            return []
        with self._reach.trying():
            deliveries = self._queue.receive(most, wait, self.record.lease)
        self._staying.accepting = bool(deliveries)
        try:
            return [work for work in self._together(self._accept, deliveries) if work is not None]
        finally:
            self._staying.accepting = False

    def _accept(self, delivery: Delivery) -> Work | None:
        message = self._taking.read(delivery)
        if message is not None and self._held.also_by(message, delivery.receipt):
            return None
        try:
            with self._reach.trying():
                held = None if message is None else self._taking.accept(message, delivery)
        except (CloudError, StoreError):
            self._put_off(delivery)
            return None
        if held is None:
            self._reach.attempt(lambda: self._queue.remove([delivery.receipt]))
            return None
        self._held.add(held)
        return held.work if held.ending is None else None

    def _put_off(self, delivery: Delivery) -> None:
        """What becomes of it nobody knows yet: it comes back soon, or when its lease ends, and until then we stay."""
        soon = self._reach.attempt(lambda: self._queue.extend([delivery.receipt], _PUT_OFF))
        self._staying.wait_for(_PUT_OFF if soon else self.record.lease)

    def adopt(self, works: Sequence[Work]) -> None:
        """These are executed here since an earlier process of this machine took them; before the first ``take``."""
        for work in works:
            self._held.add(Held(work, None, [], begun=True))

    def began(self, work: Work, worker: str, at: float) -> None:
        """It is executed now, by ``worker`` ("m3.0"), since ``at`` (wall seconds)."""
        held = self._held.get((work.index, work.generation))
        if held is not None:
            held.begun = True
        self.tell(TaskBegan(self._me.keys.run, work.index, work.generation, work.attempt, worker, at))

    def ended(self, work: Work, result: TaskResult, worker: str) -> None:
        """An attempt ended by itself (a user's failure, too); blobs of its result are in the local folder.

        It may be one that an earlier process of this machine has taken, whose message nobody here holds any more.
        """
        self._judging.ended(work, result, worker)

    def lost(self, work: Work, reason: LossReason, message: str, worker: str, at: float) -> None:
        """An attempt was lost at ``at`` (wall seconds), or ended because the machine goes (RECLAIMED)."""
        self._judging.lost(work, reason, message, worker, at)

    def returned(self, work: Work) -> None:
        """It was never begun here, and goes back."""
        self._judging.returned(work)

    def tell(self, event: NewsEvent) -> None:
        """Output, progress, reports and use of tasks, for the next news."""
        self._telling.tell(event)

    def say(
        self, state: MachineState, reason: str = "", use: MachineUse | None = None, notice: float | None = None
    ) -> None:
        """How the machine is; ``notice`` is when it is taken away (wall seconds): nothing is taken from then on."""
        self._telling.say(state, reason, use, notice)

    def step(self) -> Orders:
        """Do what is due: extend what is held, write outcomes and news, look for what is to be stopped. Call it every
        second or so; it never raises CloudError."""
        if self._clock.boot() - self._beaten >= self.record.beat:
            self._beat()
        settled = self._finishing.finish(self._reach)
        self._telling.step(self._reach)
        running = frozenset(self._held.running())
        cancel = {task for task in running if task in self._stops.cancelled}
        cancel.update(self._leasing.overtaken(self._reach) if self._just_beaten else ())
        prune = tuple(task for task in running if task in self._stops.pruned)
        return Orders(
            tuple(sorted(cancel)), prune, self._staying.over(), self._staying.calm, self._reach.reason, tuple(settled)
        )

    @property
    def _just_beaten(self) -> bool:
        return self._clock.boot() == self._beaten

    def close(self) -> bool:
        """Write what is left and hand everything back; False if something could not be. Call it again then."""
        if not self._closing:
            self._closing = True
            if not self._announced:
                self._leave_word()
            for held in self._held:
                self._judging.hand_back(held, timely=self._staying.left > 0)
        self._finishing.finish(self._reach)
        self.say(MachineState.ENDING, self._telling.reason, notice=self._telling.notice)
        self._telling.step(self._reach, now=True)
        return not len(self._held) and self._telling.silent

    def note_end(self) -> bool:
        """Whether every task has its outcome now; if so, that is written down for all who look. Raises CloudError."""
        return note_end(self._me.keys, self._store, self.record)

    def _beat(self) -> None:
        self._beaten = self._clock.boot()
        self._leasing.extend(self._reach)
        self._reach.attempt(self._stops.read)
        if self._clock.boot() - self._shown >= REFRESH:
            self._reach.attempt(self._introduce)
        if not self._announced:
            self._leave_word()

    def _introduce(self) -> None:
        me = self._me
        record = self._identify(self._signer.public, self.record.nonce)
        self._store.put(me.keys.machine(me.name), msgspec.json.encode(record))
        self._shown = self._clock.boot()

    def _leave_word(self) -> None:
        """For whoever was away while this machine lived; one that is at home has no need of it."""
        with suppress(CloudError):
            self._announce(key_digest(self._signer.public, self.record.nonce))
            self._announced = True
