"""Commands over the server: what tests of them share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from cellburst.client.runs.run import Run
from cellburst.model.run import RunState
from cellburst.paths import Folders

FOREIGN = "0123456789ab"
"""An environment whose controller does not run."""
Post = Callable[..., Any]
"""Sends a command; its HTTP status, and its answer or its error."""


async def ended(run: Run) -> RunState:
    await asyncio.to_thread(run.wait, 30)
    return run.state


def no_controller(folders: Folders) -> bool:
    return not list(folders.runtime.glob("*.json"))
