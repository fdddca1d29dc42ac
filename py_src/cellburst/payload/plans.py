"""What a first try at a pickle found out, for the second one."""

from __future__ import annotations

from typing import NamedTuple

from cellburst.payload.sharing import Sharing


class Plan(NamedTuple):
    """Which arrays lie on the same memory, and the ids of objects that weak references may lead to."""

    sharing: Sharing | None = None
    weakly: frozenset[int] = frozenset()
