"""The results of a run: a sequence of values in task order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from cellburst.client.collecting.outcomes import Outcomes
from cellburst.client.tables.shown import mimebundle
from cellburst.client.tables.tabular import Tabular
from cellburst.client.tables.task_view import TaskView, view_of
from cellburst.errors import UsageError
from cellburst.model.run import Counts
from cellburst.model.stored import TaskRow

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run

__all__ = ["Results", "TaskView"]

_FAILED = frozenset({"failed", "unknown"})


class Results(Tabular, Sequence[Any]):
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

    @property
    def run(self) -> Run:
        """The run that these are from, to go on with: ``results.run.add(...)``."""
        from cellburst.client.runs.run import Run

        return Run(self.run_id, self._outcomes.connection)

    @property
    def outcomes(self) -> Outcomes:
        """Where they are read."""
        return self._outcomes

    def _tabled(self) -> Results:
        return self

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
        return view_of(self._outcomes.row(self.indices[place]), self._outcomes)

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
