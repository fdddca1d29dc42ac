"""Looking through a store as a page does."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

import msgspec

from cellburst.errors import DamagedBlobError
from cellburst.model.browsing import AttemptRow, Reported, RunGist, RunQuery, TaskQuery
from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import Counts, RunSummary
from cellburst.model.stored import TaskPage, TaskRow
from cellburst.model.sweep import SweepView
from cellburst.store import pages, rows, run_rows
from cellburst.store.database import translated
from cellburst.store.finding import Finder, numbers_of
from cellburst.store.letters import letters
from cellburst.store.queries import ANY_INDEX, SQL
from cellburst.store.reader import SqliteReader
from cellburst.store.sorting import needle_of
from cellburst.store.spans import read_spans

_NEWEST = (float("inf"), "~")
_GISTS_KEPT = 10_000
_STATES_KEPT = 8
_ORDERS_KEPT = 8
_PREFIX = 4000  # tasks of an order that are found at once
Key = TypeVar("Key")
Known = TypeVar("Known")
RETRIED = "retried"
"""The outcome of an attempt that raised an exception of the user's and had retries left."""


class _Sweep(msgspec.Struct, frozen=True):
    kind: str


class _Origin(msgspec.Struct, frozen=True):
    python: str = ""


class _Elsewhere(msgspec.Struct, frozen=True):
    env: str


class _Submitted(msgspec.Struct, frozen=True):
    """As much of a stored run as makes its gist."""

    sweep: _Sweep
    origin: _Origin = _Origin()
    elsewhere: _Elsewhere | None = None


class _Order(NamedTuple):
    """The first of ``total`` tasks that a query means, and when that was so."""

    version: str
    total: int
    indices: list[int]


_decode_submitted = msgspec.msgpack.Decoder(_Submitted).decode


class SqliteBrowser(SqliteReader):
    """A RunBrowser. Methods raise as those of SqliteReader."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._gists: dict[str, RunGist] = {}
        self._states: dict[str, tuple[str, bytes]] = {}
        self._orders: dict[tuple[str, TaskQuery], _Order] = {}

    def page(self, query: RunQuery) -> list[RunSummary]:
        """Runs that are meant, newest first."""
        submitted, run = query.before or _NEWEST
        values = {
            "submitted": submitted,
            "id": run,
            "states": f",{','.join(sorted(query.states))}," if query.states else "",
            "target": query.target,
            "text": needle_of(query.text).decode(errors="replace"),
            "limit": max(0, query.limit),
        }
        store = str(self._path)
        return [run_rows.read_summary(row, store) for row in self._all("run_page", values)]

    def summary(self, run: str) -> RunSummary:
        """A run as a list shows it, with all of its code. Raises UnknownRunError."""
        with self._reading():
            return run_rows.read_summary(self._row(run), str(self._path))

    def gists(self, runs: Iterable[str]) -> dict[str, RunGist]:
        """What never changes about runs, by their ids; those whose record is damaged are left out."""
        found = {}
        with self._reading():
            for run in runs:
                gist = self._gists.get(run) or self._read_gist(run)
                if gist is not None:
                    found[run] = gist
        return found

    def live_counts(self) -> tuple[int, Counts]:
        """How many runs have not ended, and their tasks."""
        (row,) = self._all("live_counts", {})
        return row["runs"], run_rows.read_counts(row)

    def version(self, run: str) -> str:
        """A word that changes with every change of the run's state, its counts or the state of a task."""
        with self._reading():
            return self._version(self._row(run))

    def states(self, run: str) -> str:
        """A letter for each task."""
        with self._reading():
            row = self._row(run)
            return self._letters(row, self._leases(int(row["number"]))).decode()

    def find_tasks(self, run: str, query: TaskQuery) -> TaskPage:
        """A page of tasks; a run whose record is damaged has no parameters here."""
        with self._reading():
            row = self._row(run)
            number, sweep = int(row["number"]), self._sweep(row)
            leases = self._leases(number)
            finder = Finder(self._db, number, lambda: self._letters(row, leases), sweep, leases)
            total, indices = self._order(row, query, finder)
            return TaskPage(total, self._rows_of(number, sweep, leases, indices))

    def numbers(self, run: str, name: str) -> list[float]:
        """What tasks that have succeeded gave under a name, in their order. Raises UnknownRunError."""
        with self._reading():
            return numbers_of(self._db, int(self._row(run)["number"]), name)

    def in_hand(self, run: str) -> dict[str, int]:
        """How many tasks each worker is at. Raises UnknownRunError."""
        with self._reading():
            leases = self._leases(int(self._row(run)["number"]))
        return dict(Counter(worker for _, worker, _ in leases.values()))

    def reported(self, run: str) -> list[Reported]:
        """Tasks whose newest generation has reported, those that did last first. Raises UnknownRunError, StoreError."""
        with self._reading():
            generations = self._generations(int(self._row(run)["number"]), 0, ANY_INDEX)
        with translated(self._path):
            files = self._files.reported(run)
        newest: dict[int, Reported] = {}
        for (index, generation, attempt), at in sorted(files):
            if generation == generations.get(index, 1):
                newest[index] = Reported(index, generation, attempt, at)
        return sorted(newest.values(), key=lambda one: (one.at, one.index), reverse=True)

    def attempts(self, run: str, index: int) -> list[AttemptRow]:
        """Every try at a task, oldest first."""
        with self._reading():
            number = int(self._row(run)["number"])
            of_task = {"run": number, "idx": index}
            tried = self._db.execute(SQL["attempts_of_task"], of_task).fetchall()
            endings = [tuple(row) for row in self._db.execute(SQL["endings_of_task"], of_task)]
            spans = read_spans(self._db, number, index, index + 1)
            endings += [(span.generation, span.kind, span.facts) for span in spans]
            generation = self._generations(number, index, index + 1).get(index, 1)
            lease = self._leases(number).get(index)
        found = [_tried(row) for row in tried] + [_ended(*ending) for ending in endings]
        if lease is not None and all(ended < generation for ended, *_ in endings):
            attempt, worker, at = lease
            found.append(AttemptRow(generation, attempt, "", worker, at))
        return sorted(found, key=lambda row: (row.generation, row.attempt))

    # inside a transaction

    def _version(self, row: sqlite3.Row) -> str:
        facts = tuple(self._db.execute(SQL["run_version"], {"id": row["id"]}).fetchone())
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def _letters(self, row: sqlite3.Row, leases: dict[int, pages.Lease]) -> bytes:
        """The states of all tasks, read again only if they have changed."""
        version = self._version(row)
        known = self._states.get(row["id"])
        if known is None or known[0] != version:
            known = version, bytes(letters(self._db, int(row["number"]), row["count"], leases))
            _remembered(self._states, row["id"], known, _STATES_KEPT)
        return known[1]

    def _order(self, row: sqlite3.Row, query: TaskQuery, finder: Finder) -> tuple[int, list[int]]:
        """How many tasks are meant, and those of the page; who turns the pages of a table waits only once."""
        if query.sort == "index" and not (query.states or query.text):
            return finder.find(query)
        version, end = self._version(row), query.offset + query.limit
        key = (row["id"], msgspec.structs.replace(query, offset=0, limit=0))
        known = self._orders.get(key)
        if known is None or known.version != version or len(known.indices) < min(end, known.total):
            whole = msgspec.structs.replace(query, offset=0, limit=max(2 * end, _PREFIX))
            known = _remembered(self._orders, key, _Order(version, *finder.find(whole)), _ORDERS_KEPT)
        return known.total, known.indices[query.offset : end]

    def _read_gist(self, run: str) -> RunGist | None:
        row = self._db.execute(SQL["run_row"], {"id": run}).fetchone()
        stored = row and self._db.execute(SQL["submission"], {"run": row["number"]}).fetchone()
        if not stored:
            return None
        try:
            whole = _decode_submitted(stored["body"])
        except msgspec.MsgspecError:
            return None
        gist = RunGist(whole.sweep.kind, whole.origin.python, whole.elsewhere is not None)
        return _remembered(self._gists, run, gist, _GISTS_KEPT)

    def _sweep(self, row: sqlite3.Row) -> SweepView:
        try:
            return self._whole(row).sweep
        except (DamagedBlobError, msgspec.MsgspecError):
            return SweepView("copies", row["count"])

    def _rows_of(
        self, number: int, sweep: SweepView, leases: dict[int, pages.Lease], indices: list[int]
    ) -> tuple[TaskRow, ...]:
        found: dict[int, TaskRow] = {}
        for first, last, among in pages.ranges(sweep.count, sorted(indices)):
            generations = self._generations(number, first, last)
            tried = self._tried(number, first, last, generations)
            chosen = among or frozenset()
            table = self._db.execute(SQL["task_rows"], {"run": number, "start": first, "stop": last})
            for index, generation, kind, body in table:
                if index in chosen and generation == generations.get(index, 1):
                    found[index] = pages.ended_row(index, generation, kind, body, sweep.params(index))
            for span in read_spans(self._db, number, first, last):
                for index in chosen.intersection(span.among(first, last, generations)):
                    found[index] = pages.ended_row(index, span.generation, span.kind, span.facts, sweep.params(index))
            for index in chosen - found.keys():
                generation = generations.get(index, 1)
                found[index] = pages.open_row(index, generation, sweep.params(index), leases.get(index), tried)
        return tuple(found[index] for index in indices)


def _remembered(memory: dict[Key, Known], key: Key, found: Known, most: int) -> Known:
    """Remember what was found, and forget the oldest."""
    memory.pop(key, None)
    while len(memory) >= most:
        del memory[next(iter(memory))]
    memory[key] = found
    return found


def _tried(row: Any) -> AttemptRow:
    outcome = RETRIED if row["loss"] is None else OutcomeKind.LOST.value
    return AttemptRow(
        row["generation"], row["attempt"], outcome, row["worker"], ended=row["at"], message=row["message"]
    )


def _ended(generation: int, kind: str, body: bytes) -> AttemptRow:
    try:
        facts = rows.read_facts(body)
    except msgspec.MsgspecError:
        return AttemptRow(generation, 0, kind, message="the record of this attempt is damaged")
    end = facts.started + facts.seconds
    message = facts.error or facts.note
    return AttemptRow(generation, facts.attempt, kind, facts.worker, facts.started, end, message)
