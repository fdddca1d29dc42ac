"""What a person sees of a sweep: JSON only, so that nobody unpickles to show it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal

from msgspec import Struct

from cellburst.model.blob import Packed

KEY = 16
"""Bytes of the key that a task's result is kept under."""


class Axis(Struct, frozen=True):
    """One grid parameter; values are JSON scalars, or short text where they are not."""

    name: str
    values: tuple[Any, ...]


class SweepView(Struct, frozen=True, dict=True):
    """How many tasks, and the parameters of each, for display.

    ``single`` is one task, ``copies`` are tasks without parameters, ``grid`` is the product of
    ``axes`` (the last varies fastest), ``table`` has a row for each task under ``columns``: as many ``rows`` as
    tasks, or none where they are too many to be shown before they ran. ``search`` and ``calls`` begin without
    tasks. ``parts`` are tasks that were added later, in order; ``count`` counts them too.
    """

    kind: Literal["single", "copies", "grid", "table", "search", "calls"]
    count: int
    axes: tuple[Axis, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    parts: tuple[SweepView, ...] = ()

    @cached_property
    def own(self) -> int:
        """Tasks without those of ``parts``."""
        return self.count - sum(part.count for part in self.parts)

    @cached_property
    def _ends(self) -> list[int]:
        """For each part, the index behind its last task."""
        return [*accumulate((part.count for part in self.parts), initial=self.own)][1:]

    def params(self, index: int) -> dict[str, Any]:
        """The displayed parameters of task ``index``; nothing where they are not known yet."""
        if self.parts and index >= self.own:
            place = bisect_right(self._ends, index)
            if place == len(self.parts):
                return {}
            part = self.parts[place]
            return part.params(index - self._ends[place] + part.count)
        if self.kind == "grid":
            found: dict[str, Any] = {}
            for axis in reversed(self.axes):
                index, place = divmod(index, len(axis.values))
                found[axis.name] = axis.values[place]
            return dict(reversed(found.items()))
        if self.kind == "table":
            return dict(zip(self.columns, self.rows[index], strict=False)) if index < len(self.rows) else {}
        return {}

    @property
    def names(self) -> tuple[str, ...]:
        """The parameter names, in order."""
        own = tuple(axis.name for axis in self.axes) or self.columns
        return tuple(dict.fromkeys((*own, *(name for part in self.parts for name in part.names))))


class SweepPart(Struct, frozen=True):
    """Tasks that are added to a run: numbered from ``start`` on, as many as ``view`` counts.

    ``given`` has a pickle for each: its parameters (a dict), or in a run of ``calls`` what is called
    ``(fn, args, kwargs)``; it is empty if they have none. The same ``key`` is the same part. ``keys`` has 16 bytes for
    each, under which its result is kept; it is empty if they are not.
    """

    start: int
    view: SweepView
    given: tuple[Packed, ...] = ()
    key: str = ""
    keys: bytes = b""
