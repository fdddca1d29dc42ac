"""The state of every task of a run as one letter each, without reading a row for each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from cellburst.model.run import TaskState
from cellburst.store.queries import ANY_INDEX, SQL
from cellburst.store.rows import state_of
from cellburst.store.spans import read_spans

_BLOCK = 256  # as in "ended_in_blocks"
QUEUED, RUNNING, SUCCEEDED = (
    ord(state.value[0]) for state in (TaskState.QUEUED, TaskState.RUNNING, TaskState.SUCCEEDED)
)
ORDER = "".join(state.value[0] for state in TaskState)
"""The letters, in the order in which tasks are sorted by their state."""


def letters(db: sqlite3.Connection, number: int, count: int, leased: Iterable[int]) -> bytearray:
    """The letters of ``count`` tasks. Most have succeeded, so only the others are looked for. Raises sqlite3.Error."""
    found = bytearray([SUCCEEDED]) * count
    of_run = {"run": number, "plain": never_again(db, number)}
    _mark_open(found, db, of_run)
    for index, kind in db.execute(SQL["ended_otherwise"], of_run):
        if index < count:
            found[index] = ord(state_of(kind)[0])
    generations = generations_of(db, of_run)
    for span in read_spans(db, number):
        tasks = span.among(0, count, generations)
        if isinstance(tasks, range):
            found[tasks.start : tasks.stop] = state_of(span.kind)[0].encode() * len(tasks)
        for index in () if isinstance(tasks, range) else tasks:
            found[index] = ord(state_of(span.kind)[0])
    for index in leased:
        if index < count and found[index] == QUEUED:
            found[index] = RUNNING
    return found


def never_again(db: sqlite3.Connection, number: int) -> int:
    """Whether no task of the run was run again: then nobody need look for the newest outcome. Raises sqlite3.Error."""
    (plain,) = db.execute(SQL["never_again"], {"run": number}).fetchone()
    return int(plain)


def generations_of(db: sqlite3.Connection, of_run: dict[str, int]) -> dict[int, int]:
    """The newest generation of each task that was run again. Raises sqlite3.Error."""
    if of_run["plain"]:
        return {}
    return {row[0]: row[1] for row in db.execute(SQL["generations"], {**of_run, "start": 0, "stop": ANY_INDEX})}


def _mark_open(found: bytearray, db: sqlite3.Connection, of_run: dict[str, int]) -> None:
    """Tasks without a row of their own wait. Block by block: full blocks are passed over, and empty ones filled."""
    blocks = dict(tuple(row) for row in db.execute(SQL["ended_in_blocks"], of_run))
    count = len(found)
    for first in range(0, count, _BLOCK):
        last = min(count, first + _BLOCK)
        ended = blocks.get(first // _BLOCK, 0)
        if not ended:
            found[first:last] = bytes([QUEUED]) * (last - first)
        elif ended < last - first:
            among = {**of_run, "start": first, "stop": last}
            there = {row[0] for row in db.execute(SQL["ended_between"], among)}
            for index in range(first, last):
                if index not in there:
                    found[index] = QUEUED
