"""The tasks of a run as a table: what each was given, what came of it, what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec

from cellburst.display.formatting import counted, format_bytes, format_duration, value_text
from cellburst.display.markup import element
from cellburst.display.tables import Column, html_table, terminal_room, text_table
from cellburst.model.run import Counts
from cellburst.model.stored import TaskRow

SHOWN = 20
_METRICS = 6
_FIELDS = 8
_STATES = ("succeeded", "failed", "running", "queued", "cancelled", "unknown", "pruned")


def results_bundle(
    rows: Sequence[TaskRow], *, total: int | None = None, counts: Counts | None = None
) -> dict[str, str]:
    """HTML and text of a run's tasks: the first ones and the last ones if there are more than ``SHOWN``.

    ``total`` is the number of tasks of the run, when ``rows`` are not all of them. With ``counts`` of all tasks,
    ``rows`` need not have more than ``SHOWN`` of them, half from the start and half from the end.
    """
    if not rows:
        return {"text/html": str(element("div", "no tasks")), "text/plain": "no tasks"}
    numbers = _tally(rows) if counts is None else msgspec.structs.asdict(counts)
    here = sum(numbers.values())
    caption = _caption(numbers, here, here if total is None else total)
    shown = _shown(rows)
    columns, cells = _columns(shown)
    if len(shown) < here:
        gap = ["…", *[""] * (len(columns) - 1)]
        text_cells = [*cells[: SHOWN // 2], gap, *cells[SHOWN // 2 :]]
    else:
        text_cells = cells
    return {
        "text/html": str(html_table(columns, text_cells, caption)),
        "text/plain": f"{caption}\n{text_table(columns, text_cells, room=terminal_room())}",
    }


def _shown(rows: Sequence[TaskRow]) -> list[TaskRow]:
    if len(rows) <= SHOWN:
        return list(rows)
    return [*rows[: SHOWN // 2], *rows[-(SHOWN // 2) :]]


def _tally(rows: Sequence[TaskRow]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for row in rows:
        numbers[row.state] = numbers.get(row.state, 0) + 1
    return numbers


def _caption(numbers: Mapping[str, int], here: int, total: int) -> str:
    known = [*_STATES, *(state for state in numbers if state not in _STATES)]
    said = ", ".join(f"{numbers[state]:,} {state}" for state in known if numbers.get(state))
    beyond = f" of {total:,}" if total > here else ""
    return f"{counted(here, 'task')}{beyond}: {said}"


def _columns(rows: Sequence[TaskRow]) -> tuple[list[Column], list[list[str]]]:
    params = _keys(row.params for row in rows)
    fields = _fields(rows)
    metrics = [name for name in _keys(row.metrics or {} for row in rows) if not _is_value(rows, name)][:_METRICS]
    tried = any(row.attempt > 1 for row in rows)
    columns = [Column("task", right=True)]
    columns += [Column(name, right=_numeric(row.params.get(name) for row in rows)) for name in params]
    columns += [Column(name, right=_numeric(_field(row, name) for row in rows)) for name in fields]
    said = [_said(row, fields) for row in rows]
    if any(one is not None for one in said) or not (fields or metrics):
        columns += [Column("note" if fields else "value", right=_numeric(said))]
    columns += [Column(name, right=_numeric((row.metrics or {}).get(name) for row in rows)) for name in metrics]
    columns += [Column("state", state=True), Column("time", right=True), Column("peak", right=True)]
    columns += [Column("attempt", right=True)] if tried else []
    kept = any(row.cached for row in rows)
    columns += [Column("cached", fixed=True)] if kept else []
    noted = any(column.head in ("note", "value") for column in columns[1 + len(params) :])
    cells = [_cells(row, params, fields, metrics, noted, tried) for row in rows]
    return columns, [[*line, row.cached] for line, row in zip(cells, rows, strict=True)] if kept else cells


def _cells(
    row: TaskRow, params: Sequence[str], fields: Sequence[str], metrics: Sequence[str], noted: bool, tried: bool
) -> list[str]:
    cells = [str(row.index)]
    cells += [value_text(row.params.get(name)) for name in params]
    cells += [value_text(_field(row, name)) for name in fields]
    cells += [value_text(_said(row, fields), 200)] if noted else []
    cells += [value_text((row.metrics or {}).get(name)) for name in metrics]
    cells += [row.state, "" if row.seconds is None else format_duration(row.seconds)]
    cells += [format_bytes(row.peak_rss) if row.peak_rss else ""]
    return [*cells, str(row.attempt or "")] if tried else cells


def _fields(rows: Sequence[TaskRow]) -> list[str]:
    """The columns of values that are records of a few named scalars, if all of them are."""
    values = [row.summary for row in rows if row.summary is not None]
    if not values or not all(isinstance(value, dict) for value in values):
        return []
    names = _keys(values)
    return names if len(names) <= _FIELDS else []


def _is_value(rows: Sequence[TaskRow], name: str) -> bool:
    """Whether it is the tasks' value under another name: what ``--until`` looks at."""
    return name == "value" and all((row.metrics or {}).get(name) in (None, row.summary) for row in rows)


def _field(row: TaskRow, name: str) -> Any:
    return row.summary.get(name) if isinstance(row.summary, dict) else None


def _said(row: TaskRow, fields: Sequence[str]) -> Any:
    """What stands for the value: the error of a task that has none, and nothing if its fields are shown."""
    return row.error or row.note or (None if fields else row.summary)


def _keys(mappings: Any) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(mappings)))


def _numeric(values: Any) -> bool:
    there = [value for value in values if value is not None]
    return bool(there) and all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in there)
