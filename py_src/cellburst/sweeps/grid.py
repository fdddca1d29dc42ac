"""Every combination of some values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any


class Grid:
    """The product of ``axes``; the last one varies fastest. Combinations are made when they are asked for."""

    def __init__(self, axes: Mapping[str, Sequence[Any]]) -> None:
        self.axes = {name: values if isinstance(values, range) else tuple(values) for name, values in axes.items()}
        self._length = prod(len(values) for values in self.axes.values())

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
