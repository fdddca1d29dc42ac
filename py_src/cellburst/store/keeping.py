"""Finding results by their keys, and reading many of them, for runs that need not compute them again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import xxhash
from msgspec.structs import replace

from cellburst.errors import DamagedBlobError
from cellburst.model.blob import BlobRef
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.store import rows
from cellburst.store.blob_sweep import Blobs
from cellburst.store.endings import is_kept
from cellburst.store.outputs import Attempt, OutputFiles
from cellburst.store.queries import SQL

_FAR = 28 * 86400.0  # seconds; after 30 days the bucket has nothing any more, unless its owner says otherwise
Task = tuple[str, int]
"""A run and the index of a task of it."""
Place = tuple[int, int, str]
"""The number of a run, the index of a task of it, and the run's id."""


def places_of(db: sqlite3.Connection, keys: Iterable[bytes]) -> Iterator[tuple[list[Place], bytes]]:
    """Where each key that is kept has successes, the newest first. Raises sqlite3.Error."""
    cursor = _plain(db)
    for key in keys:
        if found := cursor.execute(SQL["kept_by_key"], (key,)).fetchall():
            yield found, key


def sound(db: sqlite3.Connection, some: Iterable[tuple[list[Place], bytes]], blobs: Blobs | None) -> dict[bytes, Task]:
    """For each key its first place where there is still what was written. Raises sqlite3.Error."""
    cursor = _plain(db)
    found: dict[bytes, Task] = {}
    for places, key in some:
        for number, index, run in places:
            row = cursor.execute(SQL["newest_outcome"], {"run": number, "idx": index}).fetchone()
            result = None if row is None else _read(row[:-1])
            if result is None or result.key != key or not is_kept(result):
                continue
            if _is_there(result, blobs) or _is_far(cursor, number, result):
                found[key] = (run, index)
                break
    return found


def successes(
    db: sqlite3.Connection, files: OutputFiles, run: tuple[str, int], indices: Iterable[int]
) -> Iterator[TaskResult]:
    """The newest outcomes of tasks of a run (id and number) with outputs; what did not succeed, or is damaged, is left
    out. Raises sqlite3.Error, OSError."""
    cursor = _plain(db)
    in_files = files.has_run(run[0])
    for index in sorted(set(indices)):
        row = cursor.execute(SQL["newest_outcome"], {"run": run[1], "idx": index}).fetchone()
        result = None if row is None else _read(row[:-1], row[-1])
        if result is None or result.kind is not OutcomeKind.SUCCEEDED:
            continue
        if in_files and row[-1] is None:
            attempt = Attempt(index, result.generation, result.attempt)
            result = replace(result, outputs=tuple(files.read(run[0], attempt)))
        yield result


def read_blob(ref: BlobRef, blobs: Blobs | None) -> bytes:
    """The bytes of a blob. Raises DamagedBlobError."""
    try:
        body = b"" if blobs is None else blobs.path(ref).read_bytes()
    except OSError:
        body = b""
    if xxhash.xxh3_128_hexdigest(body) != ref.digest:
        raise DamagedBlobError(f"blob {ref.digest} is not there, or not what was written; submit the run again")
    return body


def _plain(db: sqlite3.Connection) -> sqlite3.Cursor:
    """Tuples: nothing is asked for by its name."""
    cursor = db.cursor()
    cursor.row_factory = None
    return cursor


def _read(row: Sequence[Any], outputs: bytes | None = None) -> TaskResult | None:
    """An outcome; None if it is damaged."""
    try:
        result = rows.read_outcome(row)
        return result if outputs is None else replace(result, outputs=tuple(rows.read_outputs(outputs)))
    except (DamagedBlobError, msgspec.MsgspecError, ValueError):
        return None


def _is_there(result: TaskResult, blobs: Blobs | None) -> bool:
    """Whether every blob that it needs is there, and as long as it was."""
    if blobs is None:
        return True
    for ref in rows.blobs_of(result):
        try:
            if blobs.path(ref).stat().st_size != ref.size:
                return False
        except OSError:
            return False
    return True


def _is_far(cursor: sqlite3.Cursor, run: int, result: TaskResult) -> bool:
    """Whether the value of a run on machines may still be in their bucket, from which it is fetched when somebody asks
    for it."""
    if time.time() - result.started > _FAR:
        return False
    return cursor.execute(SQL["has_machines"], (run,)).fetchone() is not None
