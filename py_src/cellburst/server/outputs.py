"""What a task printed and displayed, from any place on."""

from __future__ import annotations

import re
from typing import Any

from cellburst.abc import RunBrowser
from cellburst.errors import UsageError
from cellburst.model.browsing import TaskQuery
from cellburst.model.stored import TaskRow
from cellburst.server import asking, positions
from cellburst.server.schemas import tasks as s
from cellburst.server.service import Service

_CURSOR = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,15})")


def outputs(service: Service, run: str, index: int, query: s.OutputsQuery) -> s.OutputsAnswer:
    """Output of a task's last attempt. Raises UsageError, UnknownRunError, StoreError."""
    after = _parsed(query.after) if query.after else None
    with service.stores.holding(run) as (_, reader):
        task, records = last_attempt(reader, run, index)
    start = 0
    if after is not None and after[:2] == (task.generation, task.attempt):
        start = after[2]
    elif query.tail:
        start = max(0, positions.length(records) - query.tail)
    found = positions.piece(records, start, query.limit)
    return s.OutputsAnswer(
        outputs=found.records,
        next=f"{task.generation}.{task.attempt}.{found.end}",
        dropped=found.dropped,
        attempt=task.attempt,
        generation=task.generation,
        more=found.more,
    )


def last_attempt(reader: RunBrowser, run: str, index: int) -> tuple[TaskRow, list[dict[str, Any]]]:
    """A task and the output of its last attempt. Raises UnknownRunError, StoreError."""
    page = reader.find_tasks(run, TaskQuery(offset=index, limit=1))
    asking.known_task(index, page.total, run)
    return page.tasks[0], reader.outputs(run, index, page.tasks[0].attempt)


def _parsed(cursor: str) -> tuple[int, int, int]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise UsageError("`after` is the `next` of an answer before, and nothing else")
    generation, attempt, place = map(int, match.groups())
    return generation, attempt, place
