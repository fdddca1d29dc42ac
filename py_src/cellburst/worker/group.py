"""Outcomes of short tasks travel together, and never wait for a long task that comes after them."""

from __future__ import annotations

import _thread
import time

from cellburst import faults
from cellburst.errors import PayloadError
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.wire.worker import Finished
from cellburst.worker.failure import describe_text
from cellburst.worker.outbox import Outbox

LONG_TASK = 0.01  # seconds; its outcome is sent at once
GROUP_SECONDS = 0.02
_UNWRITABLE = (PayloadError, ValueError, TypeError, OverflowError)


class Group:
    """The outcomes of one run that were not sent.

    The main thread adds and sends between tasks; while a task runs, the outbox's thread sends what has waited for
    ``GROUP_SECONDS``.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = _thread.allocate_lock()
        self._run = ""
        self._results: list[TaskResult] = []
        self._sent = 0.0

    def add(self, run: str, result: TaskResult) -> None:
        """Keep an outcome; those of another run are sent first."""
        if run != self._run:
            self.send(idle=False)
            self._run = run
        with self._lock:  # else the thread may send the list between our look at it and our addition
            self._results.append(result)

    def more_to_come(self, now: float) -> None:
        """Another task starts: send if it is time, else let the thread do it when it is."""
        if not self._results:
            return
        if self._results[-1].seconds > LONG_TASK or now - self._sent > GROUP_SECONDS:
            self.send(idle=False)
        else:
            # later than we would: the thread is for a task that takes long, and would else only get in our way
            self._outbox.call_at(now + 2 * GROUP_SECONDS, self._send_waiting)

    def send(self, *, idle: bool) -> None:
        """Send all; nothing happens if there is none and the worker is not ``idle``."""
        with self._lock:  # what the thread is sending comes first
            self._send(idle)

    def _send_waiting(self) -> None:
        with self._lock:
            self._send(idle=False)

    def _send(self, idle: bool) -> None:
        results, self._results = self._results, []
        if not results and not idle:
            return
        self._sent = time.monotonic()
        faults.point("worker.results.ready")
        try:
            self._outbox.send(Finished(self._run, tuple(results), idle))
        except _UNWRITABLE:  # one of them
            for place, result in enumerate(results, 1):
                self._send_or_replace(result, idle and place == len(results))

    def _send_or_replace(self, result: TaskResult, idle: bool) -> None:
        try:
            self._outbox.send(Finished(self._run, (result,), idle))
        except _UNWRITABLE as error:
            why = f"result not returned: it cannot be written as a message: {error}"
            self._outbox.send(Finished(self._run, (_reduced(result, why),), idle))


def _reduced(result: TaskResult, why: str) -> TaskResult:
    """A result without anything that its task made."""
    info = describe_text("PayloadError", why) if result.kind is not OutcomeKind.SUCCEEDED else None
    return TaskResult(
        result.index, result.generation, result.attempt, result.kind, result.started, result.seconds, result.peak_rss,
        error=info, note=why,
    )  # fmt: skip
