"""Which ended runs are deleted: first those that are too old, then the oldest until the rest fits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cellburst.store.outputs import OutputFiles
from cellburst.store.queries import SQL

_DAY = 86400.0


class Candidate(NamedTuple):
    """An ended run and the bytes that go with it: its own, and those of each blob that it needs, by digest."""

    id: str
    ended: float
    own_bytes: int
    blobs: dict[bytes, int]


def choose(
    oldest_first: Iterable[Candidate],
    users: dict[bytes, int],
    used: int,
    keep_days: float,
    keep_bytes: int,
    now: float,
) -> list[str]:
    """The runs to delete. ``users`` counts the runs that need a blob, where more than one does; ``used`` is bytes."""
    users = dict(users)
    chosen = []
    for run in oldest_first:
        if now - run.ended <= keep_days * _DAY and used <= keep_bytes:
            break  # all that follow are younger
        chosen.append(run.id)
        used -= run.own_bytes
        for digest, size in run.blobs.items():
            left = users.get(digest, 1) - 1
            users[digest] = left
            used -= size if left == 0 else 0
    return chosen


def candidates(db: sqlite3.Connection, files: OutputFiles) -> Iterator[Candidate]:
    """Ended runs, the one that ended first before the others. Raises sqlite3.Error."""
    for number, run, ended in db.execute(SQL["ended_runs"]).fetchall():
        (rows,) = db.execute(SQL["run_row_bytes"], {"run": number}).fetchone()
        blobs = dict(tuple(row) for row in db.execute(SQL["run_blobs"], {"run": number}))
        yield Candidate(run, ended, (rows or 0) + files.run_bytes(run), blobs)


def shared_blobs(db: sqlite3.Connection) -> dict[bytes, int]:
    """How many runs need each blob that more than one needs. Raises sqlite3.Error."""
    return dict(tuple(row) for row in db.execute(SQL["blob_users"]))


def bytes_in_use(db: sqlite3.Connection, files: OutputFiles) -> int:
    """What the runs of this store hold: used pages, blobs and output files. Raises sqlite3.Error, OSError."""
    pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in _PAGES)
    (blobs,) = db.execute(SQL["blob_bytes"]).fetchone()
    return int((pages - free) * size + blobs + sum(map(files.run_bytes, files.runs())))


_PAGES = ("page_count", "freelist_count", "page_size")
