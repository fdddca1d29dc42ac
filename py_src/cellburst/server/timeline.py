"""What happened to a run."""

from __future__ import annotations

from cellburst.server import rows
from cellburst.server.schemas import timeline as s
from cellburst.server.service import Service


def timeline(service: Service, run: str, query: s.TimelineQuery) -> s.TimelineAnswer:
    """The lines after one, oldest first. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (_, reader):
        lines = reader.timeline(run, query.after)
    return s.TimelineAnswer([rows.timeline_row(line) for line in lines])
