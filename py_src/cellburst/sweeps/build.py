"""From what a user wrote to a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cellburst.errors import SweepError
from cellburst.model.sweep import Axis, SweepView
from cellburst.sweeps import columns, values
from cellburst.sweeps.grid import Grid
from cellburst.sweeps.shown import shown
from cellburst.sweeps.table import Product, Sweep, Table


def build(
    params: Mapping[str, object], over: object = None, parallel: int | None = None
) -> tuple[Sweep | None, SweepView]:
    """The sweep of a run, and what is shown of it.

    Without ``params`` and ``over`` there is no sweep: one task, or ``parallel`` copies of it. Each of ``params``
    is a collection of values; together they make a grid. ``over`` has a row for each task: a list of dicts, a dict
    of columns, a data frame. With both, every row meets every combination.

    Raises SweepError when there is nothing in it, when a name is no variable or bound twice, when rows do not
    have the same names, when a value is one value rather than several.
    """
    if parallel is not None and (isinstance(parallel, bool) or not isinstance(parallel, int) or parallel < 1):
        raise SweepError(f"--parallel {parallel!r}: it takes a whole number from 1 on")
    if not params and over is None:
        return None, SweepView("single", 1) if parallel is None else SweepView("copies", parallel)
    if over is None:
        return _grid(params)
    table = columns.of_rows(over)
    for name in table:
        values.check_name(name, "--over")
    if twice := sorted(set(table) & set(params)):
        raise SweepError(f"{', '.join(twice)}: bound by --over and by -p; leave one of them out")
    if not params:
        return Table(table), _table_view(Table(table))
    return _with_grid(Table(table), params)


def _grid(params: Mapping[str, object]) -> tuple[Sweep, SweepView]:
    grid = _grid_of(params)
    axes = tuple(Axis(name, tuple(map(shown, found))) for name, found in grid.axes.items())
    return grid, SweepView("grid", len(grid), axes=axes)


def _grid_of(params: Mapping[str, object]) -> Grid:
    axes = {}
    for name, value in params.items():
        values.check_name(name, "-p")
        axes[name] = values.of_axis(name, value)
    return Grid(axes)


def _with_grid(table: Table, params: Mapping[str, object]) -> tuple[Sweep, SweepView]:
    product = Product(table, _grid_of(params))
    return product, _table_view(product)


def _table_view(sweep: Sweep) -> SweepView:
    rows: list[dict[str, Any]] = [sweep[index] for index in range(len(sweep))]
    names = tuple(rows[0])
    return SweepView("table", len(rows), columns=names, rows=tuple(tuple(map(shown, row.values())) for row in rows))
