"""The number that tasks are compared by: found in what a task logged, returned, assigned or reported."""

from __future__ import annotations

import math
from typing import Any

from cellburst.worker.task import Task
from cellburst.worker.text import repr_of, type_name

_NONE = object()
_INT64 = 1 << 63


def settle_objective(name: str, task: Task, value: Any, namespace: dict[str, Any]) -> str:
    """Make ``name`` a metric of a task that has succeeded; what is wrong with it, if anything is.

    It is what the task logged under this name, else the value's entry (of a dict), the cell's variable, the value
    itself if it is a number, or what was reported last.
    """
    logged = (task.metrics or {}).get(name, _NONE)
    found = logged if logged is not _NONE else _find(name, task, value, namespace)
    if found is _NONE:
        return f"no {name}: it was not logged, returned or assigned, as in task.log({name}=...)"
    number = _number(found)
    if number is None:
        return f"{name} is no number: it is {repr_of(found, 60)} ({type_name(found)})"
    if math.isnan(number):
        return f"{name} is not a number (nan)"
    if logged is _NONE:
        task.add_metrics({name: number})
    return ""


def keep_reported(name: str, task: Task) -> None:
    """Let a task that was given up, or failed, show how far it had come: its last report, unless it has logged."""
    reported = next((values[name] for _, values in reversed(task.reports) if name in values), None)
    if reported is not None and math.isfinite(reported) and name not in (task.metrics or {}):
        task.add_metrics({name: reported})


def _find(name: str, task: Task, value: Any, namespace: dict[str, Any]) -> Any:
    if isinstance(value, dict) and (found := dict.get(value, name, _NONE)) is not _NONE:
        return found
    if name in namespace:
        return namespace[name]
    if not isinstance(value, dict) and value is not None and _number(value) is not None:
        return value
    reported = (values[name] for _, values in reversed(task.reports) if name in values)
    return next(reported, _NONE if value is None or isinstance(value, dict) else value)


def _number(value: Any) -> float | int | None:
    """None for what is no number; an array or tensor of one element is one."""
    if isinstance(value, str | bytes):
        return None
    try:
        if callable(getattr(value, "item", None)):
            value = value.item()
        return value if type(value) is int and -_INT64 <= value < _INT64 else float(value)
    except BaseException:  # its methods are the user's
        return None
