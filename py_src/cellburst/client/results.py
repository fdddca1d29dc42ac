"""The results of a run: a sequence of values in task order."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, overload

from cellburst.client.outcomes import Outcomes
from cellburst.client.shown import mimebundle
from cellburst.errors import UsageError
from cellburst.model.run import Counts
from cellburst.model.stored import TaskRow

if TYPE_CHECKING:
    import pandas as pd

_FAILED = frozenset({"failed", "unknown"})


@dataclass(frozen=True, repr=False)
class TaskView:
    """One task of a run, for reading; ``score`` is set by ``best``."""

    index: int
    params: dict[str, Any]
    state: str
    seconds: float | None
    peak_rss: int
    attempt: int
    metrics: dict[str, Any]
    score: float | None = None
    _outcomes: Outcomes | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        facts = [] if self.score is None else [f"{self.score:.6g}"]
        facts += [f"{name}={reprlib.repr(value)}" for name, value in self.params.items()]
        facts += [self.state if self.seconds is None else f"{self.state} in {self.seconds:.3g} s"]
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


class Results(Sequence[Any]):
    """Values in task order, unpickled when they are first read.

    ``results[i]`` raises the error of a task that failed; iteration gives such errors as values in their place,
    so that one failure does not end a loop. Nothing here waits: the run's ``wait()`` does.
    """

    def __init__(self, outcomes: Outcomes, indices: Sequence[int] | None = None) -> None:
        self._outcomes = outcomes
        self.indices: Sequence[int] = range(outcomes.run.count) if indices is None else indices

    @property
    def run_id(self) -> str:
        """The run that these are from."""
        return self._outcomes.run.id

    def __len__(self) -> int:
        return len(self.indices)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Results: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return Results(self._outcomes, self.indices[place])
        return self._outcomes.value(self.indices[place])

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self.indices), 256):
            part = self.indices[start : start + 256]
            self._outcomes.load(part)
            for index in part:
                yield self._outcomes.value_or_error(index)

    def task(self, place: int) -> TaskView:
        """What is known of one task besides its value."""
        return self._view(self._outcomes.row(self.indices[place]))

    def params(self, place: int) -> dict[str, Any]:
        """The parameters of one task."""
        return self._outcomes.params(self.indices[place])

    def variables(self, place: int) -> dict[str, Any]:
        """The variables of one task that ``--out`` named. Raises its error."""
        return self._outcomes.variables(self.indices[place])

    def out(self, name: str) -> list[Any]:
        """One ``--out`` variable of every task, None for those that did not succeed."""
        if name not in self._outcomes.run.payload.out:
            known = ", ".join(self._outcomes.run.payload.out) or "none"
            raise UsageError(f"run {self.run_id} did not return {name!r}; --out named: {known}")
        self._outcomes.load(self.indices)
        failed = self._outcomes.error
        return [None if failed(index) else self._outcomes.variables(index)[name] for index in self.indices]

    @property
    def ok(self) -> Results:
        """Those that succeeded."""
        return self._where(lambda row: row.state == "succeeded")

    @property
    def failed(self) -> Results:
        """Those that failed, or whose ending is unknown; ``errors`` has their exceptions."""
        return self._where(lambda row: row.state in _FAILED)

    @property
    def errors(self) -> dict[int, BaseException]:
        """The exceptions of tasks without a value, by task index."""
        wanted = [row.index for row in self.rows() if row.state in _FAILED or row.state == "cancelled"]
        self._outcomes.load(wanted)
        found = {index: self._outcomes.error(index) for index in wanted}
        return {index: error for index, error in found.items() if error is not None}

    def best(self, metric: str = "value", mode: Literal["max", "min"] = "max") -> TaskView:
        """The task with the largest (smallest) metric: its value, an entry of its value, or what it logged.

        Raises UsageError if no task that succeeded has such a number.
        """
        if mode not in ("max", "min"):
            raise UsageError(f"mode must be 'max' or 'min', not {mode!r}")
        scored = [(row, score) for row in self.rows() if (score := self._score(row, metric)) is not None]
        if not scored:
            raise UsageError(f"no task of run {self.run_id} has a number {metric!r}; {self._metrics_there()}")
        choose = max if mode == "max" else min
        row, score = choose(scored, key=lambda pair: pair[1])
        return self._view(row, score)

    def frame(self, *, values: bool = True) -> pd.DataFrame:
        """A table with a row for each task; needs pandas. Without ``values`` nothing is unpickled."""
        from cellburst.client.table import build_frame

        return build_frame(self, self._outcomes, values=values)

    def rows(self) -> list[TaskRow]:
        """The tasks as tables show them, without their values."""
        rows = self._outcomes.rows()
        return rows if len(self.indices) == len(rows) else [rows[index] for index in self.indices]

    def excerpt(self, most: int) -> tuple[list[TaskRow], Counts]:
        """Of more than ``most`` tasks the first and the last ones, half of ``most`` each; and how all of them stand."""
        half = most // 2
        if len(self.indices) <= most or not self._whole:
            rows = self.rows()
            return rows if len(rows) <= most else [*rows[:half], *rows[-half:]], self.counts
        return self._outcomes.ends(half), self.counts

    @property
    def _whole(self) -> bool:
        return len(self.indices) == self._outcomes.run.count

    @property
    def counts(self) -> Counts:
        """Tasks by state."""
        if self._whole:
            return self._outcomes.status().counts
        tally = dict.fromkeys(Counts.__struct_fields__, 0)
        for row in self.rows():
            tally[row.state] += 1
        return Counts(**tally)

    def __repr__(self) -> str:
        there = {name: n for name in Counts.__struct_fields__ if (n := getattr(self.counts, name))}
        told = ", ".join(f"{count} {name}" for name, count in there.items())
        return f"<Results of run {self.run_id}: {told or 'empty'}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any] | None:
        return mimebundle(self)

    def _where(self, wanted: Any) -> Results:
        return Results(self._outcomes, tuple(row.index for row in self.rows() if wanted(row)))

    def _view(self, row: TaskRow, score: float | None = None) -> TaskView:
        params, metrics = self._outcomes.params(row.index), row.metrics or {}
        return TaskView(
            row.index, params, row.state, row.seconds, row.peak_rss, row.attempt, metrics, score, self._outcomes
        )

    def _score(self, row: TaskRow, metric: str) -> float | None:
        if row.state != "succeeded":
            return None
        if metric in (row.metrics or {}):
            return _number((row.metrics or {})[metric])
        if metric == "value" and _number(row.summary) is not None:
            return _number(row.summary)
        value = self._outcomes.value(row.index) if self._outcomes.error(row.index) is None else None
        if metric == "value":
            return _number(value)
        return _number(value.get(metric)) if isinstance(value, dict) else None

    def _metrics_there(self) -> str:
        names: dict[str, None] = {}
        for row in self.rows():
            if row.state == "succeeded":
                names.update(dict.fromkeys(row.metrics or {}))
                value = self._outcomes.value(row.index) if self._outcomes.error(row.index) is None else None
                names.update(dict.fromkeys(map(str, value) if isinstance(value, dict) else ()))
                break
        return f"there is: {', '.join(names)}" if names else "let the cell end with a number or a dict of numbers"


def _number(value: Any) -> float | None:
    """``value`` as a number that can be compared; None for text, nan and the like."""
    if isinstance(value, (str, bytes)) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number
