"""What becomes of a task after an attempt that did not succeed, counted in its message: any machine can go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from cellburst.bucket.records import RunRecord, TaskMessage
from cellburst.model.outcome import LossReason

FAILED = "failed"
"""Under this, ``TaskMessage.k`` counts the user's own failures; else by ``LossReason``."""
RECLAIMS = 20
"""How often machines may be taken away from under a task: not its fault, but not for ever either."""

_TOO_MUCH = (LossReason.OUT_OF_MEMORY, LossReason.TOO_MANY_PROCESSES)

Verdict = Literal["again", "give up", "unknown"]


@dataclass(frozen=True)
class Decision:
    """``message`` is the one to be queued for "again"; ``losses`` the attempts that were lost, this one included."""

    verdict: Verdict
    message: TaskMessage
    losses: int = 0


def after_failure(record: RunRecord, message: TaskMessage, attempt: int, silent: int = 0) -> Decision:
    """The user's own exception, or the task's time limit, after ``silent`` attempts of which nobody told."""
    counted = _counted(message, attempt, FAILED, silent)
    verdict: Verdict = "again" if counted.k[FAILED] <= record.retries else "give up"
    return Decision(verdict, counted)


def after_loss(
    record: RunRecord, message: TaskMessage, attempt: int, reason: LossReason, silent: int = 0, memory: int = 0
) -> Decision:
    """A lost attempt, after ``silent`` ones of which nobody told; ``memory`` (bytes) is what the machine has."""
    counted = _counted(message, attempt, reason.value, silent)
    losses = losses_of(counted.k)
    if record.at_most_once:
        return Decision("unknown", counted, losses)
    if reason is LossReason.OUT_OF_MEMORY and record.escalate and memory and losses < record.losses:
        return Decision("again", replace(counted, m=max(memory, message.m)), losses)
    over = losses >= record.losses or counted.k.get(LossReason.RECLAIMED.value, 0) >= RECLAIMS
    return Decision("give up" if over or reason in _TOO_MUCH else "again", counted, losses)


def losses_of(counts: Mapping[str, int]) -> int:
    """Attempts that were lost with something that the task may have done."""
    return sum(count for why, count in counts.items() if why not in (FAILED, LossReason.RECLAIMED.value))


def sentence(reason: LossReason, message: str, losses: int, escalate: bool = False) -> str:
    """Why a task that lost its workers was given up; ``escalate``: it had the largest machine of the plan by then."""
    if reason is LossReason.OUT_OF_MEMORY and escalate:
        return f"{message}; the plan has no larger machine: --memory or --instance-type gives it more"
    if reason is LossReason.OUT_OF_MEMORY:
        return f"{message}; not tried again on a machine of this size: --memory or --escalate gives it more"
    if reason is LossReason.TOO_MANY_PROCESSES:
        return f"{message}; not tried again: CELLBURST_TASK_PROCESSES allows more, or any number with 0"
    return f"lost {losses} workers, the last one: {message}" if losses > 1 else message


def _counted(message: TaskMessage, attempt: int, why: str, silent: int) -> TaskMessage:
    counted = _more(message, LossReason.MACHINE_LOST.value, silent) if silent else message
    return replace(_more(counted, why, 1), t=attempt, n=message.n + 1)


def _more(message: TaskMessage, why: str, count: int) -> TaskMessage:
    return replace(message, k={**message.k, why: message.k.get(why, 0) + count})
