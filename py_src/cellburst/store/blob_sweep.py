"""Removing blobs that nothing names: mark over every store of the user, then sweep what is old enough."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from cellburst.errors import StoreError
from cellburst.model.blob import BlobRef
from cellburst.store import rows, schema
from cellburst.store.database import connect_reader
from cellburst.store.parts import blobs_of_part
from cellburst.store.queries import SQL
from cellburst.store.sidecar import Sidecars
from cellburst.wire.pool import Outcomes

_decode_outcomes = msgspec.msgpack.Decoder(Outcomes).decode


class Blobs(Protocol):
    """What the sweep needs of a blob folder: each blob with its time of change, and a way to remove one."""

    def __iter__(self) -> Iterator[tuple[BlobRef, float]]: ...
    def path(self, ref: BlobRef) -> Path: ...
    def discard(self, ref: BlobRef) -> int: ...
    def remove_partial(self, before: float) -> int: ...


def sweep(blobs: Blobs, named: frozenset[str] | set[str], older_than: float) -> int:
    """Remove blobs that are not ``named`` and were last put before ``older_than`` (wall seconds); the bytes freed."""
    freed = 0
    for ref, changed in blobs:
        if ref.digest in named or changed >= older_than:
            continue
        try:
            facts = blobs.path(ref).stat()
            changed = max(facts.st_atime, facts.st_mtime)  # it may have been put again since the folder was listed
        except FileNotFoundError:
            pass  # it was found damaged and set aside: its name is another, its time was listed
        if changed < older_than:
            freed += blobs.discard(ref)
    return freed + blobs.remove_partial(older_than)


def named_digests(data: Path) -> set[str] | None:
    """Every digest that a store or a spool below ``data`` names; None if one of them cannot be read for sure."""
    found: set[str] = set()
    stores = sorted((data / "stores").glob("*.db"))
    folders = sorted((data / "stores").glob("*.runs"))
    try:
        for store in stores:
            found |= _of_store(store)
        for folder in folders:
            if folder.with_suffix(".db") not in stores:  # its database is gone, to be rebuilt from these
                found |= _digests(_of_records(Sidecars(folder.with_suffix(".db"))))
        for file in sorted((data / "spool").glob("*/*.out")):
            outcomes = _decode_outcomes(file.read_bytes())
            found |= _digests(ref for result in outcomes.results for ref in rows.blobs_of(result))
    except (sqlite3.Error, OSError, StoreError, msgspec.MsgspecError):
        return None
    return found


def _of_store(store: Path) -> set[str]:
    db = connect_reader(store)
    try:
        schema.refuse_newer(db, store)
        if not schema.is_ours(db):
            raise StoreError(f"{store} is no run store")
        return {digest.hex() for (digest,) in db.execute(SQL["blob_digests"])}
    finally:
        db.close()


def _of_records(sidecars: Sidecars) -> Iterator[BlobRef]:
    for record in sidecars.records():
        yield from record.run.blobs()
        for part in record.parts:
            yield from blobs_of_part(part)


def _digests(refs: Iterable[BlobRef]) -> set[str]:
    return {ref.digest for ref in refs}
