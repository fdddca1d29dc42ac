"""A sweep before it runs: how many tasks, how that comes about, and the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cellburst.sweeps import sampling, values
from cellburst.sweeps.base import Points, names_of
from cellburst.sweeps.build import build, told_count
from cellburst.sweeps.given import unfolded
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.shown import shown


@dataclass(frozen=True)
class Preview:
    """``how`` is what the count is the product of; ``rows`` are the first tasks, as shown.

    ``kind`` is "single", "copies", "grid" or "table". ``warnings`` are sentences.
    """

    count: int
    kind: str
    how: str
    names: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...] = ()


def describe(sweep: SweepOptions | Points, rows: int = 10) -> Preview:
    """What there will be, without a bound on the number of tasks. Raises SweepError as ``build`` does."""
    if not isinstance(sweep, SweepOptions):
        sweep = SweepOptions(over=sweep)
    sweep = unfolded(sweep)
    points, view = build(sweep, bounded=False)
    if points is None:
        return Preview(view.count, view.kind, told_count(sweep, view.count), (), ())
    names = names_of(points)
    first = tuple({name: shown(value) for name, value in point.items()} for point in sampling.first(points, rows))
    warnings = tuple(values.shadowed(names))
    return Preview(len(points), view.kind, told_count(sweep, len(points)), names, first, warnings)
