"""What to do about an attempt that did not succeed."""

from __future__ import annotations

from enum import Enum

from cellburst.model.outcome import LossReason
from cellburst.model.run import RunOptions


class RetryDecision(str, Enum):
    """The three answers."""

    AGAIN = "again"
    GIVE_UP = "give up"
    UNKNOWN = "unknown"


def after_failure(options: RunOptions, failures: int) -> RetryDecision:
    """The user's own exception; ``failures`` counts this one."""
    return RetryDecision.AGAIN if failures <= options.retries else RetryDecision.GIVE_UP


def after_loss(options: RunOptions, reason: LossReason, losses: int, limit: int) -> RetryDecision:
    """A lost worker; ``losses`` counts this one. What was too much for the machine once is too much again."""
    if options.at_most_once:
        return RetryDecision.UNKNOWN
    if reason in (LossReason.OUT_OF_MEMORY, LossReason.TOO_MANY_PROCESSES) or losses >= limit:
        return RetryDecision.GIVE_UP
    return RetryDecision.AGAIN


def loss_sentence(reason: LossReason, message: str, losses: int) -> str:
    """Why a task that lost its workers was given up."""
    if reason is LossReason.OUT_OF_MEMORY:
        return f"{message}; not tried again on the same machine: give it less data or fewer workers"
    if reason is LossReason.TOO_MANY_PROCESSES:
        return f"{message}; not tried again: CELLBURST_TASK_PROCESSES allows more, or any number with 0"
    if losses > 1:
        return f"killed {losses} workers, the last one: {message}"
    return message
