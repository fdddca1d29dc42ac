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
_VERSION_AFTER = {1: 1000}
"""Migration number -> the ``user_version`` after it."""
NEWEST = max(_VERSION_AFTER.values())


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
