"""Every combination of some values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from cellburst.sweeps.base import Sweep


class Grid(Sweep):
    """The product of ``axes``; the last one varies fastest. Combinations are made when they are asked for."""

    def __init__(self, axes: Mapping[str, Sequence[Any]]) -> None:
        self.axes = dict(axes)
        self._length = prod(len(values) for values in self.axes.values())

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(self.axes)

    def sources(self) -> dict[str, Any]:
        return dict(self.axes)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < self._length:
            raise IndexError(f"the sweep has {self._length} tasks, and no number {index}")
        places = []
        for values in reversed(self.axes.values()):
            index, place = divmod(index, len(values))
            places.append(values[place])
        return dict(zip(self.axes, reversed(places), strict=True))
