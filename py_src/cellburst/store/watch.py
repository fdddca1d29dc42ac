"""Noticing that a store's controller has committed, and reading where every run is: both cheap enough to repeat."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from msgspec.structs import replace

from cellburst.errors import StoreError
from cellburst.model.stored import Standing
from cellburst.store import run_rows, schema
from cellburst.store.database import connect_reader, translated
from cellburst.store.machine_rows import read_meter
from cellburst.store.queries import SQL

_BUSY_SECONDS = 0.5  # whoever watches looks again soon


class SqliteWatch:
    """A StoreWatch on a database of this package's schema. One thread at a time; opening raises StoreError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with translated(path):
            self._db = connect_reader(path, _BUSY_SECONDS)
            try:
                self._db.row_factory = sqlite3.Row
                schema.refuse_newer(self._db, path)
                if not schema.is_ours(self._db):
                    raise StoreError(f"{path} is not a run store yet, or is damaged; start the controller to see")
                self._older = schema.make_up(self._db)
            except BaseException:
                self._db.close()
                raise

    def version(self) -> int:
        """A number that differs from the one before if another process has committed since: no clock is involved."""
        with translated(self._path):
            found: int = self._db.execute("PRAGMA data_version").fetchone()[0]
            return found

    def standings(self) -> dict[str, Standing]:
        """Where every run is, by its id."""
        with translated(self._path):
            if self._older:
                self._older = not schema.take_back(self._db)
            found = self._db.execute(SQL["standings"]).fetchall()
            with_machines = self._db.execute(SQL["all_meters"], {"now": time.time()}).fetchall()
        standings = {row["id"]: Standing(row["name"], run_rows.read_status(row), bool(row["open"])) for row in found}
        for run, base, rate, fresh, mark in with_machines:
            if run in standings:
                meter = None if base is None else read_meter(base, rate, fresh)
                standings[run] = replace(standings[run], meter=meter, machines=mark)
        return standings

    def close(self) -> None:
        """Nothing else may be called afterwards."""
        self._db.close()
