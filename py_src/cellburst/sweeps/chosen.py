"""Some of the points of a sweep, and sweeps one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cellburst.sweeps.base import Points, Sweep, names_of, optional_of, sources_of


class Chosen(Sweep):
    """The points of ``base`` at ``places``. Point i lacks the parameters ``absent[codes[i]]``; no codes: none."""

    def __init__(
        self,
        base: Points,
        places: Sequence[int],
        absent: Sequence[tuple[str, ...]] = (),
        codes: Sequence[int] = (),
    ) -> None:
        self.base = base
        self.places = places
        self.absent = tuple(absent)
        self.codes = codes

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return names_of(self.base)

    @property
    def optional(self) -> frozenset[str]:  # type: ignore[override]
        return optional_of(self.base).union(*self.absent)

    def sources(self) -> dict[str, Any]:
        return sources_of(self.base)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self.places):
            raise IndexError(f"the sweep has {len(self.places)} tasks, and no number {index}")
        point = self.base[self.places[index]]
        if self.codes:
            for name in self.absent[self.codes[index]]:
                point.pop(name, None)
        return point


class Chain(Sweep):
    """One sweep after the other."""

    def __init__(self, first: Points, second: Points) -> None:
        self.first = first
        self.second = second

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(dict.fromkeys((*names_of(self.first), *names_of(self.second))))

    @property
    def optional(self) -> frozenset[str]:  # type: ignore[override]
        only_one = set(names_of(self.first)) ^ set(names_of(self.second))
        return optional_of(self.first) | optional_of(self.second) | only_one

    def sources(self) -> dict[str, Any]:
        return {**sources_of(self.first), **sources_of(self.second)}

    def __len__(self) -> int:
        return len(self.first) + len(self.second)

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self):
            raise IndexError(f"the sweep has {len(self)} tasks, and no number {index}")
        before = len(self.first)
        return self.first[index] if index < before else self.second[index - before]
