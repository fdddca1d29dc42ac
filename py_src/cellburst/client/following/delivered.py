"""What of a task's output was shown already, so that nothing is shown twice after a reconnect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cellburst.model.gaps import gap, is_gap, missing_bytes

_Record = dict[str, Any]


class Delivered:
    """The output of a single run that a listener has got.

    A new controller sends the output so far again, in the same order but perhaps cut into other records,
    and shorter if the old one died with output that only it had.
    """

    def __init__(self) -> None:
        self.attempt = 0
        self._first: _Record | None = None
        self._units = 0
        self._replay_due = False

    def __bool__(self) -> bool:
        return self._first is not None

    def expect_replay(self) -> None:
        """The next output of the attempt may be what was there before."""
        self._replay_due = self._first is not None

    def new(self, attempt: int, outputs: Sequence[_Record]) -> list[_Record]:
        """What of ``outputs`` was not delivered before; it counts as delivered now."""
        if attempt != self.attempt:
            self.attempt, self._first, self._units = attempt, None, 0
        replayed = self._replay_due and self._first is not None and outputs and _alike(self._first, outputs[0])
        self._replay_due = False
        fresh = _after(outputs, self._units) if replayed else list(outputs)
        if self._first is None and outputs:
            self._first = outputs[0]
        self._units += sum(map(_size, fresh))
        return fresh


def _after(outputs: Sequence[_Record], units: int) -> list[_Record]:
    """What comes after the first ``units`` of the records."""
    for place, record in enumerate(outputs):
        size = _size(record)
        if units < size:
            return [_cut(record, units), *outputs[place + 1 :]] if units else list(outputs[place:])
        units -= size
    return []


def _size(record: _Record) -> int:
    """Bytes of a stream, those that are missing before it included; 1 for anything else, also if it is missing."""
    if record.get("output_type") != "stream":
        return 1
    written = 0 if is_gap(record) else len(record["text"].encode(errors="replace"))
    return written + missing_bytes(record) + int(record.get("unread", 0))


def _cut(record: _Record, units: int) -> _Record:
    """The stream record without its first ``units`` bytes."""
    missing = missing_bytes(record)
    if is_gap(record):
        return gap(missing - units)
    if units < missing:
        return {**record, "dropped": missing - units}
    text = record["text"].encode(errors="replace")[units - missing :].decode(errors="ignore")
    return {**{key: value for key, value in record.items() if key != "dropped"}, "text": text}


def _alike(first: _Record, other: _Record) -> bool:
    """Whether both can be the start of the same output."""
    if first.get("output_type") != "stream" or other.get("output_type") != "stream":
        return first == other
    if first.get("name") != other.get("name"):
        return False
    shorter, longer = sorted((first["text"], other["text"]), key=len)
    return bool(longer.startswith(shorter))
