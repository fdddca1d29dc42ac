"""Output records as bytes in a file: framed one by one, so that a torn end loses one record and no more."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from cellburst.model.gaps import Output, gap

_LENGTH = struct.Struct("<I")
FRAME_OVERHEAD = 96  # at most, of a stream record around its text
_PLAIN = {"output_type", "name", "text"}
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, Any] | tuple[str, str]).decode


def is_stream(record: Output) -> bool:
    """Whether it is text, which can be cut."""
    return record.get("output_type") == "stream"


def weight(record: Output) -> int:
    """How many bytes are missing if this record is not kept."""
    if is_stream(record):
        return len(_bytes(record["text"])) + int(record.get("dropped", 0))
    return len(_encode(record))


def length(record: Output) -> int:
    """How many bytes of room it takes."""
    return len(_bytes(record["text"])) if is_stream(record) else len(_encode(record))


def frame(record: Output) -> bytes:
    """A record with its length before it. Plain text, of which there is most, is only its name and itself."""
    body = _encode((record["name"], record["text"]) if record.keys() == _PLAIN else record)
    return _LENGTH.pack(len(body)) + body


def frames(data: bytes) -> Iterator[tuple[int, Output]]:
    """Every whole record with the place where it ends; stops at the first that is torn or damaged."""
    place = 0
    while place + _LENGTH.size <= len(data):
        (length,) = _LENGTH.unpack_from(data, place)
        place += _LENGTH.size + length
        if place > len(data):
            return
        try:
            record = _decode(data[place - length : place])
        except msgspec.MsgspecError:
            return
        if isinstance(record, tuple):
            record = {"output_type": "stream", "name": record[0], "text": record[1]}
        yield place, record


def joined(records: Sequence[Output]) -> list[Output]:
    """The same output in as few records as possible: neighbouring texts of one stream become one."""
    found: list[Output] = []
    texts: list[str] = []

    def flush() -> None:
        if len(texts) > 1:
            found[-1] = {**found[-1], "text": "".join(texts)}
        texts.clear()

    for record in records:
        follows = bool(texts) and is_stream(record) and not record.get("dropped")
        if follows and record.get("name") == found[-1].get("name"):
            texts.append(record["text"])
            continue
        flush()
        found.append(record)
        if is_stream(record) and not record.get("dropped"):  # what says that something is missing stays alone
            texts.append(record["text"])
    flush()
    return found


def cut(record: Output, room: int) -> tuple[Output | None, Output | None]:
    """A text in two: the first with at most ``room`` bytes, and the rest. Either is None if it would be empty."""
    data = _bytes(record["text"])
    first = data[: max(room, 0)].decode(errors="ignore")  # never half a character
    rest = data[len(first.encode()) :].decode()
    if not first:
        return None, record
    later = {**record, "text": rest}
    later.pop("dropped", None)
    return {**record, "text": first}, later if rest else None


def end_of(record: Output, room: int) -> Output:
    """The last bytes of a text, at most ``room``."""
    data = _bytes(record["text"])
    last = {**record, "text": data[max(0, len(data) - room) :].decode(errors="ignore")}
    last.pop("dropped", None)
    return last


def capped(records: Sequence[Output], head: int, tail: int) -> list[Output]:
    """At most about ``head`` bytes from the start and ``tail`` from the end, with a record for what is between."""
    kept, rest = _head(joined(records), head)
    last: list[Output] = []
    room = tail
    for place in range(len(rest) - 1, -1, -1):
        record = rest[place]
        if length(record) <= room and not record.get("dropped"):
            last.append(record)
            room -= length(record)
            continue
        dropped = sum(map(weight, rest[: place + 1]))
        if is_stream(record) and room > 0:
            record = end_of(record, room)
            dropped -= weight(record)
            last.append(record)
        last.append(gap(dropped))
        break
    return kept + last[::-1]


def _head(records: list[Output], room: int) -> tuple[list[Output], list[Output]]:
    kept: list[Output] = []
    for place, record in enumerate(records):
        size = length(record)
        if size <= room or (room > 0 and not is_stream(record)):  # a picture is kept whole or not at all
            kept.append(record)
            room -= size
            continue
        first, rest = cut(record, room) if is_stream(record) else (None, record)
        left = records[place + 1 :] if rest is None else [rest, *records[place + 1 :]]
        return kept + ([first] if first else []), left
    return kept, []


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")
