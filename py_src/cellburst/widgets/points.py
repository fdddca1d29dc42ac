"""A run as points to look at: parameters, scores and states in columns of plain JSON, unpickling nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cellburst.display.formatting import one_line
from cellburst.model.run import ENDED
from cellburst.model.stored import TaskRow

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run

MOST = 5000
_BLOCK = 10  # tasks that are read together where not all are
_VALUE = "value"
_MOST_METRICS = 40


def points_of(run: Run, most: int = MOST) -> dict[str, Any]:
    """The tasks of a run (of more than ``most`` a fixed random choice) for the results view.

    ``columns`` are the parameters, ``scores`` the metrics, each a list with an entry for every one of ``index``
    (None where there is none); ``errors`` are by place. Raises StoreError, UnknownRunError.
    """
    status = run.status
    record = run.connection.reader.run(run.id)  # asked again: a run may grow
    rows = list(_rows(run, record.count, most))
    return {
        "run": run.id,
        "name": one_line(record.name or run.id, 80),
        "state": status.state.value,
        "live": status.state not in ENDED,
        "total": record.count,
        "index": [row.index for row in rows],
        "states": [row.state for row in rows],
        "columns": _columns([row.params for row in rows]),
        "scores": _scores(rows),
        "seconds": [row.seconds for row in rows],
        "errors": {
            str(place): one_line(text, 200) for place, row in enumerate(rows) if (text := row.error or row.note)
        },
        "goal": _goal(record),
    }


def _rows(run: Run, count: int, most: int) -> Iterator[TaskRow]:
    read = run.connection.reader.tasks
    if count <= most:
        yield from read(run.id)
        return
    blocks = random.Random(0).sample(range(count // _BLOCK), most // _BLOCK)
    for block in sorted(blocks):
        yield from read(run.id, block * _BLOCK, (block + 1) * _BLOCK)


def _columns(params: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in params for name in row)
    return {name: [row.get(name) for row in params] for name in names}


def _scores(rows: list[TaskRow]) -> dict[str, list[float | None]]:
    found = [_numbers(row) for row in rows]
    names = list(dict.fromkeys(name for scores in found for name in scores))[:_MOST_METRICS]
    return {name: [scores.get(name) for scores in found] for name in names}


def _numbers(row: TaskRow) -> dict[str, float]:
    """What of a task's value and metrics is a number."""
    summary = row.summary
    parts = summary if isinstance(summary, dict) else {_VALUE: summary}
    both = {**{str(name): part for name, part in parts.items()}, **(row.metrics or {})}
    return {name: number for name, part in both.items() if (number := _number(part)) is not None}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return value


def _goal(record: Any) -> dict[str, str]:
    """What a search is after."""
    search = record.options.search
    metric, direction = getattr(search, "metric", ""), getattr(search, "direction", "")
    return {"metric": metric, "direction": direction} if metric else {}
