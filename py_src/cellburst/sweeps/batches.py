"""Many small inputs, several to a task."""

from __future__ import annotations

from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.base import Sweep


class Batches(Sweep):
    """Task i has up to ``size`` of ``items``: a list of them, or of a data frame so many rows."""

    def __init__(self, name: str, items: Any, size: int) -> None:
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise SweepError(f"--batch {size!r}: it takes a whole number from 1 on", at="--batch")
        self.names = (name,)
        self.items = items
        self.size = size

    def sources(self) -> dict[str, Any]:
        return {self.names[0]: self.items}

    def __len__(self) -> int:
        return -(-len(self.items) // self.size)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self):
            raise IndexError(f"the sweep has {len(self)} tasks, and no number {index}")
        first = index * self.size
        last = min(first + self.size, len(self.items))
        if (rows := getattr(self.items, "iloc", None)) is not None:  # pandas
            return {self.names[0]: rows[first:last]}
        if hasattr(type(self.items), "columns"):  # polars, arrow
            return {self.names[0]: self.items[first:last]}
        return {self.names[0]: [self.items[place] for place in range(first, last)]}
