"""What every sweep is: a length, the parameters of each task, and their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from cellburst.sweeps.chosen import Chain, Chosen
    from cellburst.sweeps.tables import Product

Test = str | Callable[..., Any]
"""A condition: an expression, or a function of the parameters that its arguments are named after."""


class Points(Protocol):
    """The parameters of every task of a run; the least that a sweep has to be."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> dict[str, Any]: ...


class Sweep:
    """Sweeps that can be combined: ``a * b`` is every combination, ``a + b`` is one after the other."""

    names: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    """Names that some of the tasks do not have."""

    def __len__(self) -> int:
        raise NotImplementedError

    def __getitem__(self, index: int) -> dict[str, Any]:
        raise NotImplementedError

    def sources(self) -> dict[str, Any]:
        """The collections that the values come from, by the names of the parameters."""
        return {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[index] for index in range(len(self)))

    def __mul__(self, other: Points) -> Product:
        from cellburst.sweeps.tables import Product

        return Product(self, other)

    def __add__(self, other: Points) -> Chain:
        from cellburst.sweeps.chosen import Chain

        return Chain(self, other)

    def where(self, *conditions: Test, namespace: Mapping[str, Any] | None = None) -> Chosen:
        """The points for which all ``conditions`` are true, which may use variables of ``namespace`` (`__main__`)."""
        from cellburst.sweeps.filtering import chosen

        return chosen([self], where=conditions, namespace=namespace)

    def when(self, namespace: Mapping[str, Any] | None = None, **conditions: Test) -> Chosen:
        """The same, but that parameters are left out where their condition is false; equal points are kept once."""
        from cellburst.sweeps.filtering import chosen

        return chosen([self], when=conditions, namespace=namespace)

    def sample(self, count: int, *, seed: int = 0) -> Sweep:
        """So many of the points, in random order, none twice."""
        from cellburst.sweeps.sampling import some_of

        return some_of(self, count, seed)

    def __repr__(self) -> str:
        return f"<{type(self).__name__.lower()} of {len(self):,} tasks: {', '.join(self.names)}>"


def sources_of(points: Any) -> dict[str, Any]:
    """The collections that the values come from."""
    ask = getattr(points, "sources", None)
    return {} if ask is None else dict(ask())


def names_of(points: Any) -> tuple[str, ...]:
    """The names of the parameters, in order."""
    found = getattr(points, "names", None)  # a sweep's, or a search's, which has no first point
    return tuple(points[0]) if found is None else tuple(found)


def optional_of(points: Any) -> frozenset[str]:
    """The names that only some tasks have."""
    return frozenset(getattr(points, "optional", ()))
