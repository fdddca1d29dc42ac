"""What a task used while it ran, at one moment after another."""

from __future__ import annotations

from msgspec import Struct


class UsageSample(Struct, frozen=True, array_like=True):
    """``at`` is seconds since the attempt's start. Since the sample before it, it used ``cpu`` cores and ``gpu`` GPUs
    on average (None: there is none), and ``rss`` bytes of memory and ``gpu_memory`` of the GPUs' at its end. What is
    said of GPUs is of the task's own, if it has any, else of all that the machine has."""

    at: float
    cpu: float
    rss: int
    gpu: float | None = None
    gpu_memory: int = 0
