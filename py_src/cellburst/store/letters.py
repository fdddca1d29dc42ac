"""The state of every task of a run as one letter each, without reading a row for each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from cellburst.model.run import TaskState
from cellburst.store.queries import SQL
from cellburst.store.rows import state_of

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
    for index in _open_tasks(db, of_run, count):
        found[index] = QUEUED
    for index, kind in db.execute(SQL["ended_otherwise"], of_run):
        if index < count:
            found[index] = ord(state_of(kind)[0])
    for index in leased:
        if index < count and found[index] == QUEUED:
            found[index] = RUNNING
    return found


def never_again(db: sqlite3.Connection, number: int) -> int:
    """Whether no task of the run was run again: then nobody need look for the newest outcome. Raises sqlite3.Error."""
    (plain,) = db.execute(SQL["never_again"], {"run": number}).fetchone()
    return int(plain)


def _open_tasks(db: sqlite3.Connection, of_run: dict[str, int], count: int) -> Iterator[int]:
    """Tasks without an outcome, block by block: full blocks are passed over."""
    blocks = dict(tuple(row) for row in db.execute(SQL["ended_in_blocks"], of_run))
    for first in range(0, count, _BLOCK):
        last = min(count, first + _BLOCK)
        ended = blocks.get(first // _BLOCK, 0)
        if ended >= last - first:
            continue
        among = {**of_run, "start": first, "stop": last}
        there = {row[0] for row in db.execute(SQL["ended_between"], among)} if ended else set()
        yield from (index for index in range(first, last) if index not in there)
