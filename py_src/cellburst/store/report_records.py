"""What an attempt reported, as bytes of a file: framed one by one, so that a torn end loses one report and no more.

A report keeps its number among all that there were. When a file has too many, those are kept whose numbers lie
evenly, the first and the newest among them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import msgspec

from cellburst.model.report import Report

MOST = 10_000
"""Reports of one attempt that are kept."""
_LENGTH = struct.Struct("<I")
_encode = msgspec.msgpack.Encoder().encode


class Numbered(msgspec.Struct, frozen=True, array_like=True):
    """A report and which one it was, from 0."""

    number: int
    report: Report


_decode = msgspec.msgpack.Decoder(Numbered).decode


def packed(reports: Sequence[Numbered]) -> bytes:
    """The bytes of some reports."""
    bodies = map(_encode, reports)
    return b"".join([_LENGTH.pack(len(body)) + body for body in bodies])


def unpacked(data: bytes) -> tuple[list[Numbered], int]:
    """The reports in a file, and the bytes that they take: fewer than there are if its end is torn."""
    found: list[Numbered] = []
    place = 0
    while place + _LENGTH.size <= len(data):
        (length,) = _LENGTH.unpack_from(data, place)
        end = place + _LENGTH.size + length
        try:
            found.append(_decode(data[end - length : end]))
        except msgspec.MsgspecError:
            break
        place = end
    return found, place


def thinned(reports: Sequence[Numbered], most: int) -> list[Numbered]:
    """At most ``most`` of them, evenly by their numbers, the first and the last included."""
    if len(reports) <= most:
        return list(reports)
    first, last = reports[0].number, reports[-1].number
    wanted = [first + (last - first) * step / max(1, most - 1) for step in range(most)]
    kept: list[Numbered] = []
    place = 0
    for number in wanted:
        while place + 1 < len(reports) and reports[place + 1].number <= number:
            place += 1
        if not kept or kept[-1].number != reports[place].number:
            kept.append(reports[place])
    if kept[-1].number != last:
        kept[-1] = reports[-1]
    return kept
