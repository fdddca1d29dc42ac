"""Copies of one cell with other seeds, until what they give is known well enough."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.report import Report
from cellburst.model.search import Until
from cellburst.model.sweep import SweepView
from cellburst.search.objective import IN_A_ROW, Failures, NoNumberError, number_of
from cellburst.search.plan import Ended, Row
from cellburst.sweeps.moments import Moments
from cellburst.sweeps.until import read_condition

_SPARE = 1.05  # of the copies that seem to be needed, so that the last few are not asked for one by one


class Copies:
    """Adds copies in growing batches: at first two for each worker, then as many as the 1/sqrt(n) law says, at most
    twice as many as there are.

    With one worker a batch is complete before the next one is thought of, so that the same seed gives the same copies.
    With more there are always enough to keep them busy, and how many are on their way when the condition becomes true
    depends on how long they take.
    """

    def __init__(self, until: Until, slots: int) -> None:
        self.ended: Ended | None = None
        self.listens = False
        self._until = until
        self._condition = read_condition(until.condition)
        self._slots = slots
        self._metrics = {name: name for name in self._condition.metrics}  # what is logged, by what the condition says
        if self._condition.bare:
            self._metrics[""] = until.metric
        self.known = {key: Moments() for key in self._metrics}
        self._asked = 0
        self._recorded = 0
        self._over: set[int] = set()
        self._good = 0
        self._failures = Failures()

    def recall(self, rows: Sequence[Row]) -> None:
        self._recorded = len(rows)

    def live(self) -> None:
        self._asked = max(self._asked, self._recorded)
        self._failures = Failures(max(IN_A_ROW, 2 * self._slots))
        self._look()

    def ask(self) -> list[Row]:
        pending = self._asked - len(self._over)
        if self.ended is not None or pending >= self._low_water():
            return []
        goal = self._goal() + (len(self._over) - self._good)  # what failed is made up for
        number = min(max(goal - self._asked, 0), self._until.most - self._asked)
        there = max(self._asked, self._recorded)
        self._asked += number
        return [{} for _ in range(self._asked - there)]

    def view(self, rows: Sequence[Row]) -> SweepView:
        return SweepView("copies", len(rows))

    def report(self, index: int, reports: Sequence[Report]) -> bool:
        return False

    def tell(self, result: TaskResult) -> None:
        if result.index in self._over:
            return
        self._over.add(result.index)
        self._take(result)
        self._look()

    def _take(self, result: TaskResult) -> None:
        if result.kind is not OutcomeKind.SUCCEEDED:
            self._failures.failure(result)
            return
        try:
            values = {key: number_of(result, name) for key, name in self._metrics.items()}
        except NoNumberError as problem:
            if not self._good and self.ended is None:
                self.ended = Ended(str(problem), failed=True)
            self._failures.failure(result, str(problem))
            return
        if odd := [f"{self._metrics[key]} = {value}" for key, value in values.items() if not math.isfinite(value)]:
            self._failures.failure(result, f"task {result.index} gave {odd[0]}, which counts as failed")
            return
        self._good += 1
        self._failures.success()
        for key, value in values.items():
            self.known[key].add(value)

    def _look(self) -> None:
        """With one worker only between batches: what was asked for counts."""
        pending = self._asked - len(self._over)
        if self.ended is not None or (self._slots == 1 and pending):
            return
        if self._good >= self._until.least and self._condition.holds(self.known):
            self.ended = Ended()
        elif reason := self._failures.reason:
            self.ended = Ended(reason, failed=True)
        elif not pending and self._asked >= self._until.most:
            self.ended = Ended(f"stopped at {self._until.most:,} copies before {self._condition.text}: {self.told}")

    @property
    def told(self) -> str:
        """The estimates in words."""
        parts = []
        for key, moments in self.known.items():
            name = f"{key}: " if key else ""
            parts.append(f"{name}mean {moments.mean:.6g}, stderr {moments.stderr:.3g}, n {moments.n:,}")
        return "; ".join(parts)

    def _low_water(self) -> int:
        """With fewer copies on their way than this, more are asked for."""
        return 1 if self._slots == 1 else self._slots + max(self._slots // 2, self._good // 8)

    def _goal(self) -> int:
        """How many good ones there should be in the end, as far as it can be told now."""
        first = max(2 * self._slots, self._until.least if self._slots == 1 else 0)
        if self._good < 2:
            return max(first, self._good + 1)
        need = self._condition.needs(self.known, self._until.most + 1)
        wise = min(math.ceil(need * _SPARE), 2 * self._good)
        return max(first, wise, self._good + self._slots + (self._slots // 2 if self._slots > 1 else 0))
