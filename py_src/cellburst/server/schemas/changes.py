"""What has changed, as events and over REST."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cellburst.server.schemas.interface import RunStateName
from cellburst.server.schemas.machines import MeterRow
from cellburst.server.schemas.runs import CountsRow


class ChangesQuery(Struct, frozen=True):
    """Changes after this sequence number; one who has none yet asks with 0, and is told the number of now."""

    since: Annotated[int, Meta(ge=0, le=(1 << 53) - 1)] = 0


class ChangeRow(Struct, frozen=True):
    """Where a run is now; "deleted" is nowhere. ``count`` is how many tasks it has, ``open`` whether it gets more.
    ``meter`` is what its machines cost."""

    run: str
    state: Literal[RunStateName, "deleted"]
    counts: CountsRow
    ended: float | None = None
    count: int = 0
    open: bool = False
    meter: MeterRow | None = None


class RunsChanged(Struct, frozen=True):
    """An event: what has changed. With ``resync`` some changes are no longer known: read the lists again."""

    sequence: int
    changes: list[ChangeRow]
    resync: bool


class ChangesAnswer(RunsChanged, frozen=True, kw_only=True):
    """The same, of all events since. Events are sent for ``lease`` seconds more: ask again before."""

    lease: float
