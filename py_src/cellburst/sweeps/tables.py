"""Rows of values, and rows combined with other parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.base import Points, Sweep, names_of, optional_of, sources_of
from cellburst.sweeps.grids import Grid


class Table(Sweep):
    """One task for each row; all columns are equally long."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self.columns = dict(columns)
        self._length = min((len(values) for values in self.columns.values()), default=0)

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(self.columns)

    def sources(self) -> dict[str, Any]:
        return dict(self.columns)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < self._length:
            raise IndexError(f"the sweep has {self._length} tasks, and no number {index}")
        return {name: values[index] for name, values in self.columns.items()}


class Tuples(Sweep):
    """Parameters that go together: ``rows`` have a value for each of ``names``."""

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.names = tuple(names)
        self.rows = rows

    def sources(self) -> dict[str, Any]:
        return {", ".join(self.names): self.rows}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self.rows):
            raise IndexError(f"the sweep has {len(self.rows)} tasks, and no number {index}")
        return dict(zip(self.names, self.rows[index], strict=True))


class Product(Sweep):
    """Every combination of two sweeps; the second varies faster."""

    def __init__(self, outer: Points, inner: Points) -> None:
        self.outer = outer
        self.inner = inner

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(dict.fromkeys((*names_of(self.outer), *names_of(self.inner))))

    @property
    def optional(self) -> frozenset[str]:  # type: ignore[override]
        return optional_of(self.outer) | optional_of(self.inner)

    def sources(self) -> dict[str, Any]:
        return {**sources_of(self.outer), **sources_of(self.inner)}

    def __len__(self) -> int:
        return len(self.outer) * len(self.inner)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self):
            raise IndexError(f"the sweep has {len(self)} tasks, and no number {index}")
        slow, fast = divmod(index, len(self.inner))
        return {**self.outer[slow], **self.inner[fast]}


def product(parts: Sequence[Points]) -> Points:
    """Every combination of ``parts``; the last one varies fastest."""
    joined = _joined(parts)
    whole = joined[0]
    for part in joined[1:]:
        whole = Product(whole, part)
    return whole


def _joined(parts: Sequence[Points]) -> list[Points]:
    """Grids that follow each other as one, which is the quickest."""
    found: list[Points] = []
    for part in parts:
        if found and type(part) is Grid and type(found[-1]) is Grid:
            found[-1] = Grid({**found[-1].axes, **part.axes})
        else:
            found.append(part)
    return found


class Rows(Sweep):
    """One task for each of ``rows``, which are dicts (or named tuples) with the same names."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows
        self.names = tuple(row_of(rows[0], 0))

    def sources(self) -> dict[str, Any]:
        return {"rows": self.rows}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self.rows):
            raise IndexError(f"the sweep has {len(self.rows)} tasks, and no number {index}")
        row = row_of(self.rows[index], index)
        return {name: row[name] for name in self.names}


def row_of(row: Any, number: int) -> Mapping[str, Any]:
    """A row as a dict. Raises SweepError."""
    if isinstance(row, Mapping):
        return row
    as_dict = getattr(row, "_asdict", None)  # a named tuple
    if isinstance(row, tuple) and as_dict is not None:
        named: Mapping[str, Any] = as_dict()
        return named
    raise SweepError(
        f"--over: row {number} is {type(row).__name__}, not a dict of names and values; for one parameter write -p"
    )
