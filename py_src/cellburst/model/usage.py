"""What a task used while it ran, at one moment after another."""

from __future__ import annotations

from msgspec import Struct


class UsageSample(Struct, frozen=True, array_like=True):
    """``at`` is seconds since the attempt's start. Since the sample before it, it used ``cpu`` cores and ``gpu`` GPUs
    on average (of the whole machine; None: there is none), and ``rss`` bytes of memory at its end."""

    at: float
    cpu: float
    rss: int
    gpu: float | None = None
