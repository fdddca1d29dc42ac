"""What the copies of a run say together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cellburst.errors import UsageError
from cellburst.model.run import Run
from cellburst.model.stored import TaskRow
from cellburst.sweeps.moments import Moments


@dataclass(frozen=True)
class Estimate:
    """Mean and spread of one number over ``n`` tasks; ``ci95`` is half the width of the mean's 95 % interval."""

    metric: str
    n: int
    mean: float
    std: float
    stderr: float
    ci95: float
    min: float
    max: float

    @property
    def interval(self) -> tuple[float, float]:
        """Where the truth is in 95 of 100 cases."""
        return self.mean - self.ci95, self.mean + self.ci95

    def __str__(self) -> str:
        return f"{self.mean:.6g} ± {self.stderr:.2g} (n {self.n:,})"


def estimate_of(run: Run, rows: Iterable[TaskRow]) -> Estimate:
    """The estimate over the tasks that have succeeded, in the order of their numbers.

    Raises UsageError if none of them gave a number.
    """
    metric = run.payload.objective or "value"
    moments = Moments()
    for row in rows:
        value = (row.metrics or {}).get(metric, row.summary if metric == "value" else None)
        if row.state == "succeeded" and isinstance(value, (int, float)) and math.isfinite(value):
            moments.add(float(value))
    if not moments.n:
        raise UsageError(f"no task of run {run.id} has given a number {metric!r} so far")
    figures = moments.figures()
    return Estimate(
        metric,
        moments.n,
        **{name: figures[name] for name in ("mean", "std", "stderr", "ci95", "min", "max")},
    )
