"""What an operation may answer with besides a struct."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct


class Tagged(NamedTuple):
    """An answer with its ETag (without quotes); None for the answer means that the client has this one already."""

    etag: str
    answer: Struct | None


class Download(NamedTuple):
    """Text to save or to show in ranges: ``name`` is the file's name, plain ASCII; ``etag`` changes with the bytes."""

    name: str
    data: bytes
    etag: str
