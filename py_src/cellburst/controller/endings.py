"""Outcomes that the controller gives where no worker has one to tell."""

from __future__ import annotations

from cellburst.abc import WorkerLoss
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult


def of_loss(
    loss: WorkerLoss, index: int, worker: str, now: float, kind: OutcomeKind, error: str, message: str
) -> TaskResult:
    """A worker is gone, and with it the task that it was at."""
    return TaskResult(
        index=index,
        generation=loss.generation,
        attempt=loss.attempt,
        kind=kind,
        started=loss.started or now,
        seconds=loss.seconds,
        peak_rss=loss.peak_rss,
        error=ErrorInfo(error, message),
        worker=worker,
    )


def before_start(now: float) -> TaskResult:
    """What tasks that are cancelled while they wait have in common."""
    error = ErrorInfo("RunCancelled", "cancelled before it was started")
    return TaskResult(0, 1, 0, OutcomeKind.CANCELLED, now, 0.0, error=error)
