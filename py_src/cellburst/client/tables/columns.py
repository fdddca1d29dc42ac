"""The tasks of a run as columns: what every table of them is made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cellburst.client.collecting.outcomes import Outcomes
from cellburst.model.stored import TaskRow

Columns = dict[str, list[Any]]

_MISSING = object()
_PENDING = ("queued", "running")


def columns_of(rows: Sequence[TaskRow], outcomes: Outcomes, *, values: bool) -> Columns:
    """Parameters, values, logged metrics, then state, seconds, peak memory (bytes), attempt and error.

    Values that are dicts with text keys get a column for each key. A name that is there already gets its kind in
    front ("value.lr"). Where results were kept for it, "cached" names the task that a result is from.
    """
    columns: Columns = {}
    _add(columns, "param", [outcomes.params(row.index) for row in rows])
    if values:
        _add(columns, "value", _value_cells(rows, outcomes))
    _add(columns, "metric", [row.metrics or {} for row in rows])
    facts: list[tuple[str, list[Any]]] = [
        ("state", [row.state for row in rows]),
        ("seconds", [row.seconds for row in rows]),
        ("peak_rss", [row.peak_rss for row in rows]),
        ("attempt", [row.attempt for row in rows]),
        ("error", [row.error or row.note or None for row in rows]),
    ]
    cached = [row.cached or None for row in rows]
    if outcomes.run.options.cache or any(cached):
        facts.append(("cached", cached))
    for name, cells in facts:
        columns[_free(columns, "task", name)] = cells
    return columns


def _value_cells(rows: Sequence[TaskRow], outcomes: Outcomes) -> list[dict[str, Any]]:
    outcomes.load([row.index for row in rows if row.state not in _PENDING])
    found: list[Any] = []
    for row in rows:
        nothing = row.state in _PENDING or outcomes.error(row.index)
        found.append(_MISSING if nothing else outcomes.value(row.index))
    there = [value for value in found if value is not _MISSING]
    if there and all(isinstance(value, dict) and all(isinstance(key, str) for key in value) for value in there):
        return [{} if value is _MISSING else value for value in found]
    return [{} if value is _MISSING else {"value": value} for value in found]


def _add(columns: Columns, kind: str, cells: list[dict[str, Any]]) -> None:
    names = dict.fromkeys(name for row in cells for name in row)
    for name in names:
        columns[_free(columns, kind, name)] = [row.get(name) for row in cells]


def _free(columns: Columns, kind: str, name: str) -> str:
    while name in columns:
        name = f"{kind}.{name}"
    return name
