"""Points of a search: what is suggested for them, and what is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

from cellburst.errors import SweepError
from cellburst.model.search import Dimension
from cellburst.model.sweep import SweepView
from cellburst.search.plan import Row

Holds = Callable[[Mapping[str, Any]], bool]
"""Whether a parameter exists for a point, given the shown values of the parameters before it."""


class Suggests(Protocol):
    """An Optuna trial, as much of it as is used."""

    def suggest_float(self, name: str, low: float, high: float, *, step: float | None, log: bool) -> float: ...
    def suggest_int(self, name: str, low: int, high: int, *, step: int, log: bool) -> int: ...
    def suggest_categorical(self, name: str, choices: Sequence[int]) -> Any: ...


class Space:
    """The dimensions of a search in order; ``holds`` has the conditions of those that have one."""

    def __init__(self, dimensions: Sequence[Dimension], holds: Mapping[str, Holds]) -> None:
        self._dimensions = dimensions
        self._holds = holds

    @property
    def conditional(self) -> bool:
        """Whether not every point has every parameter."""
        return bool(self._holds)

    def suggest(self, trial: Suggests) -> Row:
        """A point, one parameter after the other: each only if it exists with those before it."""
        row: Row = {}
        for dimension in self._dimensions:
            if self._exists(dimension, row):
                row[dimension.name] = _suggested(dimension, trial)
        return row

    def accepts(self, row: Row) -> bool:
        """Whether it is a point of this space: the parameters that exist together, each within its bounds."""
        seen: Row = {}
        for dimension in self._dimensions:
            if self._exists(dimension, seen):
                if not _within(dimension, row.get(dimension.name)):
                    return False
                seen[dimension.name] = row[dimension.name]
        return seen.keys() == row.keys()

    def shown(self, row: Row) -> dict[str, Any]:
        """A point as it is shown."""
        return {
            dimension.name: _shown(dimension, row[dimension.name])
            for dimension in self._dimensions
            if dimension.name in row
        }

    def view(self, rows: Sequence[Row]) -> SweepView:
        """A table of points; parameters that a point does not have are left empty."""
        names = tuple(dimension.name for dimension in self._dimensions)
        cells = (self.shown(row) for row in rows)
        return SweepView("table", len(rows), columns=names, rows=tuple(tuple(map(row.get, names)) for row in cells))

    def grid(self) -> Iterator[Row]:
        """All points there are, the last parameter varying fastest. Raises SweepError if they cannot be counted."""
        values = {dimension.name: _all_values(dimension) for dimension in self._dimensions}
        return self._from(0, {}, values)

    def _from(self, place: int, row: Row, values: Mapping[str, Sequence[Any]]) -> Iterator[Row]:
        if place == len(self._dimensions):
            yield dict(row)
            return
        dimension = self._dimensions[place]
        if not self._exists(dimension, row):
            yield from self._from(place + 1, row, values)
            return
        for value in values[dimension.name]:
            yield from self._from(place + 1, {**row, dimension.name: value}, values)

    def _exists(self, dimension: Dimension, row: Row) -> bool:
        holds = self._holds.get(dimension.name)
        return holds is None or holds(self.shown(row))


def _suggested(dimension: Dimension, trial: Suggests) -> Any:
    name = dimension.name
    if dimension.kind == "choice":
        return trial.suggest_categorical(name, range(len(dimension.choices)))
    if dimension.kind == "int":
        step = int(dimension.step or 1)
        return trial.suggest_int(name, int(dimension.low), int(dimension.high), step=step, log=dimension.log)
    return trial.suggest_float(name, dimension.low, dimension.high, step=dimension.step, log=dimension.log)


def _shown(dimension: Dimension, value: Any) -> Any:
    return dimension.choices[value] if dimension.kind == "choice" else value


def _within(dimension: Dimension, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if dimension.kind == "choice":
        return isinstance(value, int) and 0 <= value < len(dimension.choices)
    return dimension.low <= value <= dimension.high


def _all_values(dimension: Dimension) -> Sequence[Any]:
    if dimension.kind == "choice":
        return range(len(dimension.choices))
    if dimension.kind == "int":
        return range(int(dimension.low), int(dimension.high) + 1, int(dimension.step or 1))
    if dimension.step is None:
        raise SweepError(
            f"--search grid: {dimension.name} has no end of values; give it steps, quniform(low, high, step)"
        )
    values: list[float] = []
    for number in count():
        value = float(f"{dimension.low + number * dimension.step:.12g}")
        if value > dimension.high * (1 + 1e-12):
            return values
        values.append(value)
    return values
