"""Tasks as a table shows them, and the ranges in which a long table is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cellburst.model.run import TaskState
from cellburst.model.stored import TaskRow
from cellburst.store import rows

PAGE = 2000  # tasks for each transaction
_BRIDGED = 32  # unwanted rows that cost less than another query
_DAMAGED = "the record of this task is damaged; run it again with `%remote retry`"

Lease = tuple[int, str, float]
"""Attempt, worker, since when."""


def ranges(count: int, wanted: list[int] | None) -> Iterator[tuple[int, int, frozenset[int] | None]]:
    """Ranges of tasks to read, in order, each with the ones that are wanted of it (None: all)."""
    if wanted is None:
        for first in range(0, count, PAGE):
            yield first, min(count, first + PAGE), None
        return
    chosen: list[int] = []
    for index in wanted:
        if chosen and (index >= chosen[0] + PAGE or index - chosen[-1] > _BRIDGED):
            yield chosen[0], chosen[-1] + 1, frozenset(chosen)
            chosen = []
        chosen.append(index)
    if chosen:
        yield chosen[0], chosen[-1] + 1, frozenset(chosen)


def ended_row(index: int, generation: int, kind: str, body: bytes, params: dict[str, Any]) -> TaskRow:
    """A task that has its outcome."""
    state = rows.state_of(kind)
    try:
        facts = rows.read_facts(body)
    except msgspec.MsgspecError:
        return TaskRow(index, state, params, generation, note=_DAMAGED)
    return TaskRow(
        index,
        state,
        params or facts.params or {},
        generation,
        facts.attempt,
        facts.started,
        facts.seconds,
        facts.peak_rss,
        facts.summary,
        facts.error,
        facts.note,
        facts.metrics,
        facts.worker,
        facts.cached,
        facts.files,
    )


def open_row(
    index: int, generation: int, params: dict[str, Any], lease: Lease | None, tried: Mapping[int, int]
) -> TaskRow:
    """A task that has none: it runs if a worker has it; ``tried`` is the last attempt of each that ended."""
    if lease is None:
        return TaskRow(index, TaskState.QUEUED.value, params, generation, tried.get(index, 0))
    attempt, worker, at = lease
    return TaskRow(index, TaskState.RUNNING.value, params, generation, attempt, at, worker=worker)
