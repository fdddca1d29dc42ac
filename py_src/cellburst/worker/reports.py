"""What a task reports and was not sent yet: all of its first reports, later ones only as fast as they can be of use."""

from __future__ import annotations

from collections import deque

from cellburst.model.report import Report

_FIRST = 100  # none of these is left out
_Said = tuple[float, int, dict[str, float]]


class ReportLog:
    """Any thread adds, one takes. After the first hundred of a task, of those that come between two takings only the
    newest is kept."""

    __slots__ = ("_first", "_newest", "count")

    def __init__(self) -> None:
        self.count = 0  # of this task
        self._first: deque[_Said] = deque()
        self._newest: deque[_Said] = deque(maxlen=1)  # whose append and popleft nothing can come between

    def __bool__(self) -> bool:
        return bool(self._first or self._newest)

    def reset(self) -> None:
        """Another task starts."""
        self.count = 0
        self._first.clear()
        self._newest.clear()

    def add(self, at: float, step: int, values: dict[str, float]) -> None:
        """A report, ``at`` seconds after the start of the task."""
        self.count += 1
        (self._first if self.count <= _FIRST else self._newest).append((at, step, values))

    def take(self) -> tuple[Report, ...]:
        """What was added since the last time, in order."""
        taken = []
        for waiting in (self._first, self._newest):
            try:
                while True:
                    taken.append(Report(*waiting.popleft()))
            except IndexError:
                continue
        return tuple(taken)
