"""Results as a pandas table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cellburst.client.outcomes import Outcomes
from cellburst.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from cellburst.client.results import Results

_MISSING = object()


def build_frame(results: Results, outcomes: Outcomes, *, values: bool) -> pd.DataFrame:
    """Parameters, values, logged metrics, then state, seconds, peak memory (bytes), attempt and error.

    Values that are dicts with text keys get a column for each key. A name that is there already gets its kind in
    front ("value.lr"). Raises UsageError if pandas is missing.
    """
    try:
        import pandas as pd
    except ImportError:
        raise UsageError("a frame needs pandas, which is not installed here; .rows() has the same without it") from None
    rows = results.rows()
    columns: dict[str, list[Any]] = {}
    _add(columns, "param", [outcomes.params(row.index) for row in rows])
    if values:
        _add(columns, "value", _value_cells(results, outcomes))
    _add(columns, "metric", [row.metrics or {} for row in rows])
    for name, cells in (
        ("state", [row.state for row in rows]),
        ("seconds", [row.seconds for row in rows]),
        ("peak_rss", [row.peak_rss for row in rows]),
        ("attempt", [row.attempt for row in rows]),
        ("error", [row.error or row.note or None for row in rows]),
    ):
        columns[_free(columns, "task", name)] = cells
    index = pd.Index([row.index for row in rows], name="task")
    made: pd.DataFrame = pd.DataFrame({name: _series(pd, cells, index) for name, cells in columns.items()}, index=index)
    return made


def _value_cells(results: Results, outcomes: Outcomes) -> list[dict[str, Any]]:
    outcomes.load([row.index for row in results.rows() if row.state not in ("queued", "running")])
    found: list[Any] = []
    for row in results.rows():
        pending = row.state in ("queued", "running")
        found.append(_MISSING if pending or outcomes.error(row.index) else outcomes.value(row.index))
    there = [value for value in found if value is not _MISSING]
    if there and all(isinstance(value, dict) and all(isinstance(key, str) for key in value) for value in there):
        return [{} if value is _MISSING else value for value in found]
    return [{} if value is _MISSING else {"value": value} for value in found]


def _add(columns: dict[str, list[Any]], kind: str, cells: list[dict[str, Any]]) -> None:
    names = dict.fromkeys(name for row in cells for name in row)
    for name in names:
        columns[_free(columns, kind, name)] = [row.get(name) for row in cells]


def _free(columns: dict[str, list[Any]], kind: str, name: str) -> str:
    while name in columns:
        name = f"{kind}.{name}"
    return name


def _series(pd: Any, cells: list[Any], index: Any) -> Any:
    """A column; of type object where pandas would take the cells themselves apart."""
    simple = all(cell is None or isinstance(cell, (bool, int, float, str)) for cell in cells)
    if simple:
        return pd.Series(cells, index=index)
    column = pd.Series([None] * len(cells), index=index, dtype=object)
    for place, cell in enumerate(cells):
        column.iat[place] = cell
    return column
