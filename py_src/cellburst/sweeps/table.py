"""Rows of values, and rows combined with other parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Sweep(Protocol):
    """The parameters of every task of a run."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> dict[str, Any]: ...


class Table:
    """One task for each row; all columns are equally long."""

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        self.columns = {name: tuple(values) for name, values in columns.items()}
        self._length = min((len(values) for values in self.columns.values()), default=0)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < self._length:
            raise IndexError(f"the sweep has {self._length} tasks, and no number {index}")
        return {name: values[index] for name, values in self.columns.items()}


class Product:
    """Every combination of two sweeps; the second varies faster."""

    def __init__(self, outer: Sweep, inner: Sweep) -> None:
        self.outer = outer
        self.inner = inner

    def __len__(self) -> int:
        return len(self.outer) * len(self.inner)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self):
            raise IndexError(f"the sweep has {len(self)} tasks, and no number {index}")
        slow, fast = divmod(index, len(self.inner))
        return {**self.outer[slow], **self.inner[fast]}
