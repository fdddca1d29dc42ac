"""What running tasks report, on its way to the store and to followers: all of a turn together, and nothing left out."""

from __future__ import annotations

from collections.abc import Sequence

from cellburst.abc import RunStore
from cellburst.controller.followers import Followers
from cellburst.model.report import Report
from cellburst.wire.client import TaskReported


class Reports:
    """Collects in one turn; ``pass_on`` ends it."""

    def __init__(self, store: RunStore, followers: Followers) -> None:
        self._store = store
        self._followers = followers
        self._new: dict[tuple[str, int, int], list[Report]] = {}

    def add(self, run: str, index: int, attempt: int, reports: Sequence[Report]) -> None:
        """An attempt reports."""
        self._new.setdefault((run, index, attempt), []).extend(reports)

    def pass_on(self) -> None:
        """Keep them, and tell those who follow."""
        if self._new:
            new, self._new = self._new, {}
            for (run, index, attempt), reports in new.items():
                self._store.append_reports(run, index, attempt, reports)
                self._followers.tell(run, TaskReported(run, index, attempt, tuple(reports)))
