"""The answer about what the copies of a run say together."""

from __future__ import annotations

from msgspec import Struct


class EstimateRow(Struct, frozen=True):
    """Mean and spread of ``metric`` over ``n`` copies; what so few do not tell is null.

    ``stderr`` is the standard error of the mean, ``ci95`` half the width of its 95 % interval.
    """

    metric: str
    n: int
    mean: float | None
    std: float | None
    stderr: float | None
    ci95: float | None
    min: float | None
    max: float | None


class EstimatesAnswer(Struct, frozen=True):
    """An estimate of each number that the run's condition looks at; none of a run that has no such condition."""

    estimates: list[EstimateRow]
