"""What a RunBrowser answers, said as plainly as can be: from all runs and all tasks, in Python."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from cellburst.abc import RunReader
from cellburst.model.browsing import RunQuery, TaskQuery
from cellburst.model.run import ENDED, Counts, RunSummary, TaskState
from cellburst.model.stored import TaskRow

STATES = [state.value for state in TaskState]
ALL = 1 << 40


def page(reader: RunReader, query: RunQuery) -> list[str]:
    found = [run for run in reader.runs(limit=ALL) if _is_meant(run, query)]
    return [run.id for run in found[: query.limit]]


def live_counts(reader: RunReader) -> tuple[int, Counts]:
    live = [run.counts for run in reader.runs(limit=ALL) if run.state not in ENDED]
    return len(live), Counts(**{name: sum(getattr(counts, name) for counts in live) for name in STATES})


def states(reader: RunReader, run: str) -> str:
    return "".join(task.state[0] for task in reader.tasks(run))


def numbers(reader: RunReader, run: str, name: str) -> list[float]:
    found = []
    for task in reader.tasks(run):
        value = task.summary if isinstance(task.summary, dict) else {}
        given = {**value, **(task.metrics or {})}.get(name)
        if task.state == "succeeded" and isinstance(given, (int, float)) and math.isfinite(given):
            found.append(float(given))
    return found


def find_tasks(reader: RunReader, run: str, query: TaskQuery) -> tuple[int, list[TaskRow]]:
    tasks = [task for task in reader.tasks(run) if not query.states or task.state in query.states]
    tasks = [task for task in tasks if lower(query.text) in "\n".join(words(task))]
    there = [task for task in tasks if key(task, query) is not None]
    absent = [task for task in tasks if key(task, query) is None]
    there.sort(key=lambda task: rank(key(task, query)), reverse=query.descending)  # stable: then by index
    if query.sort not in ("param", "index", "state"):
        absent.sort(key=lambda task: task.state in ("queued", "running"))
    tasks = there + absent
    return len(tasks), tasks[query.offset : query.offset + query.limit]


def key(task: TaskRow, query: TaskQuery) -> Any:
    if query.sort == "state":
        return STATES.index(task.state)
    value = {"param": task.params, "value": task.summary, "metric": task.metrics}.get(query.sort, ...)
    if value is ...:
        value = getattr(task, query.sort)
        if query.sort not in ("index", "started", "worker", "attempt") and task.state in ("queued", "running"):
            return None
        if task.state == "queued" and query.sort != "index":
            return None
    elif query.name:
        value = value.get(query.name) if isinstance(value, dict) else None
    if isinstance(value, str):
        return value.casefold()
    return value if isinstance(value, (int, float)) and value == value else None


def rank(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value


def words(task: TaskRow) -> list[str]:
    found = [lower(msgspec.json.encode(value).decode()) for value in task.params.values()]
    if task.state in ("queued", "running"):
        return found
    found += [lower(task.error), lower(task.note), lower(task.worker)]
    for value in (task.summary, task.metrics):
        parts = value.values() if isinstance(value, dict) else [value]
        found += [lower(part) for part in parts if isinstance(part, str)]
    return found


def lower(text: str) -> str:
    """ASCII letters only, as SQLite has it."""
    return text.encode().lower().decode()


def _is_meant(run: RunSummary, query: RunQuery) -> bool:
    if query.before is not None and (run.submitted, run.id) >= query.before:
        return False
    if (query.states and run.state.value not in query.states) or query.target not in ("", run.target):
        return False
    return lower(query.text) in lower("\n".join((run.id, run.name, run.notebook, run.code)))
