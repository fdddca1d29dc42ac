"""The numbers that tasks are compared by."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from cellburst.client.collecting.outcomes import Outcomes
from cellburst.errors import UsageError
from cellburst.model.run import Run
from cellburst.model.search import Search, Until
from cellburst.model.stored import TaskRow

Mode = Literal["max", "min"]
_MEASURED = ("seconds", "peak_rss")


def aim(run: Run, metric: str | None, mode: str | None) -> tuple[str, Mode]:
    """What is compared, and which end is the good one: as given, else as the run knows, else the largest value.

    Raises UsageError for a mode that is none.
    """
    if mode not in (None, "max", "min"):
        raise UsageError(f"mode must be 'max' or 'min', not {mode!r}")
    search = run.options.search
    known = search.metric if isinstance(search, (Search, Until)) else ""
    own = metric is None or metric == known
    if mode is None:
        smaller = own and isinstance(search, Search) and search.direction == "minimize"
        mode = "min" if smaller or metric in _MEASURED else "max"
    return metric or known or run.payload.objective or "value", "min" if mode == "min" else "max"


def scored(outcomes: Outcomes, rows: Sequence[TaskRow], metric: str) -> list[tuple[TaskRow, float]]:
    """The tasks that succeeded and have such a number, with it."""
    found = ((row, score_of(outcomes, row, metric)) for row in rows if row.state == "succeeded")
    return [(row, score) for row, score in found if score is not None]


def score_of(outcomes: Outcomes, row: TaskRow, metric: str) -> float | None:
    """A task's number: what it logged under that name, its value ("value"), or an entry of its value.

    Unless it has such an entry, "seconds" is how long it took and "peak_rss" the most memory that it had, in bytes.
    """
    metrics = row.metrics or {}
    if metric in metrics:
        return number(metrics[metric])
    if metric == "value" and number(row.summary) is not None:
        return number(row.summary)
    if isinstance(row.summary, dict) and number(row.summary.get(metric)) is not None:
        return number(row.summary[metric])
    value = outcomes.value(row.index) if outcomes.error(row.index) is None else None
    if metric == "value":
        return number(value)
    if isinstance(value, dict) and metric in value:
        return number(value[metric])
    if metric == outcomes.run.payload.objective:
        return number(value)
    return number(getattr(row, metric)) if metric in _MEASURED else None


def metrics_there(outcomes: Outcomes, rows: Sequence[TaskRow]) -> list[str]:
    """The names that tasks can be compared by, as the first task that succeeded has them."""
    names: dict[str, None] = {}
    for row in rows:
        if row.state == "succeeded":
            names.update(
                dict.fromkeys(name for name, value in (row.metrics or {}).items() if number(value) is not None)
            )
            value = outcomes.value(row.index) if outcomes.error(row.index) is None else None
            if isinstance(value, dict):
                names.update({str(name): None for name, part in value.items() if number(part) is not None})
            elif number(value) is not None:
                names["value"] = None
            break
    return list(names)


def number(value: Any) -> float | None:
    """``value`` as a number that can be compared; None for text, nan and the like."""
    if isinstance(value, (str, bytes)) or value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if math.isnan(found) else found
