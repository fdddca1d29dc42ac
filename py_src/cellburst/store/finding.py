"""Finding tasks of a run by state and text, in any order, without a Python object for each."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from heapq import merge
from itertools import compress, islice, repeat
from operator import and_
from typing import Any

from cellburst.model.browsing import TaskQuery
from cellburst.model.sweep import SweepView
from cellburst.store import sorting
from cellburst.store.letters import ORDER, QUEUED, RUNNING, generations_of, never_again
from cellburst.store.pages import Lease
from cellburst.store.queries import SQL
from cellburst.store.spans import SpanRow, read_spans

_LAST = b""  # sorts behind numbers and texts in SQLite; NULL before them


class Finder:
    """The tasks of one run, inside a transaction. Methods raise sqlite3.Error."""

    def __init__(
        self,
        db: sqlite3.Connection,
        number: int,
        letters: Callable[[], bytes],
        sweep: SweepView,
        leases: Mapping[int, Lease],
    ) -> None:
        self._db = db
        self._number = number
        self._count = sweep.count
        self._letters = letters
        self._sweep = sweep
        self._leases = leases

    def find(self, query: TaskQuery) -> tuple[int, list[int]]:
        """How many tasks are meant, and the indices of the page."""
        chosen = self._chosen(query)
        total = self._count if chosen is None else chosen.count(1)
        end = min(query.offset + query.limit, total)
        if query.offset >= end:
            return total, []
        among = range(self._count) if chosen is None else compress(range(self._count), chosen)
        if query.sort == "index":
            return total, [*among][::-1][query.offset : end] if query.descending else [
                *islice(among, query.offset, end)
            ]
        if query.sort == "state":
            found = sorted(among, key=self._letters().translate(_RANKS).__getitem__, reverse=query.descending)[:end]
        elif query.sort == "param":
            found = _by_keys(self._param_keys(query.name), among, query.descending)[:end]
        else:
            return total, self._by_facts(query, chosen, total, end)
        return total, found[query.offset :]

    def _chosen(self, query: TaskQuery) -> bytes | None:
        """A byte for each task: 1 if it is meant; None if all are."""
        masks: list[bytes | bytearray] = []
        if query.states:
            wanted = bytes(chr(code) in {state[0] for state in query.states} for code in range(256))
            masks.append(self._letters().translate(wanted))
        if query.text:
            masks.append(self._with_text(sorting.needle_of(query.text)))
        if not masks:
            return None
        return bytes(masks[0] if len(masks) == 1 else map(and_, *masks))

    def _with_text(self, needle: bytes) -> bytearray:
        found = sorting.params_with(self._sweep, needle).ljust(self._count, b"\0")
        self._db.create_function("says", 1, lambda body: sorting.says(body, needle))
        for (index,) in self._ended("ended_with_text", {"text": needle.decode(errors="replace")}):
            if index < self._count:
                found[index] = 1
        for span, tasks in self._alike():
            if sorting.says(span.facts, needle):
                for index in tasks:
                    found[index] = 1
        for index, body in self._told():
            if index < self._count and sorting.says_params(body, needle):
                found[index] = 1
        return found

    def _param_keys(self, name: str) -> list[Any]:
        """The key of one parameter for every task, from the sweep or from the outcome."""
        keys = sorting.param_keys(self._sweep, name)
        for index, body in self._told():
            if index < self._count and keys[index] is None:
                keys[index] = sorting.plain_key(sorting.told_params(body).get(name))
        return keys

    def _told(self) -> Iterable[tuple[Any, ...]]:
        """Facts of tasks whose parameters nobody knew before they ran."""
        return () if sorting.tells_all(self._sweep) else self._ended("ended_facts", {})

    def _by_facts(self, query: TaskQuery, chosen: bytes | None, total: int, end: int) -> list[int]:
        """A page by a column of the outcomes, and behind it the tasks that have none."""
        is_open = self._letters().translate(_OPEN)
        opened = [*compress(range(self._count), is_open if chosen is None else map(and_, is_open, chosen))]
        running = self._running(query, opened)
        rest = [index for index in opened if index not in self._leases] if running else opened
        keyed = total - len(rest)
        found: list[int] = []
        alike = [*self._keyed_alike(query, chosen)]
        if running or alike:
            by_order = partial(_order, descending=query.descending)
            ended = self._sorted(query, chosen, 0, end)
            merged = merge(ended, running, *alike, key=by_order, reverse=query.descending)
            found = [index for _, index in islice(merged, query.offset, end)]
        elif query.offset < keyed:
            found = [index for _, index in self._sorted(query, chosen, query.offset, end)]
        return found + rest[max(0, query.offset - keyed) : max(0, end - keyed)]

    def _sorted(self, query: TaskQuery, chosen: bytes | None, start: int, end: int) -> list[tuple[Any, int]]:
        missing = None if query.descending else _LAST
        self._db.create_function("sort_key", 1, sorting.facts_key(query.sort, query.name, missing))
        self._db.create_function("chosen", 1, (chosen or b"").__getitem__)
        name = "ended_descending" if query.descending else "ended_ascending"
        return self._ended(name, {"every": chosen is None, "limit": end - start, "offset": start})

    def _alike(self) -> Iterator[tuple[SpanRow, Sequence[int]]]:
        """Tasks that have no row of their own because they ended like their neighbours."""
        generations = generations_of(self._db, self._of_run())
        for span in read_spans(self._db, self._number):
            yield span, span.among(0, self._count, generations)

    def _keyed_alike(self, query: TaskQuery, chosen: bytes | None) -> Iterator[Iterator[tuple[Any, int]]]:
        """The same with their keys, in order, as far as they are chosen."""
        key_of = sorting.facts_key(query.sort, query.name, None if query.descending else _LAST)
        for span, tasks in self._alike():
            wanted = tasks if chosen is None else compress(tasks, map(chosen.__getitem__, tasks))
            yield zip(repeat(key_of(span.facts)), wanted, strict=False)

    def _running(self, query: TaskQuery, opened: Sequence[int]) -> list[tuple[Any, int]]:
        """What running tasks have of the column, in order; nothing if it is none of a lease's."""
        place = {"attempt": 0, "worker": 1, "started": 2}.get(query.sort)
        if place is None:
            return []
        keyed = [(sorting.plain_key(self._leases[index][place]), index) for index in opened if index in self._leases]
        return sorted(keyed, key=partial(_order, descending=query.descending), reverse=query.descending)

    def _ended(self, name: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        cursor = self._db.cursor()
        cursor.row_factory = None
        return cursor.execute(SQL[name], {**self._of_run(), **values}).fetchall()

    def _of_run(self) -> dict[str, int]:
        return {"run": self._number, "plain": never_again(self._db, self._number)}


def numbers_of(db: sqlite3.Connection, number: int, name: str) -> list[float]:
    """What the tasks of a run that have succeeded gave under a name, in their order: logged, or as part of a value.

    Tasks that gave no finite number are left out. Raises sqlite3.Error.
    """
    logged, valued = sorting.facts_key("metric", name, None), sorting.facts_key("value", name, None)
    cursor = db.cursor()
    cursor.row_factory = None
    found: list[float] = []
    for (body,) in cursor.execute(SQL["succeeded_facts"], {"run": number, "plain": never_again(db, number)}):
        given = logged(body)
        if given is None:
            given = valued(body)
        if isinstance(given, (int, float)) and math.isfinite(given):
            found.append(float(given))
    return found


_RANKS = bytes(max(0, ORDER.find(chr(code))) for code in range(256))
_OPEN = bytes(code in (QUEUED, RUNNING) for code in range(256))


def _order(keyed: tuple[Any, int], descending: bool) -> tuple[Any, int]:
    """By the key in its direction; among equals the lower index comes first in either."""
    key, index = keyed
    return sorting.rank(key, descending), -index if descending else index


def _by_keys(keys: Sequence[Any], indices: Iterable[int], descending: bool) -> list[int]:
    """Tasks by their keys, each kind of key for itself: comparing pairs would cost ten times as much."""
    numbers: list[int] = []
    texts: list[int] = []
    missing: list[int] = []
    for index in indices:
        key = keys[index]
        (missing if key is None else texts if type(key) is str else numbers).append(index)
    for some in (numbers, texts):
        some.sort(key=keys.__getitem__, reverse=descending)  # stable: among equals the index decides
    return (texts + numbers if descending else numbers + texts) + missing
