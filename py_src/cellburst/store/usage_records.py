"""Samples of what an attempt used, as bytes of a file: fixed in size, so that a torn end is found."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from cellburst.model.usage import UsageSample

_RECORD = struct.Struct("<dddd")


def packed(samples: Sequence[UsageSample]) -> bytes:
    """The bytes of some samples."""
    return b"".join(
        _RECORD.pack(found.at, found.cpu, found.rss, math.nan if found.gpu is None else found.gpu) for found in samples
    )


def unpacked(data: bytes) -> list[UsageSample]:
    """The samples in a file; a torn one at its end is left out."""
    return [
        UsageSample(at, cpu, int(rss), None if math.isnan(gpu) else gpu)
        for at, cpu, rss, gpu in _RECORD.iter_unpack(data[: whole(len(data))])
    ]


def whole(size: int) -> int:
    """How many of that many bytes are whole samples."""
    return size - size % _RECORD.size
