"""Opening a store for writing: is it whole, is it ours, is it as new as it was, and is it the original?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cellburst.errors import StoreError
from cellburst.store import rebuild, schema
from cellburst.store.database import connect_reader, connect_writer, is_damage
from cellburst.store.files import file_size
from cellburst.store.queries import SQL
from cellburst.store.sidecar import Sidecars, Witness


class Opened(NamedTuple):
    """A sound database of today's schema. ``notices`` are for the user.

    ``halt`` says why no run of it may go on by itself (empty: they may). ``behind`` means that commits are missing.
    """

    db: sqlite3.Connection
    notices: list[str]
    halt: str
    behind: bool


def open_sound(path: Path, sidecars: Sidecars, busy_seconds: float) -> Opened:
    """Open or create; what is damaged is moved aside and rebuilt. Raises sqlite3.Error, OSError, StoreError."""
    notices = []
    pending = rebuild.unfinished(path)
    db = None
    if pending is None:
        db, damage = _examine(path, sidecars, busy_seconds)
        if damage:
            pending = rebuild.move_aside(path, sidecars, damage)
    if pending is not None:
        notices.append(rebuild.finish(path, sidecars, pending))
    if db is None:
        db = _open(path, sidecars, busy_seconds)
    db.row_factory = sqlite3.Row
    halt, behind = _judge_identity(db, path, sidecars.witness())
    return Opened(db, notices + ([halt] if halt else []), halt, behind)


def _examine(path: Path, sidecars: Sidecars, busy_seconds: float) -> tuple[sqlite3.Connection | None, str]:
    """A sound database, opened, or what is wrong with it; neither if there never was one."""
    witness = sidecars.witness()
    if not path.exists() or path.stat().st_size == 0:
        there_was_one = witness is not None or any(sidecars.records())
        return None, ("its file is missing or empty" if there_was_one else "")
    try:
        if not _untouched(path, witness):
            with closing(connect_reader(path, busy_seconds)) as db:  # one that cannot make it worse
                damage = _damage(db, path, witness)
            if damage:
                return None, damage
        return _open(path, sidecars, busy_seconds), ""
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return None, str(error)


def _open(path: Path, sidecars: Sidecars, busy_seconds: float) -> sqlite3.Connection:
    sidecars.create()
    db = connect_writer(path, busy_seconds)
    try:
        schema.refuse_newer(db, path)
        schema.migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _untouched(path: Path, witness: Witness | None) -> bool:
    """Whether this is the very file that was closed in order, so that it need not be read through."""
    facts = path.stat()
    return witness is not None and (facts.st_size, facts.st_mtime_ns) == (witness.size, witness.mtime_ns)


def _damage(db: sqlite3.Connection, path: Path, witness: Witness | None) -> str:
    schema.refuse_newer(db, path)
    if not schema.is_ours(db):
        (tables,) = db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        fresh = tables == 0 and schema.version(db) == 0 and witness is None
        return "" if fresh else "it is not a run store"
    (page_size,) = db.execute("PRAGMA page_size").fetchone()
    if path.stat().st_size % page_size and not file_size(path.with_name(path.name + "-wal")):
        return "its end is missing"
    try:
        (answer,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except UnicodeDecodeError:  # it quotes what it found
        return "names in it are no text"
    if answer != "ok":
        return str(answer)
    return "" if db.execute(SQL["identity"]).fetchone() else "it has no identity"


def _judge_identity(db: sqlite3.Connection, path: Path, witness: Witness | None) -> tuple[str, bool]:
    """Why runs may not go on, and whether commits are missing."""
    known = db.execute(SQL["identity"]).fetchone()
    if known is None:
        raise StoreError(f"{path} has no identity; move it away and start again")
    if known["inode"] != path.stat().st_ino:
        return f"{path.name} is a copy or was restored from one; its live runs belong to the original", False
    if witness is not None and witness.id == known["id"] and known["commits"] < witness.commits:
        missing = witness.commits - known["commits"]
        return f"the last {missing} commits of {path.name} are missing: its -wal file was deleted or replaced", True
    return "", False
