"""What is shown of a sweep before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from cellburst.model.sweep import Axis, SweepView
from cellburst.sweeps.base import Points, names_of
from cellburst.sweeps.grids import Grid
from cellburst.sweeps.shown import shown

SHOWN = 20_000  # values; of larger sweeps each task tells its parameters when it runs


def view_of(sweep: Points) -> SweepView:
    """The count, and the parameters of each task unless that would be very much to write down."""
    if isinstance(sweep, Grid) and sum(map(len, sweep.axes.values())) <= SHOWN:
        axes = tuple(Axis(name, _all_shown(values)) for name, values in sweep.axes.items())
        return SweepView("grid", len(sweep), axes=axes)
    names = names_of(sweep)
    if len(sweep) > SHOWN:
        return SweepView("table", len(sweep), columns=names)
    points = (sweep[index] for index in range(len(sweep)))
    return SweepView(
        "table", len(sweep), columns=names, rows=tuple(tuple(shown(row.get(name)) for name in names) for row in points)
    )


def _all_shown(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(map(shown, islice(values, len(values))))  # not all that have places end there by themselves


def is_untold(view: SweepView) -> bool:
    """Whether the parameters of its tasks are not known from the view alone."""
    return view.kind == "table" and len(view.rows) < view.own
