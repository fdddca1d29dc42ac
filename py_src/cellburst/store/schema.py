"""Which schema a store has, and how an older one becomes today's.

``PRAGMA user_version`` is ``1000 * major + minor``. A minor step only adds what older code may ignore;
a major one changes what older code reads, so older code refuses it. There is no way back.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from cellburst.errors import StoreError
from cellburst.store.queries import SQL, migrations

APPLICATION_ID = 0x63627374  # "cbst", in the header of the file
_VERSION_AFTER = {1: 1000, 2: 2000, 3: 2001, 4: 3000}
"""Migration number -> the ``user_version`` after it."""
NEWEST = max(_VERSION_AFTER.values())


_MADE_UP_2 = """
CREATE TEMP VIEW runs AS SELECT *, 0 AS open, 0 AS pruned, NULL AS search FROM main.runs;
CREATE TEMP TABLE parts (run, start, count, key, view, given, checksum);
CREATE TEMP TABLE kept (key, run, idx, at);
"""
_MADE_UP_3 = "CREATE TEMP TABLE machines (run, name, live, price, billed, ended, body, checksum);"
_MADE_UP_4 = "CREATE TEMP TABLE spans (run, first, stop, generation, kind, facts, failure, checksum);"
_MADE_UP = {2: _MADE_UP_2, 3: _MADE_UP_3, 4: _MADE_UP_4}
"""What stands for each migration where it was not made."""


def new_store_id() -> bytes:
    """Sixteen bytes that no other store has."""
    return os.urandom(16)


def version(db: sqlite3.Connection) -> int:
    """The schema of this file; 0 for a fresh one."""
    (found,) = db.execute("PRAGMA user_version").fetchone()
    return int(found)


def is_ours(db: sqlite3.Connection) -> bool:
    """Whether the header says that this is a run store."""
    (found,) = db.execute("PRAGMA application_id").fetchone()
    return bool(found == APPLICATION_ID)


def refuse_newer(db: sqlite3.Connection, path: Path) -> None:
    """Raises StoreError when only a newer cellburst understands this file."""
    found = version(db)
    if found // 1000 > NEWEST // 1000:
        raise StoreError(
            f"{path} was written by a newer cellburst (schema {found // 1000}.{found % 1000}, this one knows"
            f" {NEWEST // 1000}.{NEWEST % 1000}); pip install --upgrade cellburst"
        )


def make_up(db: sqlite3.Connection) -> bool:
    """Let a reader find in an older store what was added since, empty; whether it is one. Raises sqlite3.Error.

    What is temporary hides what is in the file, so ``take_back`` is for when that is migrated meanwhile.
    """
    if version(db) >= NEWEST or not is_ours(db):
        return False
    db.execute("PRAGMA query_only = OFF")
    db.execute("PRAGMA temp_store = MEMORY")
    found = version(db)
    db.executescript("".join(script for number, script in _MADE_UP.items() if found < _VERSION_AFTER[number]))
    db.execute("PRAGMA query_only = ON")
    return True


def take_back(db: sqlite3.Connection) -> bool:
    """End that if the store has become today's; whether it has. Raises sqlite3.Error."""
    if version(db) < NEWEST:
        return False
    db.execute("PRAGMA query_only = OFF")
    db.execute("DROP VIEW IF EXISTS temp.runs")
    for name in ("parts", "kept", "machines", "spans"):
        db.execute(f"DROP TABLE IF EXISTS temp.{name}")
    db.execute("PRAGMA query_only = ON")
    return True


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring the file to today's schema, step by step; each step is whole or did not happen. Raises sqlite3.Error."""
    found = version(db)
    done = max((number for number, after in _VERSION_AFTER.items() if after <= found), default=0)
    for number, script in migrations(above=done):
        try:
            db.executescript("BEGIN IMMEDIATE;\n" + script)
            if number == 1:
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(SQL["create_store"], {"id": new_store_id(), "inode": path.stat().st_ino})
            db.execute(f"PRAGMA user_version = {_VERSION_AFTER[number]}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
