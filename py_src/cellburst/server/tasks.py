"""Tasks of a run: pages of the table, and one of them."""

from __future__ import annotations

from cellburst.errors import DamagedBlobError, UsageError
from cellburst.model.browsing import TaskQuery
from cellburst.server import asking, rows
from cellburst.server.schemas import tasks as s
from cellburst.server.service import Service

_COLUMNS = frozenset({"index", "state", "attempt", "started", "seconds", "peak_rss", "worker", "value"})
_NAMED = frozenset({"param", "value", "metric"})


def list_tasks(service: Service, run: str, query: s.TasksQuery) -> s.TasksAnswer:
    """A page of tasks. Raises UsageError, UnknownRunError, StoreError."""
    sort, name = _column(query.sort)
    asked = TaskQuery(
        offset=query.offset,
        limit=query.limit,
        sort=sort,
        name=name,
        descending=query.order == "desc",
        states=frozenset(query.state),
        text=query.text,
    )
    with service.stores.holding(run) as (_, reader):
        page = reader.find_tasks(run, asked)
    return s.TasksAnswer(page.total, [rows.task_row(task) for task in page.tasks])


def show_task(service: Service, run: str, index: int) -> s.TaskDetail:
    """One task; of a damaged outcome only what the table shows. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (_, reader):
        page = reader.find_tasks(run, TaskQuery(offset=index, limit=1))
        asking.known_task(index, page.total, run)
        attempts = reader.attempts(run, index)
        try:
            result = next(iter(reader.results(run, [index])), None)
        except DamagedBlobError:
            result = None
    return rows.task_detail(page.tasks[0], result, attempts)


def _column(sort: str) -> tuple[str, str]:
    """The column and the name in it. Raises UsageError."""
    column, colon, name = sort.partition(":")
    if (colon and name and column in _NAMED) or (not colon and column in _COLUMNS):
        return column, name
    raise UsageError(
        f"tasks cannot be sorted by {sort[:40]!a}; by {', '.join(sorted(_COLUMNS))}, param:NAME and the like"
    )
