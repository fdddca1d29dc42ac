"""Output by its place: every byte that a task wrote has a number, whether it was kept or not.

Records are put together anew each time they are read, and of a long output the middle goes; a place stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cellburst.model.gaps import Output, gap, is_gap, missing_bytes
from cellburst.store.output_records import cut, is_stream, weight


class Piece(NamedTuple):
    """Some output: ``end`` is the place behind it, ``dropped`` bytes of it were not kept, ``more`` follows."""

    records: list[Output]
    end: int
    dropped: int
    more: bool


def length(records: Iterable[Output]) -> int:
    """The place behind the last record."""
    return sum(map(_extent, records))


def piece(records: Sequence[Output], start: int, limit: int) -> Piece:
    """The output from the place ``start`` on: about ``limit`` bytes (at least 4), or one record that cannot be cut."""
    found: list[Output] = []
    place = missing = 0
    room = limit
    for record in records:
        end = place + _extent(record)
        if end > max(place, start):
            lost = max(0, min(end, place + missing_bytes(record)) - max(place, start))
            rest = gap(lost) if is_gap(record) else _from(record, max(0, start - place))
            if not is_stream(rest):
                if found and weight(rest) > room:
                    return Piece(found, place, missing, True)
                found.append(rest)
            elif not rest["text"] or is_gap(rest):
                found.append(rest)
            else:
                first, left = cut(rest, room)
                found += [first] if first is not None else []
                if left is not None:
                    return Piece(found, end - _text_bytes(left), missing + lost, True)
            missing += lost
            room -= weight(rest) - lost
        place = end
    return Piece(found, place, missing, False)


def _extent(record: Output) -> int:
    return int(record["dropped"]) if is_gap(record) else weight(record)


def _from(record: Output, skipped: int) -> Output:
    """A text without its first bytes; those that are missing before it come first."""
    if not is_stream(record) or not skipped:
        return record
    lost = missing_bytes(record)
    rest = {name: value for name, value in record.items() if name != "dropped"}
    if skipped < lost:
        return {**rest, "dropped": lost - skipped}
    data = record["text"].encode(errors="replace")[skipped - lost :]
    return {**rest, "text": data.decode(errors="ignore")}


def _text_bytes(record: Output) -> int:
    return len(record["text"].encode(errors="replace"))
