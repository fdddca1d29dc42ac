"""What a page does: it listens, and asks for what it missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from cellburst.server.events import SCHEMA_ID

CHANGES = ("cellburst", "api", "v1", "changes")


class Page:
    """With an open connection to the event bus."""

    def __init__(self, fetch: Callable[..., Any], socket: Any) -> None:
        self.fetch = fetch
        self.socket = socket

    async def changes(self, since: int) -> dict[str, Any]:
        answer = await self.fetch(*CHANGES, params={"since": since})
        found: dict[str, Any] = json.loads(answer.body)
        return found

    async def event(self) -> dict[str, Any]:
        """The next event of ours."""
        while True:
            text = await asyncio.wait_for(self.socket.read_message(), 10)
            assert text is not None
            event: dict[str, Any] = json.loads(text)
            if event["schema_id"] == SCHEMA_ID:
                return event


Opened = Callable[[], AbstractAsyncContextManager[Page]]


def pages(fetch: Callable[..., Any], connect: Callable[..., Any]) -> Opened:
    """How a page is opened; it is closed in the end."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Page]:
        socket = await connect("api", "events", "subscribe")
        try:
            yield Page(fetch, socket)
        finally:
            socket.close()
            while await socket.read_message() is not None:
                pass

    return opened
