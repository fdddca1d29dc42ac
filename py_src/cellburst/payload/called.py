"""A function that many calls of a run share: packed once, named in each call."""

from __future__ import annotations

from msgspec import Struct

from cellburst.model.blob import Packed


class Called(Struct, frozen=True):
    """Stands in a call ``(fn, args, kwargs)`` for the function that ``packed`` has, which a worker reads once.

    No store sees the blobs of what is inside of a pickle: ``packed`` is inline, or something else names its blobs.
    """

    packed: Packed
