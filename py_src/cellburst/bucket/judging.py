"""What becomes of a task whose attempt ended here: its outcome, another try, or back to the queue as it came."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from msgspec.structs import replace

from cellburst.abc import Clock
from cellburst.bucket import retrying
from cellburst.bucket.held import Again, Final, Held, HeldTasks, Task, Work
from cellburst.bucket.records import RunRecord, TaskMessage
from cellburst.model.outcome import ErrorInfo, LossReason, OutcomeKind, TaskResult
from cellburst.wire.fleet import TaskBack

_DROPPED = "the machine that had taken the task ended before it began; `%remote retry` runs it"


@dataclass
class Judging:
    """Gives held tasks their endings. One of which the message is not held can only end, or come back by itself."""

    run: str
    name: str
    record: RunRecord
    held: HeldTasks
    cancelled: Container[Task]
    clock: Clock
    memory: int = 0

    def ended(self, work: Work, result: TaskResult, worker: str) -> None:
        """An attempt ended by itself."""
        held = self._of(work)
        if held.ending is not None:
            return
        held.ending = Final(result, worker)
        # an at-most-once task is tried again by nobody but its user: what it did cannot be taken back
        if result.kind is OutcomeKind.FAILED and held.task not in self.cancelled and not self.record.at_most_once:
            text = f"{result.error.ename}: {result.error.evalue}" if result.error else "failed"
            back = self._back(work, worker, None, text, self.clock.wall())
            if held.message is not None:
                decision = retrying.after_failure(self.record, held.message, work.attempt, held.silent)
                if decision.verdict == "again":
                    held.ending = Again(decision.message, back)
            elif self.record.retries:
                held.ending = Again(None, back, sent=True)

    def lost(self, work: Work, reason: LossReason, message: str, worker: str, at: float) -> None:
        """An attempt was lost at ``at`` (wall seconds)."""
        held = self._of(work)
        if held.ending is not None:
            return
        if held.task in self.cancelled:
            held.ending = Final(_failure(work, OutcomeKind.CANCELLED, "RunCancelled", message, worker, at), worker)
            return
        if held.message is None and not self.record.at_most_once:
            held.ending = Again(None, self._back(work, worker, reason, message, at), sent=True)
            return
        queued = held.message or TaskMessage(self.run, work.index, work.generation)
        decision = retrying.after_loss(self.record, queued, work.attempt, reason, held.silent, self.memory)
        if decision.verdict == "again":
            held.ending = Again(decision.message, self._back(work, worker, reason, message, at))
        else:
            kind = OutcomeKind.UNKNOWN if decision.verdict == "unknown" else OutcomeKind.FAILED
            why = retrying.sentence(reason, message, decision.losses, self.record.escalate)
            held.ending = Final(_failure(work, kind, "WorkerLost", why, worker, at), worker)

    def returned(self, work: Work) -> None:
        """It was never begun here."""
        held = self._of(work)
        if held.ending is not None:
            return
        if self.record.at_most_once:  # claimed here, and nobody else may claim it
            failure = _failure(work, OutcomeKind.FAILED, "WorkerLost", _DROPPED, self.name, self.clock.wall())
            held.ending = Final(failure, self.name)
        elif held.message is None:
            held.ending = Again(None, sent=True)
        else:
            held.ending = Again(replace(held.message, n=held.message.n + 1))

    def hand_back(self, held: Held, timely: bool) -> None:
        """The machine ends; unless ``timely`` because it has lived as long as it may."""
        if held.begun:
            reason = LossReason.RECLAIMED if timely else LossReason.MACHINE_LOST
            what = "the machine ended" if timely else "the machine reached the end of its lifetime"
            self.lost(held.work, reason, what, self.name, self.clock.wall())
        else:
            self.returned(held.work)

    def _of(self, work: Work) -> Held:
        held = self.held.get((work.index, work.generation))
        if held is None:
            held = Held(work, None, [])
            self.held.add(held)
        return held

    def _back(self, work: Work, worker: str, loss: LossReason | None, message: str, at: float) -> TaskBack:
        return TaskBack(0, self.run, work.index, work.generation, work.attempt, worker, loss, message, at)


def _failure(work: Work, kind: OutcomeKind, error: str, why: str, worker: str, at: float) -> TaskResult:
    info = ErrorInfo(error, why)
    return TaskResult(work.index, work.generation, work.attempt, kind, at, 0.0, error=info, worker=worker)
