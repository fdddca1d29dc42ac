"""Points that are taken from parts by places in [0, 1), and such places, computed when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.base import Points, Sweep, names_of, optional_of, sources_of
from cellburst.sweeps.permutation import Shuffled, mixed, unit
from cellburst.sweeps.ranges import Range

Units = Sequence[float]
_COUNTABLE = 1 << 62  # places that are told apart by number


class Ranged(Sweep):
    """One parameter that lies in a range: it has no length, only places."""

    def __init__(self, name: str, values: Range) -> None:
        self.names = (name,)
        self.values = values

    def __len__(self) -> int:
        return self.values.size or _COUNTABLE

    def __getitem__(self, index: int) -> dict[str, Any]:
        if self.values.values is None:
            raise SweepError(f"-p {self.names[0]}: {self.values!r} has no values to count; add --sample N")
        return {self.names[0]: self.values.values[index]}

    def sources(self) -> dict[str, Any]:
        return {self.names[0]: self.values.values} if self.values.values is not None else {}

    def at(self, place: float) -> dict[str, Any]:
        """The parameter at a place in [0, 1)."""
        return {self.names[0]: self.values.at(place)}


class Drawn(Sweep):
    """Point i takes from each of ``parts`` what is at its place ``units[i]`` in [0, 1)."""

    def __init__(self, parts: Sequence[Points], units: Sequence[Units]) -> None:
        self.parts = tuple(parts)
        self.units = tuple(units)

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(name for part in self.parts for name in names_of(part))

    @property
    def optional(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset().union(*map(optional_of, self.parts))

    def sources(self) -> dict[str, Any]:
        return {name: values for part in self.parts for name, values in sources_of(part).items()}

    def __len__(self) -> int:
        return len(self.units[0])

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < len(self.units[0]):
            raise IndexError(f"the sweep has {len(self)} tasks, and no number {index}")
        found: dict[str, Any] = {}
        for part, units in zip(self.parts, self.units, strict=True):
            place = units[index]
            found.update(part.at(place) if isinstance(part, Ranged) else part[int(place * len(part))])
        return found


class RandomUnits(Sequence[float]):
    """Numbers in [0, 1) that have nothing to do with each other."""

    def __init__(self, key: int, length: int) -> None:
        self._key = key
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        return unit(self._key, index)


class SpreadUnits(Sequence[float]):
    """Numbers of which each block of ``block`` has one in every block-th part of [0, 1): a Latin hypercube's."""

    def __init__(self, key: int, block: int, length: int) -> None:
        self._key = key
        self._block = block
        self._length = length
        self._orders: dict[int, Shuffled] = {}

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        number, place = divmod(index, self._block)
        if (order := self._orders.get(number)) is None:
            order = self._orders[number] = Shuffled(self._block, self._block, mixed(self._key ^ number))
        return min((order.at(place) + unit(self._key, index)) / self._block, 1.0 - 2.0**-53)
