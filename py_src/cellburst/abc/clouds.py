"""Objects and messages, as clouds have them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Protocol

from msgspec import Struct


class Creation(Enum):
    """What a create-only write came to. ``CONFLICT``: another write is under way and nothing is settled (HTTP 409)."""

    CREATED = "created"
    EXISTS = "exists"
    CONFLICT = "conflict"


class ObjectStore(Protocol):
    """Bytes by key, as S3 has them: strongly consistent, listed in the order of keys.

    Every method raises BucketError, of which UnansweredError means that the write may have happened or not.
    """

    def put(self, key: str, data: bytes) -> None: ...
    def create(self, key: str, data: bytes) -> Creation: ...
    def get(self, key: str) -> bytes:
        """Raises MissingObjectError."""

    def size(self, key: str) -> int | None:
        """In bytes; None if there is no such object."""

    def keys(self, prefix: str, after: str = "", limit: int = 1000) -> list[str]:
        """In order, those above ``after``."""

    def delete(self, keys: Sequence[str]) -> None: ...
    def upload(self, key: str, data: memoryview) -> None:
        """Large data, in checked parts side by side."""

    def download(self, key: str, path: Path) -> None:
        """Into a new file, in checked parts side by side. Raises MissingObjectError."""


class Delivery(Struct, frozen=True):
    """A message that is ours for a time: ``receipt`` proves it; ``receives`` counts how often it was received."""

    body: str
    receipt: str
    receives: int


class TaskQueue(Protocol):
    """Messages that are handed to one receiver at a time and come back unless they are removed, as in SQS.

    Every method raises QueueError.
    """

    def send(self, bodies: Sequence[str], delay: float = 0.0) -> None: ...
    def receive(self, most: int, wait: float, visible: float) -> list[Delivery]:
        """Up to ``most`` messages, invisible to others for ``visible`` seconds; waits up to ``wait`` seconds."""

    def extend(self, receipts: Sequence[str], visible: float) -> list[str]:
        """From now on invisible for so long (0: give back); receipts that are no longer good."""

    def remove(self, receipts: Sequence[str]) -> None: ...
    def depth(self) -> tuple[int, int]:
        """About how many messages wait, and how many are with receivers."""
