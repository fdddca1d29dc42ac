"""Tasks that ended alike, many in one row: how they are written and read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from cellburst.model.outcome import Span, TaskResult
from cellburst.store import rows
from cellburst.store.queries import ANY_INDEX, SQL


class SpanRow(NamedTuple):
    """Neighbours, up to the one before ``stop``; the rest as in a row of an outcome."""

    first: int
    stop: int
    generation: int
    kind: str
    facts: bytes
    failure: bytes | None
    checksum: int

    def among(self, start: int, stop: int, generations: Mapping[int, int]) -> Sequence[int]:
        """Those of a range whose newest generation this is; ``generations`` has all of the range that are above 1."""
        tasks = range(max(start, self.first), min(stop, self.stop))
        if generations:
            return [index for index in tasks if generations.get(index, 1) == self.generation]
        return tasks if self.generation == 1 else ()


def insert_spans(db: sqlite3.Connection, run: int, spans: Iterable[Span], like: TaskResult) -> None:
    """Rows of tasks that have no outcome yet. Raises sqlite3.Error."""
    db.executemany(SQL["insert_spans"], [_row(run, span, like) for span in spans])


def _row(run: int, span: Span, like: TaskResult) -> tuple[Any, ...]:
    first = span.result(like, span.first)
    _, _, generation, kind, facts, _, failure, check, _ = rows.outcome_row(run, first, None)
    return (run, span.first, span.stop, generation, kind, facts, failure, check ^ span.stop)


def read_spans(db: sqlite3.Connection, run: int, start: int = 0, stop: int = ANY_INDEX) -> list[SpanRow]:
    """The rows that have tasks of a range, in order. Raises sqlite3.Error."""
    found = db.execute(SQL["spans"], {"run": run, "start": start, "stop": stop})
    return [SpanRow(*row) for row in found]


def span_with(db: sqlite3.Connection, run: int, index: int, generation: int) -> SpanRow | None:
    """The row that ended a generation of a task, if it ended so. Raises sqlite3.Error."""
    found = read_spans(db, run, index, index + 1)
    return next((row for row in found if row.generation == generation), None)


def read_like(row: SpanRow) -> tuple[Span, TaskResult]:
    """What was written. Raises DamagedBlobError."""
    first, stop, generation, kind, facts, failure, check = row
    like = rows.read_outcome((first, generation, kind, facts, None, failure, check ^ stop))
    return Span(first, stop, generation, like.attempt), like


def results_among(
    found: Iterable[SpanRow], start: int, stop: int, generations: Mapping[int, int]
) -> Iterator[TaskResult]:
    """The outcomes of those tasks of a range whose newest generation ended so. Raises DamagedBlobError."""
    for row in found:
        tasks = row.among(start, stop, generations)
        if tasks:
            _, like = read_like(row)
            yield from (replace(like, index=index) for index in tasks)
