"""What a running task says of its way: ``task.report(step, loss)``."""

from __future__ import annotations

from msgspec import Struct


class Report(Struct, frozen=True, array_like=True):
    """``at`` is seconds since the attempt's start; ``values`` are numbers by name at ``step``."""

    at: float
    step: int
    values: dict[str, float]
