"""What changed, numbered and kept for a while: whoever was away catches up without gap or duplicate."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from cellburst.model.stored import Standing
from cellburst.server.rows import meter_row
from cellburst.server.schemas.changes import ChangeRow, RunsChanged
from cellburst.server.schemas.runs import CountsRow

DELETED: Literal["deleted"] = "deleted"
"""The state of a run that is no longer there."""
MOST_TOLD = 200  # changes in one event: beyond, reading everything again costs less
_MOST_KEPT = 10_000  # changes
_MOST_ENTRIES = 4_000  # a quarter of an hour of them


class Journal:
    """The newest changes. Numbers go up by one; ``first`` is the number before the first."""

    def __init__(self, first: int) -> None:
        self.sequence = first
        self._entries: deque[RunsChanged] = deque()
        self._kept = 0

    def add(self, changes: Sequence[ChangeRow]) -> RunsChanged:
        """Number these changes, which must be of different runs, as one step."""
        self.sequence += 1
        resync = len(changes) > MOST_TOLD
        entry = RunsChanged(self.sequence, [] if resync else list(changes), resync)
        self._entries.append(entry)
        self._kept += len(entry.changes)
        while self._kept > _MOST_KEPT or len(self._entries) > _MOST_ENTRIES:
            self._kept -= len(self._entries.popleft().changes)
        return entry

    def since(self, sequence: int) -> RunsChanged:
        """The last change of each run after ``sequence``; ``resync`` if that number is too old, or not one of ours."""
        if not self.sequence - len(self._entries) <= sequence <= self.sequence:
            return RunsChanged(self.sequence, [], True)
        last: dict[str, ChangeRow] = {}
        for entry in self._entries:
            if entry.sequence <= sequence:
                continue
            if entry.resync:
                return RunsChanged(self.sequence, [], True)
            last.update((change.run, change) for change in entry.changes)
        return RunsChanged(self.sequence, list(last.values()), False)


def first_number() -> int:
    """Greater than every number of a server that was started before, and none of its own; exact in JavaScript.

    The lower bits tell servers apart that a clock which was put back starts in the same second.
    """
    return (int(time.time()) << 20) | random.getrandbits(20)


def differences(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> list[ChangeRow]:
    """What a list of runs that shows ``before`` must be told."""
    gone = [ChangeRow(run, DELETED, CountsRow()) for run in before if run not in after]
    return gone + [_change(run, standing) for run, standing in after.items() if before.get(run) != standing]


def _change(run: str, standing: Standing) -> ChangeRow:
    status = standing.status
    counts = CountsRow(**msgspec.structs.asdict(status.counts))
    meter = meter_row(standing.meter)
    return ChangeRow(run, status.state.value, counts, status.ended, counts.total, standing.open, meter)
