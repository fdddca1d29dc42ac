"""One connection of a reader: its transactions, and what every question begins with."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgspec

from cellburst.errors import DamagedBlobError, UnknownRunError
from cellburst.model.ids import is_run_id
from cellburst.model.run import Run
from cellburst.store import pages, parts, rows, run_rows, schema
from cellburst.store.blob_sweep import Blobs
from cellburst.store.database import translated
from cellburst.store.outputs import OutputFiles
from cellburst.store.queries import SQL
from cellburst.store.sidecar import Sidecars

_REMEMBERED = 16
Self = TypeVar("Self", bound="Reading")


class Reading:
    """A database of this package's schema, or of an older one that ``schema.make_up`` did its part for (``older``).

    May be used by several threads.
    """

    def __init__(
        self, db: sqlite3.Connection, path: Path, files: OutputFiles, blobs: Blobs | None, *, older: bool = False
    ) -> None:
        self._older = older
        db.row_factory = sqlite3.Row
        self._db = db
        self._path = path
        self._files = files
        self._blobs = blobs
        self._sidecars = Sidecars(path)
        self._lock = threading.RLock()
        self._known: dict[str, tuple[Run, bytes | None]] = {}  # with what was said of it since

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The database."""
        return self._path

    def close(self) -> None:
        """Close the database; nothing else may be called afterwards."""
        with self._lock:
            self._db.close()

    # inside a transaction

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One consistent view of the tables."""
        with self._lock, translated(self._path):
            if self._db.in_transaction:
                yield
                return
            if self._older:
                self._older = not schema.take_back(self._db)
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                if self._db.in_transaction:
                    self._db.execute("COMMIT")

    def _all(self, name: str, values: dict[str, Any]) -> list[sqlite3.Row]:
        with self._reading():
            return self._db.execute(SQL[name], values).fetchall()

    def _row(self, run: str) -> sqlite3.Row:
        row = self._db.execute(SQL["run_row"], {"id": run}).fetchone() if is_run_id(run) else None
        if row is None:
            raise UnknownRunError(f"there is no run {run!r}; `%remote runs` lists them")
        found: sqlite3.Row = row
        return found

    def _whole(self, row: sqlite3.Row) -> Run:
        name, is_open = row["name"], bool(row["open"])
        known, search = self._known.get(row["id"], (None, None))
        fresh = known is not None and known.count <= row["count"] and search == row["search"]
        found = known if known is not None and fresh else run_rows.as_now(self._submitted(row), row["search"])
        sweep = parts.grown(self._db, row["number"], found.sweep, row["count"])
        if found is not known or (found.name, found.open) != (name, is_open) or found.sweep is not sweep:
            found = msgspec.structs.replace(found, name=name, open=is_open, sweep=sweep)
            self._known.pop(row["id"], None)
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[row["id"]] = found, row["search"]
        return found

    def _submitted(self, row: sqlite3.Row) -> Run:
        stored = self._db.execute(SQL["submission"], {"run": row["number"]}).fetchone()
        try:
            if stored is None:
                raise DamagedBlobError(f"the record of run {row['id']} is missing; submit the run again")
            return run_rows.read_run(stored["body"], stored["checksum"])
        except DamagedBlobError:
            beside = self._sidecars.run(row["id"])
            if beside is None:
                raise
            return beside

    def _generations(self, number: int, start: int, stop: int) -> dict[int, int]:
        among = {"run": number, "start": start, "stop": stop}
        return {index: generation for index, generation, _ in self._db.execute(SQL["generations"], among)}

    def _leases(self, number: int) -> dict[int, pages.Lease]:
        held: dict[int, pages.Lease] = {}
        for _, attempt, worker, at, body in self._db.execute(SQL["leases"], {"run": number}):
            held.update(dict.fromkeys(rows.read_indices(body), (attempt, worker, at)))
        return held
