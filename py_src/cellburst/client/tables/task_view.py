"""One task of a run, as a person looks at it."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass, field
from typing import Any

from cellburst.client.collecting.outcomes import Outcomes
from cellburst.client.tables import shown
from cellburst.model.stored import TaskRow


@dataclass(frozen=True, repr=False)
class TaskView:
    """One task of a run, for reading; ``score`` is set by ``best``.

    ``cached`` names the task ("RUN/INDEX") whose kept result this is; it is empty for a task that was executed.
    """

    index: int
    params: dict[str, Any]
    state: str
    seconds: float | None
    peak_rss: int
    attempt: int
    metrics: dict[str, Any]
    score: float | None = None
    cached: str = ""
    _outcomes: Outcomes | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        facts = [] if self.score is None else [f"{self.score:.6g}"]
        facts += [f"{name}={reprlib.repr(value)}" for name, value in self.params.items()]
        facts += [self.state if self.seconds is None else f"{self.state} in {shown.duration(self.seconds)}"]
        facts += ["cached"] if self.cached else []
        return f"<Task {self.index}: {', '.join(facts)}>"

    @property
    def value(self) -> Any:
        """The task's value. Raises its error."""
        assert self._outcomes is not None
        return self._outcomes.value(self.index)

    def load(self, *, safe: bool = False) -> Any:
        """The task's value, also if it is larger than what fits well; ``safe`` tries it in a child process first.

        Raises its error, and PayloadError if the child could not load it.
        """
        assert self._outcomes is not None
        return self._outcomes.insist(self.index, safe=safe)

    @property
    def error(self) -> BaseException | None:
        """Why it has no value, if so."""
        assert self._outcomes is not None
        return self._outcomes.error(self.index)


def view_of(row: TaskRow, outcomes: Outcomes, score: float | None = None) -> TaskView:
    """The task of a row."""
    params, metrics, cached = outcomes.params(row.index), row.metrics or {}, row.cached
    return TaskView(
        row.index, params, row.state, row.seconds, row.peak_rss, row.attempt, metrics, score, cached, outcomes
    )
