"""What can still be read of a damaged store, as facts. A row that is not what was written is left out and counted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from cellburst.errors import DamagedBlobError
from cellburst.model.events import (
    Event,
    MachinesChanged,
    RunClosed,
    RunPlanned,
    RunRenamed,
    RunReopened,
    RunStateChanged,
    RunSubmitted,
    TasksAdded,
    TasksEnded,
    TasksEndedAlike,
    TasksRetried,
)
from cellburst.model.ids import is_run_id
from cellburst.model.machine import Machine
from cellburst.model.outcome import Span, TaskResult
from cellburst.model.run import ENDED, Run, RunState
from cellburst.model.sweep import SweepPart
from cellburst.store import rows, run_rows
from cellburst.store.machine_rows import read_machines
from cellburst.store.parts import read_part
from cellburst.store.queries import ANY_INDEX, SQL
from cellburst.store.sidecar import Record
from cellburst.store.spans import SpanRow, read_like

HALTED = "the run store was damaged; `%remote retry` runs what is missing"
_BATCH = 10_000
_UNREADABLE = (sqlite3.Error, msgspec.MsgspecError, DamagedBlobError, ValueError, TypeError, KeyError)


@dataclass
class Found:
    """How much was recovered."""

    runs: int = 0
    outcomes: int = 0
    lost_runs: int = 0
    damaged_rows: int = 0

    def __str__(self) -> str:
        text = f"{self.runs} runs with {self.outcomes} outcomes were recovered"
        if self.lost_runs:
            text += f", {self.lost_runs} runs were lost"
        if self.damaged_rows:
            text += f", parts of the outcomes were unreadable in {self.damaged_rows} places"
        return text


@dataclass(frozen=True)
class _OldRun:
    number: int
    run: Run
    name: str
    state: RunState | None = None
    reason: str = ""
    started: float | None = None
    ended: float | None = None
    parts: tuple[SweepPart, ...] = ()
    closed: bool = False
    since: run_rows.Since = field(default_factory=run_rows.Since)


def salvage(
    old: sqlite3.Connection | None, records: Sequence[Record], now: float, found: Found
) -> Iterator[list[Event]]:
    """The history of every run that is known from its rows or its record, in batches; fills ``found``."""
    seen: set[str] = set()
    numbers: set[int] = set()
    by_id = {record.run.id: record for record in records}
    for row in _read_all(old, "salvage_runs", {}, found) if old is not None else ():
        known = _old_run(old, row, by_id)
        if known is None:
            found.lost_runs += 1
            continue
        seen.add(known.run.id)
        numbers.add(known.number)
        yield from _history(old, known, now, found)
    for record in records:
        if record.run.id not in seen:
            number = record.number if record.number not in numbers else -1
            known = _OldRun(number, record.run, record.run.name, parts=record.parts)
            yield from _history(old, known, now, found)


def _old_run(old: sqlite3.Connection | None, row: Sequence[Any], records: dict[str, Record]) -> _OldRun | None:
    number, run_id, name, state, reason, started, ended = row
    run, record = _submission(old, number), records.get(run_id)
    if run is None and record is not None:
        run = record.run
    if run is None or not is_run_id(run.id):
        return None
    closed, since = _openness(old, number)
    plain = _OldRun(number, run, run.name, parts=record.parts if record else (), closed=closed, since=since)
    try:
        moment, end = _time(started), _time(ended)
        return replace(plain, name=name, state=RunState(state), reason=reason, started=moment, ended=end)
    except ValueError:
        return plain


def _time(value: Any) -> float | None:
    return float(value) if value is not None else None


def _submission(old: sqlite3.Connection | None, number: int) -> Run | None:
    try:
        row = old.execute(SQL["salvage_submission"], {"run": number}).fetchone() if old else None
        return run_rows.read_run(row[0], row[1]) if row else None
    except _UNREADABLE:
        return None


def _openness(old: sqlite3.Connection | None, number: int) -> tuple[bool, run_rows.Since]:
    """Whether no more tasks were to be added to a run, and what was said of it since; as far as is known."""
    try:
        row = old.execute(SQL["salvage_open"], {"run": number}).fetchone() if old else None
        return (row is not None and row[0] == 0), run_rows.read_since(row[1] if row and row[1] else None)
    except _UNREADABLE:
        return False, run_rows.Since()


def _growth(old: sqlite3.Connection | None, known: _OldRun, found: Found) -> Iterator[SweepPart]:
    """What was added to a run, from its rows and its record, as far as there is no gap."""
    by_start = {part.start: part for part in known.parts}
    if old is not None and known.number >= 0 and _has(old, "salvage_parts"):
        for row in _read_all(old, "salvage_parts", {"run": known.number}, found):
            try:
                part = read_part(row, row[5] or "")
            except _UNREADABLE:
                found.damaged_rows += row[0] not in by_start
                continue
            by_start[part.start] = part
    count = known.run.count
    while count in by_start:
        yield by_start[count]
        count += by_start[count].view.count


def _has(old: sqlite3.Connection, name: str) -> bool:
    """Whether the store's schema had the table of a statement, as far as that can be told."""
    try:
        old.execute(SQL[name], {"run": 0, "after": 0}).fetchone()
    except _UNREADABLE as error:
        return "no such table" not in str(error)
    return True


def _history(old: sqlite3.Connection | None, known: _OldRun, now: float, found: Found) -> Iterator[list[Event]]:
    run = known.run
    found.runs += 1
    generations = _generations(old, known.number)
    opening: list[Event] = [RunSubmitted(run)]
    if known.name != run.name:
        opening.append(RunRenamed(run.id, known.name, run.submitted))
    if known.started is not None:
        opening.append(RunStateChanged(run.id, RunState.RUNNING, known.started))
    yield opening
    if machines := _machines(old, known.number):
        yield [MachinesChanged(run.id, tuple(machines), now)]
    for part in _growth(old, known, found):
        yield [TasksAdded(run.id, part, run.submitted)]
    since = known.since
    if since.search is not None:
        yield [RunReopened(run.id, since.search, since.reopened)]
    if since.plan is not None:
        yield [RunPlanned(run.id, since.plan, since.planned)]
    if known.closed and (run.open or since.search):
        yield [RunClosed(run.id, now)]
    alike = list(_alike(old, known.number, found))
    for span, _ in alike:
        for index in range(span.first, span.stop) if span.generation > 1 else ():
            generations[index] = max(span.generation, generations.get(index, 1))
    for generation in range(1, max(generations.values(), default=1) + 1):
        for batch in _batches(old, known.number, generation, found):
            found.outcomes += len(batch)
            yield [TasksEnded(run.id, tuple(batch), known.ended or now)]
        for span, like in alike:
            if span.generation == generation:
                found.outcomes += len(span)
                yield [TasksEndedAlike(run.id, (span,), like, known.ended or now)]
        again = tuple(sorted(index for index, newest in generations.items() if newest > generation))
        if again:
            yield [TasksRetried(run.id, again, now + generation * 1e-3)]
    state, at, reason = known.state, known.ended, known.reason
    if state not in ENDED or at is None:
        state, at, reason = RunState.CANCELLED, now, HALTED
    yield [RunStateChanged(run.id, state, at, reason)]


def _machines(old: sqlite3.Connection | None, number: int) -> list[Machine]:
    """Those whose rows can be read; others are found by their tags."""
    try:
        rows = old.execute(SQL["machines"], {"run": number}).fetchall() if old and number >= 0 else []
        return read_machines(rows)
    except _UNREADABLE:
        return []


def _generations(old: sqlite3.Connection | None, number: int) -> dict[int, int]:
    newest: dict[int, int] = {}
    if old is None or number < 0:
        return newest
    for name in ("generations", "outcome_states"):
        try:
            for index, generation, _ in old.execute(SQL[name], {"run": number, "start": 0, "stop": ANY_INDEX}):
                newest[index] = max(generation, newest.get(index, 1))
        except _UNREADABLE:
            continue
    return newest


def _batches(old: sqlite3.Connection | None, number: int, generation: int, found: Found) -> Iterator[list[TaskResult]]:
    batch: list[TaskResult] = []
    for result in _outcomes(old, number, found if generation == 1 else Found()):  # what is damaged counts once
        if result.generation == generation:
            batch.append(result)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _outcomes(old: sqlite3.Connection | None, number: int, found: Found) -> Iterator[TaskResult]:
    if old is None or number < 0:
        return
    for row in _read_all(old, "salvage_outcomes", {"run": number}, found):
        try:
            result = rows.read_outcome(row[:7])
            outputs = tuple(rows.read_outputs(row[7])) if row[7] is not None else ()
        except _UNREADABLE:
            found.damaged_rows += 1
            continue
        yield msgspec.structs.replace(result, outputs=outputs)


def _alike(old: sqlite3.Connection | None, number: int, found: Found) -> Iterator[tuple[Span, TaskResult]]:
    """Tasks that ended alike."""
    if old is None or number < 0 or not _has(old, "salvage_spans"):
        return
    for row in _read_all(old, "salvage_spans", {"run": number}, found):
        try:
            yield read_like(SpanRow(*row))
        except _UNREADABLE:
            found.damaged_rows += 1


def _read_all(
    old: sqlite3.Connection, name: str, values: dict[str, Any], found: Found, last: int = 1 << 32
) -> Iterator[Sequence[Any]]:
    """Rows in the order of their first column; where the file cannot be read, keys are skipped in growing steps."""
    after, step = -1, 1
    while after < last:
        try:
            for row in old.execute(SQL[name], {**values, "after": after}):
                after, step = row[0], 1
                yield row
            return
        except _UNREADABLE:
            found.damaged_rows += step == 1
            after, step = after + step, step * 2
