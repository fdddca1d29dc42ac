"""What every way of searching can do, whatever it decides by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cellburst.model.outcome import TaskResult
from cellburst.model.report import Report
from cellburst.model.sweep import SweepView

Row = dict[str, Any]
"""What one task is given, by parameter; empty for a copy. A choice is given as its place."""


@dataclass(frozen=True)
class Ended:
    """A plan needs no more tasks: ``reason`` is a sentence for whoever wonders why; ``failed`` if it was in vain."""

    reason: str = ""
    failed: bool = False


class Plan(Protocol):
    """Decides over tasks. It begins with what is on record: ``recall``, then all that happened in its order, asking in
    between as it did then, then ``live``.

    ``ended`` is None while there may be more tasks to come, or some are to be waited for; ``listens`` says whether what
    running tasks report makes a difference.
    """

    ended: Ended | None
    listens: bool

    def recall(self, rows: Sequence[Row]) -> None:
        """There are these tasks already. Asked, it gives them again before it gives others."""
        ...

    def live(self) -> None:
        """All that is on record has been told."""
        ...

    def ask(self) -> list[Row]:
        """The tasks that are to be added now, after those that it gave before."""
        ...

    def view(self, rows: Sequence[Row]) -> SweepView:
        """Rows as people see them."""
        ...

    def report(self, index: int, reports: Sequence[Report]) -> bool:
        """A running task says how it gets on; whether it is to end early."""
        ...

    def tell(self, result: TaskResult) -> None:
        """A task has ended."""
        ...
