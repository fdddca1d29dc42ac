"""One machine at work: tasks from the queue go to the workers of a local pool, what comes of them goes to the bucket.

Everything here happens in the loop's thread and waits for nobody. What waits for the network are threads beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from cellburst.abc import Loop, WorkerLoss
from cellburst.agent.hand import Hand
from cellburst.agent.log import log
from cellburst.agent.losses import ending_of
from cellburst.agent.receipts import Receipts
from cellburst.agent.threads import Bucket, Queue, Savings
from cellburst.backends.local import LocalBackend
from cellburst.bucket.held import Work
from cellburst.bucket.news import NewsEvent
from cellburst.bucket.orders import Orders
from cellburst.model.outcome import LossReason, OutcomeKind, TaskResult
from cellburst.model.report import Report
from cellburst.model.run import Run
from cellburst.model.usage import UsageSample
from cellburst.wire.pool import Sampled
from cellburst.wire.worker import Progressed, Reported, Streamed

_TICK = 0.25  # seconds


class Agent:
    """Listens to the pool's backend. ``hand`` is what is here, ``closing`` why nothing more is taken."""

    def __init__(self, machine: str, run: Run, hand: Hand, loop: Loop, backend: LocalBackend) -> None:
        self.hand = hand
        self.closing = ""
        self.reclaiming = ""
        """Why tasks that end now without a result go back to the queue, if they do."""
        self.when_empty: Callable[[], None] | None = None
        self.began_first: float | None = None
        self.ended = 0
        self._machine = machine
        self._run = run
        self._loop = loop
        self._backend = backend
        self._starting = 0
        self._calm = self._hurried = False
        self._receipts = Receipts()
        self._cancelled: set[tuple[int, int]] = set()

    def begin(
        self, bucket: Bucket, queue: Queue, savings: Savings, epoch: int, adopt: Callable[[list[Work]], None]
    ) -> None:
        """Take over what an earlier agent of this machine left in the pool (``adopt`` is told), and get to work."""
        self._bucket, self._queue, self._savings = bucket, queue, savings
        self._backend.define(self._run)
        for holding in self._backend.adopt(epoch):
            if holding.worker not in self.hand.seats:
                self.hand.sit_down(holding.worker, time.monotonic())
            works = [
                Work(index, generation, holding.attempt)
                for index, generation in zip(holding.indices, holding.generations, strict=True)
                if holding.run == self._run.id
            ]
            if works:
                log(f"{holding.worker} still has {len(works)} tasks of the agent before")
                self.hand.seats[holding.worker].batches.append(works)
                adopt(works)
                for work in works:
                    self._savings.watch(work)
        self._tick()

    # what the threads tell

    def taken(self, found: list[Work]) -> None:
        """The queue had these."""
        for work in found:
            if self.closing:
                self._bucket.ask(lambda side, work=work: side.returned(work))  # type: ignore[misc]
            else:
                self.hand.waiting.append(work)
        self._go_on()

    def obey(self, orders: Orders) -> None:
        """What the bucket says is to be done."""
        self._receipts.settle(orders.settled)
        self._calm = orders.calm
        if orders.cancel:
            self._cancel(set(orders.cancel))
        if orders.prune:
            self._backend.prune(self._run.id, [index for index, _ in orders.prune])
        self._go_on()

    def _cancel(self, tasks: set[tuple[int, int]]) -> None:
        for work in self.hand.drop(tasks):
            self._bucket.ask(lambda side, work=work: side.returned(work))  # type: ignore[misc]
        running = [work for work in self.hand.held if (work.index, work.generation) in tasks]
        if running:
            self._cancelled |= {(work.index, work.generation) for work in running}
            self._backend.cancel(self._run.id, [work.index for work in running])

    # what the machine's end asks for

    def close(self, reason: str, *, hurried: bool = False) -> None:
        """Take nothing more, and give back what nobody has begun. Unless ``hurried``, a look at the queue that is under
        way is waited for: what it finds would be missing until its lease is over."""
        self._hurried |= hurried
        if not self.closing:
            self.closing = reason
            for work in self.hand.clear():
                self._bucket.ask(lambda side, work=work: side.returned(work))  # type: ignore[misc]
            for name, seat in self.hand.seats.items():
                if seat.count > 1:
                    self._backend.recall(name)
        self._look_if_empty()

    def reclaim(self, reason: str) -> None:
        """Interrupt what still runs; it goes back to the queue."""
        self.reclaiming = reason
        if self.hand.held:
            self._backend.cancel(self._run.id, ())

    def _look_if_empty(self) -> None:
        looking = self._queue.busy and not self._hurried
        if self.closing and self.when_empty is not None and not len(self.hand) and not looking:
            self.when_empty()

    # what the pool tells

    def trouble(self, target: str, message: str) -> None:
        """There are no workers for now; the backend tries again once it is asked."""
        log(message)
        self._starting = 0

    def worker_started(self, target: str, worker: str) -> None:
        """A worker takes tasks now."""
        self._starting = max(0, self._starting - 1)
        self.hand.sit_down(worker, time.monotonic())
        self._go_on()

    def outcomes(
        self, worker: str, run: str, results: Sequence[TaskResult], idle: bool, done: Callable[[], None]
    ) -> None:
        """Tasks ended; ``done`` is called when that is written."""
        now = time.monotonic()
        mine = [result for result in results if run == self._run.id]
        self._receipts.expect([(result.index, result.generation) for result in mine], done)
        for result in mine:
            work = self.hand.end(worker, result.index, result.generation, now)
            if work is None:  # from the spool: an earlier agent took it
                work = Work(result.index, result.generation, result.attempt)
                self._bucket.ask(lambda side, work=work: side.adopt([work]))  # type: ignore[misc]
            self._settle(worker, work, result)
        if mine:
            self.ended += len(mine)
            self.hand.learn([result.seconds for result in mine])
        self._go_on()

    def _settle(self, worker: str, work: Work, result: TaskResult) -> None:
        asked = self._was_cancelled(work)
        given_up = result.kind in (OutcomeKind.CANCELLED, OutcomeKind.FAILED) and not asked
        self._savings.forget(work, succeeded=result.kind is OutcomeKind.SUCCEEDED)
        label = self._label(worker)
        if self.reclaiming and given_up:
            self._give_back(work, LossReason.RECLAIMED, self.reclaiming, label)
            return
        whole = replace(result, worker=label)
        self._bucket.ask(lambda side: side.ended(work, whole, label), soon=True)

    def _give_back(self, work: Work, reason: LossReason, message: str, label: str) -> None:
        at = time.time()
        self._bucket.ask(lambda side: side.lost(work, reason, message, label, at), soon=True)

    def returned(self, worker: str, run: str, indices: Sequence[int]) -> None:
        """A worker gives back what it has not begun."""
        self._put_back(self.hand.take_back(worker, indices))

    def _put_back(self, works: Sequence[Work]) -> None:
        for work in works:
            if self._was_cancelled(work) or self.closing:
                self._bucket.ask(lambda side, work=work: side.returned(work))  # type: ignore[misc]
            else:
                self.hand.put_back([work])
        self._go_on()

    def worker_ended(self, worker: str, loss: WorkerLoss) -> None:
        """A worker is gone, with what it held."""
        label = self._label(worker)
        left = self.hand.leave(worker)
        self._starting -= 0 if left or loss.run else min(self._starting, 1 if loss.reason else 0)
        for work in left:
            if work.index == loss.index:
                self._judge(worker, work, loss, label)
        self._put_back([work for work in left if work.index != loss.index])

    def _judge(self, worker: str, work: Work, loss: WorkerLoss, label: str) -> None:
        asked = self._was_cancelled(work)
        self._savings.forget(work, succeeded=False)
        if self.reclaiming and not asked:
            self._give_back(work, LossReason.RECLAIMED, self.reclaiming, label)
        elif loss.cancelled or loss.timed_out or loss.reason is None:
            result = ending_of(loss, work, label)
            self._bucket.ask(lambda side: side.ended(work, result, label), soon=True)
        else:
            log(f"task {work.index} has lost its worker: {loss.message}")
            self._give_back(work, loss.reason, loss.message, label)

    def output(self, run: str, index: int, generation: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        """A running task printed or displayed something."""
        self._tell(Streamed(run, index, generation, attempt, tuple(outputs)))

    def used(self, run: str, index: int, generation: int, attempt: int, sample: UsageSample) -> None:
        """What a running task uses."""
        self._tell(Sampled(run, index, generation, attempt, sample))

    def progress(self, run: str, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        """How far a running task is."""
        self._tell(Progressed(run, index, fraction, text, metrics))

    def importing(self, run: str, modules: Sequence[str]) -> None:
        """Nobody at home is near enough to import the same meanwhile."""

    def reported(self, run: str, index: int, generation: int, attempt: int, reports: Sequence[Report]) -> None:
        """A running task reports of its way."""
        self._tell(Reported(run, index, generation, attempt, tuple(reports)))

    def _tell(self, event: NewsEvent) -> None:
        if event.run == self._run.id:
            self._bucket.ask(lambda side: side.tell(event))

    # a turn

    def _tick(self) -> None:
        now = time.monotonic()
        for name in self.hand.slow(now):
            self._backend.recall(name)
        for work in self.hand.surplus():
            self._bucket.ask(lambda side, work=work: side.returned(work))  # type: ignore[misc]
        self._go_on()
        self._loop.later(_TICK, self._tick)

    def _go_on(self) -> None:
        """Start what workers are missing, give them what is here, ask the queue for more."""
        if self.closing:
            self._look_if_empty()
            return
        missing = self.hand.capacity - len(self.hand.seats) - self._starting
        if missing > 0:
            self._starting += missing
            self._backend.start_workers(missing)
        for name, batch in self.hand.deal(time.monotonic()):
            self._assign(name, batch)
        wanted = 0 if self._calm else self.hand.wanted()
        if wanted and self.hand.seats and not self._queue.busy:
            self._queue.ask(wanted)

    def _assign(self, worker: str, batch: list[Work]) -> None:
        first = batch[0]
        if max(work.index for work in batch) >= self._run.count:
            self._grow(max(work.index for work in batch) + 1)
        at = time.time()
        if self.began_first is None:
            self.began_first = at
            log("the first task begins")
        for work in batch:
            self._savings.watch(work)
        label = self._label(worker)
        self._bucket.ask(lambda side: side.began(first, label, at))
        given = () if first.given is None else tuple(work.given for work in batch if work.given is not None)
        indices, generations = [work.index for work in batch], [work.generation for work in batch]
        self._backend.assign(worker, self._run.id, indices, generations, first.attempt, given)

    def _grow(self, count: int) -> None:
        """An open run has more tasks than it had."""
        self._run = replace(self._run, sweep=replace(self._run.sweep, count=count))
        self._backend.define(self._run)

    def _was_cancelled(self, work: Work) -> bool:
        """Whether its user has cancelled it, who is then told what came of that."""
        found = (work.index, work.generation) in self._cancelled
        self._cancelled.discard((work.index, work.generation))
        return found

    def _label(self, worker: str) -> str:
        seat = self.hand.seats.get(worker)
        return f"{self._machine}.{seat.place if seat else 0}"
