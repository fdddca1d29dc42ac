"""What a task used of its machine while it ran."""

from __future__ import annotations

from cellburst.model.browsing import TaskQuery
from cellburst.server import asking
from cellburst.server.schemas import tasks as s
from cellburst.server.service import Service


def usage(service: Service, run: str, index: int) -> s.UsageAnswer:
    """The curve of a task's last attempt. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (_, reader):
        page = reader.find_tasks(run, TaskQuery(offset=index, limit=1))
        asking.known_task(index, page.total, run)
        task = page.tasks[0]
        samples = reader.usage(run, index, task.attempt)
    rows = [
        s.UsageRow(found.at, found.cpu, found.rss, found.gpu, None if found.gpu is None else found.gpu_memory)
        for found in samples
    ]
    return s.UsageAnswer(attempt=task.attempt, generation=task.generation, samples=rows)
