"""What can be asked of all tasks together: of a run as of its results."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from cellburst.client.collecting.outcomes import Outcomes
from cellburst.client.tables import export, shown
from cellburst.client.tables.columns import Columns, columns_of
from cellburst.client.tables.scores import aim, metrics_there, number, scored
from cellburst.client.tables.task_view import TaskView, view_of
from cellburst.errors import UsageError
from cellburst.model.search import Until
from cellburst.model.stored import TaskRow

if TYPE_CHECKING:
    import pandas as pd

    from cellburst.client.runs.results import Results

_DONE = frozenset({"succeeded", "pruned"})


class Tabular:
    """Tables, files, the best task and what is missing. Nothing here waits."""

    def _tabled(self) -> Results:
        """The results that are meant."""
        raise NotImplementedError

    def frame(self, *, values: bool = True) -> pd.DataFrame:
        """A pandas table with a row for each task. Without ``values`` nothing is unpickled.

        Raises UsageError if pandas is missing, as the next ones do for their libraries.
        """
        return export.to_pandas(*self._columns(values))

    def to_polars(self, *, values: bool = True) -> Any:
        """A polars frame. Objects that no column holds become text, here and in all that follow."""
        return export.to_polars(*self._columns(values))

    def to_arrow(self, *, values: bool = True) -> Any:
        """A pyarrow table."""
        return export.to_arrow(*self._columns(values))

    def to_csv(self, path: str | os.PathLike[str], *, values: bool = True) -> None:
        """Write a CSV file; needs no library."""
        export.to_csv(*self._columns(values), path)

    def to_parquet(self, path: str | os.PathLike[str], *, values: bool = True) -> None:
        """Write a parquet file; needs pyarrow."""
        export.to_parquet(*self._columns(values), path)

    def best(self, metric: str | None = None, mode: Literal["max", "min"] | None = None) -> TaskView:
        """The task with the largest (smallest) metric: its value, an entry of its value, what it logged, or "seconds".

        A search knows its metric and its direction; without one it is the largest value.
        Raises UsageError if no task that succeeded has such a number.
        """
        results = self._tabled()
        outcomes, rows = results.outcomes, results.rows()
        metric, mode = aim(outcomes.run, metric, mode)
        found = scored(outcomes, rows, metric)
        if not found:
            raise UsageError(_no_score(outcomes, rows, metric))
        row, score = (max if mode == "max" else min)(found, key=lambda pair: pair[1])
        return view_of(row, outcomes, score)

    def plot(self, metric: str | None = None, kind: str | None = None) -> Any:
        """A picture of the scores (``metric`` as in ``best``) over the parameters, which a notebook shows.

        ``kind`` is chosen by what there is, or "line", "points", "heat", "facets", "multiples", "parallel",
        "history" or "histogram". ``.save(path)`` writes it. Raises UsageError if there is nothing to draw.
        """
        results = self._tabled()
        outcomes, rows = results.outcomes, results.rows()
        metric, mode = aim(outcomes.run, metric, None)
        scores = {row.index: score for row, score in scored(outcomes, rows, metric)}
        if not any(map(math.isfinite, scores.values())):
            raise UsageError(_no_score(outcomes, rows, metric))
        names = tuple(dict.fromkeys(name for row in rows for name in row.params))
        run = outcomes.run
        facts = {
            "metric": metric,
            "mode": mode,
            "names": names,
            "origin": "copies" if isinstance(run.options.search, Until) else run.sweep.kind,
            "title": run.name,
        }
        points = [
            (row.index, tuple(map(row.params.get, names)), scores.get(row.index, _last(row, metric)), row.state)
            for row in rows
        ]
        return shown.plot(facts, points, kind)

    def missing(self) -> list[int]:
        """The tasks without a success: not ended yet, failed, cancelled or unknown. Pruned ones are not missed."""
        return [row.index for row in self._tabled().rows() if row.state not in _DONE]

    def _columns(self, values: bool) -> tuple[Columns, list[int]]:
        results = self._tabled()
        rows = results.rows()
        return columns_of(rows, results.outcomes, values=values), [row.index for row in rows]


def _last(row: TaskRow, metric: str) -> float | None:
    """What a task that was given up had come to."""
    return number((row.metrics or {}).get(metric)) if row.state == "pruned" else None


def _no_score(outcomes: Outcomes, rows: Sequence[TaskRow], metric: str) -> str:
    run = outcomes.run.id
    if not any(row.state == "succeeded" for row in rows):
        return f"no task of run {run} has succeeded so far, so there is no {metric!r} to compare"
    there = metrics_there(outcomes, rows)
    way = f"there is: {', '.join(there)}" if there else "let the cell end with a number or a dict of numbers"
    return f"no task of run {run} has a number {metric!r}; {way}"
