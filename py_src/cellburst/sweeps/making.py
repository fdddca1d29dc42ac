"""Sweeps in Python: ``grid(lr=[0.1, 0.01], depth=range(3, 8)).where("lr * depth < 0.5")``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps import columns, sampling, values
from cellburst.sweeps.base import Points, Sweep
from cellburst.sweeps.batches import Batches
from cellburst.sweeps.drawn import Ranged
from cellburst.sweeps.grids import Grid
from cellburst.sweeps.parts import axes_of
from cellburst.sweeps.tables import product


def grid(params: Mapping[Any, Any] | None = None, /, **named: Any) -> Sweep:
    """Every combination of the values of each parameter; names that go together are written ``{"a,b": [(1, 2)]}``.

    Raises SweepError.
    """
    parts = axes_of(_given("grid", params, named))
    for part in parts:
        if isinstance(part, Ranged):
            raise SweepError(f"-p {part.names[0]}: {part.values!r} is a range, not a list of values; use sample(...)")
    return _as_sweep(product(parts))


def zipped(params: Mapping[Any, Any] | None = None, /, **named: Any) -> Sweep:
    """One task for each place: the first values together, then the second ones. Raises SweepError."""
    return _as_sweep(product(axes_of(_given("zipped", params, named), zipped=True)))


def table(rows: Any) -> Sweep:
    """One task for each row of a list of dicts, a dict of columns, a data frame, or a file. Raises SweepError."""
    found = columns.of_rows(rows)
    for name in found.names:
        values.check_name(name, "--over")
    return found


def each(name: str, items: Any, batch: int | None = None) -> Sweep:
    """One task for each of ``items``, or for each ``batch`` of them. Raises SweepError."""
    values.check_name(name, "--each")
    if batch is not None and values.is_frame(items):
        return Batches(name, items, batch)
    found = values.of_axis(name, items, "--each")
    return Grid({name: found}) if batch is None else Batches(name, found, batch)


def sample(params: Mapping[Any, Any] | Points, count: int, *, sampler: str = "random", seed: int = 0) -> Sweep:
    """``count`` points of ranges and lists by name, or of a sweep. ``sampler``: "random", "lhs" or "sobol".

    The same seed gives the same points. Raises SweepError, also if there are fewer points.
    """
    parts = axes_of(params) if isinstance(params, Mapping) else [params]
    if not parts:
        raise SweepError("sample: there are no parameters")
    return sampling.sample(parts, count, sampler=sampler, seed=seed)


def _given(what: str, params: Mapping[Any, Any] | None, named: dict[str, Any]) -> dict[Any, Any]:
    found = {**(params or {}), **named}
    if not found:
        raise SweepError(f"{what}: there are no parameters")
    return found


def _as_sweep(points: Points) -> Sweep:
    assert isinstance(points, Sweep)
    return points
