"""What tasks report on their way: all of one task, and curves of many."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

from cellburst.abc import RunBrowser
from cellburst.errors import DamagedBlobError, StoreError, UsageError
from cellburst.model.browsing import Reported, TaskQuery
from cellburst.model.report import Report
from cellburst.model.run import TaskState
from cellburst.server import asking
from cellburst.server.schemas import tasks as s
from cellburst.server.service import Service

_MOST = 200  # curves in one answer
_CANDIDATES = 2000  # tasks that are looked through for the best that have reported
_STATES = {state.value[0]: state.value for state in TaskState}
Item = TypeVar("Item")


def reports(service: Service, run: str, index: int) -> s.ReportsAnswer:
    """What a task's last attempt reported. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (_, reader):
        page = reader.find_tasks(run, TaskQuery(offset=index, limit=1))
        asking.known_task(index, page.total, run)
        task = page.tasks[0]
        found = reader.reports(run, index, task.attempt)
    rows = [
        s.ReportRow(one.at, one.step, {name: _number(value) for name, value in one.values.items()}) for one in found
    ]
    return s.ReportsAnswer(attempt=task.attempt, generation=task.generation, reports=rows)


def curves(service: Service, run: str, query: s.CurvesQuery) -> s.CurvesAnswer:
    """Curves of some of the tasks that have reported. Raises UsageError, UnknownRunError, StoreError."""
    if len(query.tasks) > _MOST:
        raise UsageError(f"{len(query.tasks)} tasks are too many for one answer: ask for {_MOST} at most")
    with service.stores.holding(run) as (_, reader):
        every = reader.reported(run)
        metric = query.metric or _metric(reader, run, every)
        chosen = _chosen(reader, run, query, metric, every)
        states = reader.states(run) if chosen else ""
        told = [(one, reader.reports(run, one.index, one.attempt)) for one in chosen]
    rows = [_curve(one, metric, _STATES[states[one.index]], told_by, query.points) for one, told_by in told]
    names = dict.fromkeys(name for _, told_by in told for name in _names(told_by))
    return s.CurvesAnswer(metric=metric, metrics=sorted(names), total=len(every), curves=rows)


def evenly(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of them, evenly, the first and the last included."""
    if len(items) <= most:
        return list(items)
    last = len(items) - 1
    return [items[round(step * last / (most - 1))] for step in range(most)]


def _chosen(
    reader: RunBrowser, run: str, query: s.CurvesQuery, metric: str, every: Sequence[Reported]
) -> list[Reported]:
    by_index = {one.index: one for one in every}
    if query.tasks:
        return [by_index[index] for index in dict.fromkeys(query.tasks) if index in by_index]
    if query.choose == "newest" or not metric:
        return list(every[: query.most])
    order = TaskQuery(limit=_CANDIDATES, sort="metric", name=metric, descending=query.order == "desc")
    best = reader.find_tasks(run, order).tasks
    return [by_index[task.index] for task in best if task.index in by_index][: query.most]


def _metric(reader: RunBrowser, run: str, every: Sequence[Reported]) -> str:
    """What the run is searched for, or what the task that reported last reports first."""
    try:
        whole = reader.run(run)
        searched = whole.options.search.metric if whole.options.search is not None else whole.payload.objective
    except (DamagedBlobError, StoreError):
        searched = ""
    if searched or not every:
        return searched
    return next(iter(_names(reader.reports(run, every[0].index, every[0].attempt))), "")


def _names(told: Iterable[Report]) -> dict[str, None]:
    return dict.fromkeys(name for report in told for name in report.values)


def _curve(one: Reported, metric: str, state: str, told: Sequence[Report], points: int) -> s.CurveRow:
    shown = evenly([report for report in told if metric in report.values], points)
    return s.CurveRow(
        task=one.index,
        state=state,  # type: ignore[arg-type]
        attempt=one.attempt,
        generation=one.generation,
        at=[report.at for report in shown],
        steps=[report.step for report in shown],
        values=[_number(report.values[metric]) for report in shown],
    )


def _number(value: float) -> float | None:
    """What JSON has of a number."""
    return value if math.isfinite(value) else None
