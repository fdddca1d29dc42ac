"""The threads beside the agent's loop, as it sees them: each is asked, waits for the network, and answers later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cellburst.agent.bucket_thread import Request
from cellburst.bucket.held import Work


class Bucket(Protocol):
    """The one that writes to the bucket."""

    def ask(self, request: Request, *, soon: bool = False) -> None: ...


class Queue(Protocol):
    """The one that looks for tasks; ``busy`` while it does."""

    busy: bool

    def ask(self, most: int) -> None: ...


class Savings(Protocol):
    """The one that keeps checkpoints."""

    def watch(self, work: Work) -> None: ...
    def forget(self, work: Work, *, succeeded: bool) -> None: ...
    def save_all(self, then: Callable[[], None]) -> None: ...
