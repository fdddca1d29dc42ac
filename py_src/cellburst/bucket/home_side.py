"""What the user's side does for one run: hands tasks out, follows what machines tell, and believes what is proven."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cellburst.abc import Clock, ObjectStore, TaskQueue
from cellburst.bucket import elsewhere, publishing
from cellburst.bucket.following import Following
from cellburst.bucket.held import Task
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.missing import Missing
from cellburst.bucket.news import NewsEvent, NewsItem, Settled
from cellburst.bucket.queueing import Queueing
from cellburst.bucket.records import MachineTable, News, RunRecord, Stop
from cellburst.bucket.settling import Settling
from cellburst.bucket.signing import Signer
from cellburst.bucket.stopping import StopWriter, stop_mark
from cellburst.bucket.transfers import Together, Transfers
from cellburst.bucket.trusting import Prove, Trust
from cellburst.errors import AccessError, CloudError, StoreError, UsageError
from cellburst.model.blob import Packed
from cellburst.model.machine import Machine
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import Run
from cellburst.wire.fleet import TaskBack, TaskBegan

_MARKED = 5000  # tasks in one mark for machines


class Heard(Struct, frozen=True):
    """What a machine said of itself, verified; its ``events`` come one by one behind."""

    machine: str
    news: News


class Outcome(Struct, frozen=True):
    """How a task ended, once and for all; ``tampered``: what lay there is not its maker's, and was not opened."""

    result: TaskResult
    tampered: bool = False


class Suspicion(Struct, frozen=True):
    """A sentence on something that was read and not believed."""

    message: str


HomeEvent = NewsEvent | Heard | Outcome | Suspicion


class HomeSide:
    """The user's part in a run. It keeps nothing that the bucket does not have: another one may go on at any time.

    ``prove(record, nonce, arn)`` gives the public key of a machine whose role's session is ``arn``, or raises, as
    ``identity.prove`` does. ``reader`` names whoever reads along (the id of a data folder). Who has no ``signer`` of
    the run's may only read; ``user`` is the run's public key then, and ``witness`` a key of the reader's own, if he is
    to remember whom he has proven. All methods belong to one thread.
    """

    def __init__(
        self,
        keys: RunKeys,
        signer: Signer | None,
        store: ObjectStore,
        queue: TaskQueue,
        transfers: Transfers,
        clock: Clock,
        server_now: Callable[[], float],
        prove: Prove,
        reader: str,
        user: bytes = b"",
        together: Together = map,
        witness: Signer | None = None,
    ) -> None:
        self._keys, self._signer, self._store, self._transfers = keys, signer, store, transfers
        self._clock = clock
        self._user = signer.public if signer is not None else user
        self._trust = Trust(keys, self._user, signer, store, clock, prove, witness)
        self._following = Following(keys, reader, store, self._trust, clock, server_now, together)
        self._settling = Settling(keys, signer, store, transfers, self._trust, clock, together)
        self._stops: list[Stop] = []
        self._record: RunRecord | None = None
        self._events: list[HomeEvent] = []
        self.trouble = ""
        if signer is not None:
            self._writer = StopWriter(keys, signer, store)
            self._queueing = Queueing(keys, signer, store, queue, transfers, together)
            self._missing = Missing(queue, clock, self._queueing, self._settling)

    def publish(self, run: Run, losses: int, **options: Any) -> RunRecord:
        """Upload what the run's tasks share, and its record; harmless when it is there already.

        ``options`` are further fields of the record (beat, lease, idle). Raises CloudError, StoreError.
        """
        record = publishing.record_of(run, losses, **options)
        self._record = publishing.publish(self._keys, self._own(), self._store, self._transfers, run, record)
        self._missing.lease = self._record.lease
        return self._record

    def record(self) -> RunRecord:
        """The run's record. Raises MissingObjectError, TamperedError, CloudError."""
        if self._record is None:
            self._record = publishing.read(self._keys, self._user, self._store.get(self._keys.record))
            if self._signer is not None:
                self._missing.lease = self._record.lease
        return self._record

    def expect(self, sessions: Mapping[str, str]) -> None:
        """Every machine that the run ever had: by its name ("m3") the ARN that STS gives for its role's session.

        What comes in the name of any other is not believed.
        """
        self._trust.expect(sessions)

    def gone(self, machine: str) -> None:
        """A machine has ended; if nobody could prove its key until then, what it signed is not believed."""
        self._trust.gone(machine)

    @property
    def behind(self) -> bool:
        """Whether there is more to be read than the last step has read."""
        return self._settling.behind

    def told(self, tasks: Iterable[Task]) -> None:
        """The outcomes of these are known from before: they are not told again."""
        self._settling.known.update(tasks)

    def enqueue(self, indices: Sequence[int], generations: Sequence[int], given: Sequence[Packed] = ()) -> None:
        """Hand tasks out with the next steps; those that are queued already are left alone."""
        self._own()
        self._queueing.add(list(zip(indices, generations, strict=True)), given)

    @property
    def queued(self) -> bool:
        """Whether everything that was to be handed out is in the queue."""
        return not self._queueing.waiting

    @property
    def handed_out(self) -> frozenset[Task]:
        """The tasks that are in the queue, or were."""
        return frozenset(self._queueing.queued)

    def cancel(self, tasks: Sequence[Task]) -> None:
        """Cancel tasks (index, generation); each ends as cancelled unless it ended before."""
        self.give_up(tasks, OutcomeKind.CANCELLED, "RunCancelled", "the task was cancelled")

    def give_up(self, tasks: Sequence[Task], kind: OutcomeKind, error: str, why: str) -> None:
        """End tasks that no machine will end, unless they have ended: ``error`` names an error of ours.

        Machines are told of CANCELLED ones, and interrupt them.
        """
        self._own()
        open_tasks = [task for task in tasks if task not in self._settling.known]
        if kind is OutcomeKind.CANCELLED:
            self._stops += [
                stop_mark("cancel", open_tasks[at : at + _MARKED]) for at in range(0, len(open_tasks), _MARKED)
            ]
        for task in open_tasks:
            self._settling.wish(task, kind, error, why)

    def prune(self, tasks: Sequence[Task]) -> None:
        """Let these end as pruned when they report next."""
        self._own()
        self._stops.append(stop_mark("prune", tasks))

    def finish(self) -> None:
        """Every task has ended; the machines that there are may go."""
        self._own()
        self._stops.append(stop_mark("finish"))

    def leave_table(self, machines: Iterable[Machine]) -> None:
        """Write down which machines there are, for whoever attaches from elsewhere. Raises CloudError."""
        elsewhere.write_table(self._keys, self._own(), self._store, MachineTable(self._clock.wall(), tuple(machines)))

    def table(self) -> tuple[Machine, ...]:
        """The machines as the run's user left them. Raises TamperedError, CloudError."""
        found = elsewhere.read_table(self._keys, self._user, self._store)
        return () if found is None else found.machines

    def ask_to_cancel(self, by: str) -> None:
        """Ask whoever started the run to cancel it. Raises CloudError."""
        elsewhere.ask_to_cancel(self._keys, self._store, self._clock.wall(), by)

    def asked_to_cancel(self) -> str | None:
        """Who, of those that only read, asks for the run to be cancelled. Raises CloudError."""
        return elsewhere.asked_to_cancel(self._keys, self._store)

    def heard_asking(self) -> None:
        """What was asked for is done, and is not to be done again after a retry. Raises CloudError."""
        self._store.delete([self._keys.asked])

    def look_again(self) -> None:
        """Look at all outcomes with the next step, and not only where news say that there are some."""
        self._settling.look_again()

    def step(self) -> list[HomeEvent]:
        """Do what is due, and say what was heard, in order. Call it every second or two.

        Raises AccessError when these credentials may not; any other CloudError becomes ``trouble``, and what failed is
        tried again.
        """
        self.trouble = ""
        self._try(self._stop)
        if self._signer is not None:
            self._try(self._queueing.step)
        self._try(self._prove)
        self._try(self._hear)
        self._try(self._settling.look)
        self._try(self._settle)
        if self._signer is not None:
            self._try(self._missing.step)
        self._try(self._following.save)
        events, self._events = self._events, []
        return events

    def fetch(self, index: int, generation: int) -> TaskResult:
        """Get the blobs of an outcome into the local folder, also without ``expect`` if the user has vouched for its
        machine. Raises TamperedError, MissingObjectError, CloudError."""
        name = self._settling.said_signer((index, generation))
        if name is not None and not self._trust.recall(name) and self._trust.undecided(name):
            self._trust.step(self.record().nonce, [name])
        return self._settling.fetch((index, generation))

    def _own(self) -> Signer:
        if self._signer is None:
            raise UsageError("this run was started from elsewhere, and only there it can be changed: here it is read")
        return self._signer

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except AccessError:
            raise
        except (CloudError, StoreError) as error:
            self.trouble = self.trouble or str(error)

    def _stop(self) -> None:
        while self._stops:
            self._writer.write(self._stops[0])
            self._stops.pop(0)

    def _prove(self) -> None:
        names = self._following.senders | self._settling.senders
        if names:
            self._trust.step(self.record().nonce, sorted(names))

    def _hear(self) -> None:
        for said, items in self._following.step():
            self._events.append(Heard(said.machine, said))
            for item in items:
                self._take_in(item)
        self._events += map(Suspicion, self._following.suspicions)
        self._following.suspicions.clear()

    def _take_in(self, item: NewsItem) -> None:
        if isinstance(item, Settled):
            self._settling.expect((item.index, item.generation))
            return
        if isinstance(item, (TaskBegan, TaskBack)):
            task = item.index, item.generation
            self._settling.attempts[task] = max(item.attempt, self._settling.attempts.get(task, 0))
        self._events.append(item)

    def _settle(self) -> None:
        self._events += [Outcome(*found) for found in self._settling.step()]
