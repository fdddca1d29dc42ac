"""What an operation may answer with besides a struct."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct


class Tagged(NamedTuple):
    """An answer with its ETag (without quotes); None for the answer means that the client has this one already."""

    etag: str
    answer: Struct | None


class Download(NamedTuple):
    """Bytes to save, or to have in ranges: ``name`` is the file's name, ``etag`` changes with the bytes.

    ``read`` gives those from one place to another, in any thread, and may wait for a disk; ``close`` ends that.
    """

    name: str
    size: int
    etag: str
    kind: str
    read: Callable[[int, int], bytes]
    close: Callable[[], None]


def text_download(name: str, data: bytes, etag: str) -> Download:
    """A text that is there already."""
    return Download(name, len(data), etag, "text/plain; charset=utf-8", lambda start, stop: data[start:stop], _nothing)


def _nothing() -> None:
    """What is in memory needs no closing."""
