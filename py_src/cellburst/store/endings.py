"""Outcomes into their tables: many rows in one statement, short output beside them, and keys to find them by."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.store import rows
from cellburst.store.output_records import joined
from cellburst.store.outputs import Attempt, OutputFiles
from cellburst.store.queries import SQL

_TOGETHER = 50  # rows for each statement: a fifth less time than one by one
_INSERT_TOGETHER = SQL["insert_outcomes"].rstrip(";") + ", (?, ?, ?, ?, ?, ?, ?, ?, ?)" * (_TOGETHER - 1)


def insert_outcomes(db: sqlite3.Connection, table: Sequence[tuple[Any, ...]]) -> None:
    """Rows of "insert_outcomes". Raises sqlite3.Error."""
    whole = len(table) - len(table) % _TOGETHER
    for first in range(0, whole, _TOGETHER):
        db.execute(_INSERT_TOGETHER, tuple(chain.from_iterable(table[first : first + _TOGETHER])))
    db.executemany(SQL["insert_outcomes"], table[whole:])


def insert_kept(db: sqlite3.Connection, run: int, results: Iterable[TaskResult], at: float) -> None:
    """Let successes that have a key be found by it. Raises sqlite3.Error."""
    kept = [(found.key, run, found.index, at) for found in results if is_kept(found)]
    if kept:
        db.executemany(SQL["insert_kept"], sorted(kept))  # neighbours in the index are written together


def is_kept(result: TaskResult) -> bool:
    """Whether another task may take over this result."""
    return bool(result.key) and result.kind is OutcomeKind.SUCCEEDED


def row_outputs(
    files: OutputFiles, run: str, result: TaskResult, inline: int, *, begun: bool
) -> tuple[bytes | None, bool]:
    """What goes into the row: all output of the attempt if it is short; otherwise it is in files.

    ``begun`` says that the run had files before.
    The second part says whether files have the same and can be removed once the row is durable. Raises OSError.
    """
    attempt = Attempt(result.index, result.generation, result.attempt)
    earlier = files.short(run, attempt, inline) if begun else []
    if earlier is None:  # too long already
        if result.outputs:
            files.finish(run, attempt, result.outputs)
        return None, False
    if not result.outputs and not earlier:
        return None, False
    body = rows.outputs_body(joined((*earlier, *result.outputs)))
    if len(body) > inline:
        files.finish(run, attempt, result.outputs)
        return None, False
    return body, bool(earlier)
