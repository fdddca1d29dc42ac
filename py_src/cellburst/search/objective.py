"""The number by which a task is judged, or why it has none."""

from __future__ import annotations

import math
from typing import Any

from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.sweeps.until import did_you_mean

IN_A_ROW = 20  # failures that say that there will be no success


class NoNumberError(Exception):
    """A task that succeeded has no such number."""


def number_of(result: TaskResult, metric: str) -> float:
    """The task's ``metric``; nan if it is one. Raises NoNumberError that names what there is instead."""
    metrics = said_by(result)
    if metric in metrics:
        value = metrics[metric]
        if value is None:  # what JSON makes of nan
            return math.nan
        if isinstance(value, (int, float)):
            return float(value)
        raise NoNumberError(f"task {result.index} gave {metric!r} as {_short(value)}, which is no number")
    there = _names(result)
    names = f"it gave {', '.join(there)}" if there else "let it end with a number, or call task.log"
    raise NoNumberError(f"task {result.index} gave no number {metric!r}; {names}{did_you_mean(metric, there)}")


def said_by(result: TaskResult) -> dict[str, Any]:
    """What was logged, and the entries of a value that is a dict of a few."""
    return {**(result.summary if isinstance(result.summary, dict) else {}), **(result.metrics or {})}


def _names(result: TaskResult) -> list[str]:
    return [name for name, value in said_by(result).items() if isinstance(value, (int, float))]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


class Failures:
    """Counts tasks that fail one after the other, and gives up after ``most`` (None: never).

    What was cancelled says nothing.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._row = 0
        self._last = ""

    def success(self) -> None:
        self._row = 0

    def failure(self, result: TaskResult, why: str = "") -> None:
        """``why`` is for a task that did not fail itself, but gave nothing to judge it by."""
        if result.kind is OutcomeKind.CANCELLED:
            return
        self._row += 1
        self._last = why or _error(result)

    @property
    def reason(self) -> str:
        """Why to give up; empty while there is hope."""
        if self._most is None or self._row < self._most:
            return ""
        return f"the last {self._row} tasks all failed, so no more are tried; the last one: {self._last}"


def _error(result: TaskResult) -> str:
    if result.error is None:
        return result.note or f"task {result.index} ended as {result.kind.value}"
    text = f"{result.error.ename}: {result.error.evalue}".splitlines()[0]
    return f"task {result.index}: {text[:200]}"
