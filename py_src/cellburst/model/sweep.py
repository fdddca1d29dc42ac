"""What a person sees of a sweep: JSON only, so that nobody unpickles to show it."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct


class Axis(Struct, frozen=True):
    """One grid parameter; values are JSON scalars, or short text where they are not."""

    name: str
    values: tuple[Any, ...]


class SweepView(Struct, frozen=True):
    """How many tasks, and the parameters of each, for display.

    ``single`` is one task, ``copies`` are tasks without parameters, ``grid`` is the product of
    ``axes`` (the last varies fastest), ``table`` has a row for each task under ``columns``.
    """

    kind: Literal["single", "copies", "grid", "table"]
    count: int
    axes: tuple[Axis, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()

    def params(self, index: int) -> dict[str, Any]:
        """The displayed parameters of task ``index``."""
        if self.kind == "grid":
            found: dict[str, Any] = {}
            for axis in reversed(self.axes):
                index, place = divmod(index, len(axis.values))
                found[axis.name] = axis.values[place]
            return dict(reversed(found.items()))
        if self.kind == "table":
            return dict(zip(self.columns, self.rows[index], strict=False))
        return {}

    @property
    def names(self) -> tuple[str, ...]:
        """The parameter names, in order."""
        return tuple(axis.name for axis in self.axes) if self.kind == "grid" else self.columns
