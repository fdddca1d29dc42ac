"""When commits reach the disk: each at its end, or many together a moment later."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from cellburst.store.database import CLOEXEC


class LogSync:
    """The log of one database; ``testify`` is called whenever the disk has all of it.

    Not before: after a power cut it would look as if somebody had deleted the log.
    """

    def __init__(self, db: sqlite3.Connection, path: Path, testify: Callable[[], None]) -> None:
        self._db = db
        self._path = path
        self._testify = testify
        self._at_commits = True
        self._waits = False

    def before(self, lasting: bool) -> None:
        """A transaction begins; unless it is ``lasting``, its end does not wait for the disk. Raises sqlite3.Error."""
        if lasting is not self._at_commits:
            self._db.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
            self._at_commits = lasting

    def after(self, lasting: bool) -> None:
        """It was committed; what was committed before it is on the disk as it is itself."""
        self._waits = not lasting
        if lasting:
            self._testify()

    def sync(self) -> None:
        """Let the disk have what was committed until now. Raises OSError."""
        if self._waits:
            _sync(self._path.with_name(self._path.name + "-wal"))
            self.after(True)


def _sync(log: Path) -> None:
    try:  # the log of a database has no locks, which closing a descriptor would drop
        descriptor = os.open(log, os.O_RDONLY | CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
