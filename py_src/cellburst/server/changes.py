"""What has changed: the beginning of listening, its continuation, and the way back after a lost connection."""

from __future__ import annotations

import asyncio

from cellburst.server.schemas.changes import ChangesAnswer, ChangesQuery
from cellburst.server.service import Service
from cellburst.server.watcher import LEASE


async def changes(service: Service, query: ChangesQuery) -> ChangesAnswer:
    """Changes after a number; whoever asks is taken to listen to events for the next minute (``watcher.LEASE``)."""
    service.events.loop = asyncio.get_running_loop()
    found = await asyncio.to_thread(service.watcher.changes, query.since)
    return ChangesAnswer(found.sequence, found.changes, found.resync, lease=LEASE)
