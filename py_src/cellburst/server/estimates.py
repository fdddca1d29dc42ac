"""What the copies of a run say together, as far as they have succeeded."""

from __future__ import annotations

import math

from cellburst.model.run import Run
from cellburst.model.search import Until
from cellburst.server.schemas import estimates as s
from cellburst.server.service import Service
from cellburst.sweeps.moments import Moments
from cellburst.sweeps.until import read_condition


def estimates(service: Service, run: str) -> s.EstimatesAnswer:
    """An estimate of each number that decides how many copies there are. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (_, reader):
        known = {metric: reader.numbers(run, metric) for metric in _metrics(reader.run(run))}
    return s.EstimatesAnswer([_estimate(metric, numbers) for metric, numbers in known.items()])


def _metrics(run: Run) -> list[str]:
    """Those of the condition, what the run is for first."""
    until = run.options.search
    if not isinstance(until, Until):
        return []
    return list(dict.fromkeys((until.metric, *read_condition(until.condition).metrics)))


def _estimate(metric: str, numbers: list[float]) -> s.EstimateRow:
    moments = Moments()
    for number in numbers:
        moments.add(number)
    figures = {name: value if math.isfinite(value) else None for name, value in moments.figures().items()}
    del figures["n"]
    return s.EstimateRow(metric, moments.n, **figures)
