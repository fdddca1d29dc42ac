"""Samples of what an attempt used, as bytes of a file: fixed in size, so that a torn end is found."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cellburst.model.usage import UsageSample

_RECORD = struct.Struct("<dddd")


def packed(samples: Sequence[UsageSample]) -> bytes:
    """The bytes of some samples."""
    return b"".join(_RECORD.pack(*record) for sample in samples for record in _records(sample))


def _records(sample: UsageSample) -> Iterator[tuple[float, float, float, float]]:
    """One, and where GPUs have memory in use one more without a time, which belongs to it."""
    yield sample.at, sample.cpu, sample.rss, math.nan if sample.gpu is None else sample.gpu
    if sample.gpu_memory:
        yield math.nan, sample.gpu_memory, 0.0, 0.0


def unpacked(data: bytes) -> list[UsageSample]:
    """The samples in a file; a torn one at its end is left out."""
    found: list[UsageSample] = []
    for at, cpu, rss, gpu in _RECORD.iter_unpack(data[: whole(len(data))]):
        if not math.isnan(at):
            found.append(UsageSample(at, cpu, int(rss), None if math.isnan(gpu) else gpu))
        elif found:
            found[-1] = replace(found[-1], gpu_memory=int(cpu))
    return found


def whole(size: int) -> int:
    """How many of that many bytes are whole samples."""
    return size - size % _RECORD.size
