"""Opening a store's database, its transactions, and its errors in our words. The only module that opens one.

SQLite before 3.51.3 can corrupt a WAL database that two connections write or checkpoint at once, so
exactly one connection writes: the controller's. All others are opened read-only.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cellburst.errors import DiskFullError, StoreBusyError, StoreError

BUSY_SECONDS = 5.0
_CHECKPOINT_PAGES = 4000  # 16 MB of log, so that ten thousand outcomes cost one checkpoint at most
_LOG_LIMIT = 64 << 20
_VACUUM_PAGES = 500
_PROBE_BYTES = 64 * 1024
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""Errors of a disk or quota that is used up."""
CLOEXEC = getattr(os, "O_CLOEXEC", 0)
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)


def connect_writer(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """The writing connection; creates the file, for this user only. Raises sqlite3.Error, OSError."""
    if not path.exists():  # closing a descriptor of an open database would drop its locks
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | CLOEXEC, 0o600))
    db = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        if path.stat().st_size == 0:
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")  # pruned runs give their space back
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA mmap_size = 0")  # an I/O error must be an error and no SIGBUS
        db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        db.execute(f"PRAGMA journal_size_limit = {_LOG_LIMIT}")
        db.text_factory = _text
    except BaseException:
        db.close()
        raise
    return db


def connect_reader(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection that can only read and never creates the file. Raises sqlite3.Error."""
    uri = path.absolute().as_uri() + "?mode=ro"
    # threads of a server share a reader, which has a lock of its own
    db = sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA query_only = ON")
        db.execute("PRAGMA mmap_size = 0")
        db.text_factory = _text
    except BaseException:
        db.close()
        raise
    return db


def give_back(db: sqlite3.Connection, seconds: float = 0.3) -> None:
    """Give pages that deleted rows left to the file system, for about so long. Raises sqlite3.Error."""
    (waits,) = db.execute("PRAGMA busy_timeout").fetchone()
    end = time.monotonic() + seconds
    db.execute("PRAGMA busy_timeout = 0")  # a reader may go on for long, and nobody waits for this
    try:
        while db.execute("PRAGMA freelist_count").fetchone()[0] and time.monotonic() < end:
            db.execute(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})").fetchall()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        db.execute(f"PRAGMA busy_timeout = {waits}")


def _text(data: bytes) -> str:
    """A damaged character must not hide the rest of a list."""
    return str(data, "utf-8", "replace")


@contextmanager
def transaction(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All writes inside are durable together at the end, or none is. Raises as ``translated``."""
    with translated(path):
        db.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:  # SQLite rolls back by itself on some errors
                db.execute("ROLLBACK")
            raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise errors of SQLite and of the file system as StoreBusyError, DiskFullError or StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise _in_our_words(error, path) from error
    except msgspec.MsgspecError as error:
        raise StoreError(f"a record in {path} is damaged ({error}); `%remote retry` makes it anew") from error
    except OSError as error:
        if error.errno in FULL:
            raise disk_full(path) from error
        raise StoreError(f"{path}: {error.strerror or error}; `cellburst doctor` looks for the cause") from error


def disk_full(path: Path) -> DiskFullError:
    """The error that names the full disk."""
    return DiskFullError(f"the disk that holds {path} is full; free some space, then `%remote retry last`")


def _in_our_words(error: sqlite3.Error, path: Path) -> StoreError:
    text = str(error).lower()  # Python 3.10 has no error codes on these exceptions
    if "locked" in text or "busy" in text:
        return StoreBusyError(f"another process has held {path} for too long; close it and try again")
    if "is full" in text or ("disk i/o error" in text and _is_full(path.parent)):
        return disk_full(path)
    if is_damage(error):
        return StoreError(f"{path} is damaged ({error}); it is rebuilt when the controller starts again")
    return StoreError(f"{path} cannot be used: {error}; `cellburst doctor` looks for the cause")


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is not a sound database."""
    text = str(error).lower()
    return "malformed" in text or "not a database" in text or "unsupported file format" in text


def _is_full(folder: Path) -> bool:
    """Whether a file can grow there no more: SQLite reports an exhausted quota as an I/O error."""
    import tempfile  # slow to import, and disks are seldom full

    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_PROBE_BYTES))
    except OSError as error:
        return error.errno in FULL
    return False
