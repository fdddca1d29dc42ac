"""Changes on their way to the page: through the event bus of the Jupyter server, to whoever listens there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from jupyter_events import EventLogger

from cellburst.server.schemas.changes import RunsChanged

SCHEMA_ID = "https://schema.cellburst.dev/events/runs/v1"
SCHEMA = Path(__file__).parent / "event_schemas" / "runs" / "v1.yaml"


class Events:
    """Sends changes from any thread. Before ``loop`` is set, which the first listener does, they go nowhere."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self._logger: EventLogger | None = None

    def register(self, logger: EventLogger | None) -> None:
        """Use this bus: it learns what our events look like, before anybody listens."""
        if logger is not None and SCHEMA_ID not in logger.schemas:
            logger.register_event_schema(SCHEMA)
        self._logger = logger

    def send(self, changes: RunsChanged) -> None:
        """Tell every listener, soon; from any thread."""
        if self.loop is None:
            return
        try:
            self.loop.call_soon_threadsafe(self._emit, changes)
        except RuntimeError:  # the server has ended
            self.loop = None

    def _emit(self, changes: RunsChanged) -> None:
        if self._logger is not None:
            self._logger.emit(schema_id=SCHEMA_ID, data=msgspec.to_builtins(changes))
