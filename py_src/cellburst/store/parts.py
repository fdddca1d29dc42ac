"""What was added to a run after it was submitted: as rows, and back into one view of its sweep."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec

from cellburst.errors import DamagedBlobError
from cellburst.model.blob import BlobRef, Packed
from cellburst.model.sweep import KEY, SweepPart, SweepView
from cellburst.store.queries import SQL
from cellburst.store.rows import checksum

_TOGETHER = 4096  # rows of a table that grows: joining costs a copy of it each time
_NONE = SweepPart(0, SweepView("copies", 0))
_PLAIN = frozenset({"copies", "calls", "search"})
_encode = msgspec.msgpack.Encoder().encode
_decode_view = msgspec.msgpack.Decoder(SweepView).decode


class _Content(msgspec.Struct, frozen=True):
    """What the tasks of a part are given where their results are kept, too; otherwise the column is ``given`` alone."""

    given: tuple[Packed, ...]
    keys: bytes


_decode_content = msgspec.msgpack.Decoder(tuple[Packed, ...] | _Content).decode


def fits(part: SweepPart, count: int) -> bool:
    """Whether the part continues a run of so many tasks."""
    more = part.view.count
    return part.start == count and more > 0 and len(part.given) in (0, more) and len(part.keys) in (0, KEY * more)


def part_row(run: int, part: SweepPart) -> dict[str, Any]:
    """The parameters of "insert_part"."""
    view = _encode(part.view)
    given = _encode(_Content(part.given, part.keys) if part.keys else part.given) if part.given or part.keys else None
    return {
        "run": run,
        "start": part.start,
        "count": part.view.count,
        "key": part.key or None,
        "view": view,
        "given": given,
        "checksum": checksum(view, given, seed=part.start),
    }


def part_body(part: SweepPart) -> bytes:
    """The whole part."""
    return _encode(part)


def blobs_of_part(part: SweepPart) -> list[BlobRef]:
    """Every blob that its tasks need."""
    return [ref for packed in part.given for ref in packed.blobs()]


def read_part(row: Sequence[Any], key: str = "") -> SweepPart:
    """The part of a row of "part_of_task". Raises DamagedBlobError, msgspec.MsgspecError."""
    start, count, view, given, expected = row[:5]
    if checksum(view, given, seed=start) != expected:
        raise DamagedBlobError(
            f"the stored record of tasks {start} to {start + count - 1} is not what was written; submit the run again"
        )
    content = () if given is None else _decode_content(given)
    if isinstance(content, _Content):
        return SweepPart(start, _decode_view(view), content.given, key, content.keys)
    return SweepPart(start, _decode_view(view), content, key)


def given_of(db: sqlite3.Connection, run: int, indices: Iterable[int]) -> dict[int, Packed]:
    """What added tasks were given, by index. Raises sqlite3.Error, DamagedBlobError."""
    found = ((index, part) for index, part in _parts_of(db, run, indices) if part.given)
    return {index: part.given[index - part.start] for index, part in found}


def keys_of(db: sqlite3.Connection, run: int, indices: Iterable[int]) -> dict[int, bytes]:
    """The keys of added tasks that have one, by index. Raises sqlite3.Error, DamagedBlobError."""
    found = ((index, part) for index, part in _parts_of(db, run, indices) if part.keys)
    return {index: key_at(part.keys, index - part.start) for index, part in found}


def key_at(keys: bytes, place: int) -> bytes:
    """One of the keys that stand behind each other."""
    return keys[KEY * place : KEY * (place + 1)]


def _parts_of(db: sqlite3.Connection, run: int, indices: Iterable[int]) -> Iterator[tuple[int, SweepPart]]:
    """The part of each task that was added, in order."""
    part, first = _NONE, db.execute(SQL["first_added"], (run,)).fetchone()[0]
    for index in sorted({index for index in indices if index >= first} if first is not None else ()):
        if index >= part.start + part.view.count:
            row = db.execute(SQL["part_of_task"], {"run": run, "idx": index}).fetchone()
            part = _NONE if row is None else read_part(tuple(row))
        if 0 <= index - part.start < part.view.count:
            yield index, part


def grown(db: sqlite3.Connection, run: int, known: SweepView, count: int) -> SweepView:
    """``known`` with what was added since, up to ``count`` tasks. Raises sqlite3.Error, DamagedBlobError."""
    if known.count >= count:
        return known
    added = []
    end = known.count
    for row in db.execute(SQL["part_views"], {"run": run, "after": known.count}):
        part = read_part(tuple(row))
        if part.start != end:
            break
        added.append(part.view)
        end += part.view.count
    if end < count:
        raise DamagedBlobError(f"the stored record of tasks {end} to {count - 1} is missing; submit the run again")
    return with_parts(known, added)


def with_parts(sweep: SweepView, added: Iterable[SweepView]) -> SweepView:
    """A sweep that has these tasks too; neighbours that are alike become one part, so that there are few."""
    *parts, last = sweep.parts or (None,)
    pending = [] if last is None else [last]
    size = sum(view.count for view in pending)
    for view in added:
        if pending and not _alike(pending[0], view, size):
            parts.append(_joined(pending))
            pending, size = [], 0
        pending.append(view)
        size += view.count
    parts += [_joined(pending)] if pending else []
    count = sweep.own + sum(part.count for part in parts)
    return msgspec.structs.replace(sweep, count=count, parts=tuple(parts))


def _alike(one: SweepView, other: SweepView, count: int) -> bool:
    """Whether tasks of ``other`` can follow those of ``one``, ``count`` until now, in the same part."""
    if one.parts or other.parts or one.kind != other.kind or one.columns != other.columns:
        return False
    if one.kind in _PLAIN:
        return not (one.rows or other.rows)
    if one.kind != "table" or not _whole(other):
        return False
    return _whole(one) and count < _TOGETHER


def _whole(view: SweepView) -> bool:
    return len(view.rows) == view.count


def _joined(views: Sequence[SweepView]) -> SweepView:
    if len(views) == 1:
        return views[0]
    count = sum(view.count for view in views)
    return msgspec.structs.replace(views[0], count=count, rows=tuple(chain.from_iterable(view.rows for view in views)))
