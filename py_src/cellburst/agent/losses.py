"""What is recorded of a task whose worker was ended because of it."""

from __future__ import annotations

import time

from cellburst.abc import WorkerLoss
from cellburst.bucket.held import Work
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult


def ending_of(loss: WorkerLoss, work: Work, worker: str) -> TaskResult:
    """A task that was cancelled and did not stop, or that was ended at its time limit."""
    kind, error = (OutcomeKind.CANCELLED, "RunCancelled") if loss.cancelled else (OutcomeKind.FAILED, "TaskTimeout")
    return TaskResult(
        index=work.index,
        generation=work.generation,
        attempt=work.attempt,
        kind=kind,
        started=loss.started or time.time(),
        seconds=loss.seconds,
        peak_rss=loss.peak_rss,
        error=ErrorInfo(error, loss.message),
        worker=worker,
    )
