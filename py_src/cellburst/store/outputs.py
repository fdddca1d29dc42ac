"""Output of attempts in files: the start, and the newest end, of any volume.

``<run>/<index>.<attempt>.head`` holds the start. When it is full, ``.tail0`` and ``.tail1`` take turns: the one
being written, and the full one before it, so that at least a tail's worth of the newest output is there. Each
begins with its number in the row of tails and with how much was dropped before it. ``.end`` holds what came
with the outcome, ``.usage`` what the attempt used of its machine, ``.reports`` what it reported. Above generation 1
the attempt is written ``<attempt>g<generation>``.

Nothing here is synced, and a full disk drops output and counts it.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cellburst.errors import UnknownRunError
from cellburst.model.gaps import Output, gap
from cellburst.model.ids import is_run_id
from cellburst.model.report import Report
from cellburst.model.usage import UsageSample
from cellburst.store.files import append_file, file_size, files_of_kind, read_file, replace_file, unless_full
from cellburst.store.output_records import (
    FRAME_OVERHEAD,
    capped,
    cut,
    end_of,
    frame,
    frames,
    is_stream,
    joined,
    weight,
)
from cellburst.store.report_files import ReportFiles
from cellburst.store.usage_records import packed, unpacked, whole

_TAIL = struct.Struct("<QQ")
_REMEMBERED = 1024
_STEM = re.compile(r"([0-9]+)\.([0-9]+)(?:g([0-9]+))?")


class Attempt(NamedTuple):
    """Whose output it is, within its run."""

    task: int
    generation: int
    attempt: int

    @property
    def stem(self) -> str:
        """The name of its files, without what they hold."""
        stem = f"{self.task}.{self.attempt}"
        return stem if self.generation == 1 else f"{stem}g{self.generation}"


@dataclass(slots=True)
class _State:
    """How far the files of an attempt are: sizes in bytes; ``serial`` numbers the tails from 1."""

    head: int = 0
    closed: bool = False
    dropped: int = 0
    serial: int = 0
    size: int = 0
    weight: int = 0
    earlier_weight: int = 0


class OutputFiles:
    """The output files of all runs of one store, below ``root``. ``head`` and ``tail`` are bytes for each attempt."""

    def __init__(self, root: Path, head: int, tail: int) -> None:
        self._root = root
        self._head = head
        self._tail = tail
        self._states: dict[tuple[str, Attempt], _State] = {}
        self._reports = ReportFiles()

    def has_run(self, run: str) -> bool:
        """Whether any attempt of the run has files."""
        return self._folder(run).is_dir()

    def append(self, run: str, attempt: Attempt, records: Sequence[Output]) -> None:
        """Add output of a running attempt. Raises OSError, but not for a full disk."""
        state = self._state(run, attempt)
        try:
            self._folder(run).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            unless_full(error)
            self._drop(state, records)
            return
        for record in joined(records):
            self._add(run, attempt, state, record)

    def finish(self, run: str, attempt: Attempt, records: Sequence[Output]) -> None:
        """Add what came with the outcome; the same again changes nothing. Raises OSError."""
        if not records:
            return
        self._folder(run).mkdir(mode=0o700, parents=True, exist_ok=True)
        room = max(0, self._head - (self._size(run, attempt, "head") or 0))
        body = b"".join(map(frame, capped(records, room, self._tail)))
        replace_file(self._path(run, attempt, "end"), body)

    def short(self, run: str, attempt: Attempt, limit: int) -> list[Output] | None:
        """What was appended, if it fits in ``limit`` bytes; None if it does not."""
        if any(self._size(run, attempt, part) is not None for part in ("tail0", "tail1")):
            return None
        size = self._size(run, attempt, "head")
        if size is None:
            return []
        state = self._states.get((run, attempt))
        if size > limit or (state is not None and state.dropped):
            return None
        return self._records(run, attempt, "head")

    def read(self, run: str, attempt: Attempt) -> list[Output]:
        """Everything kept of an attempt, in order; a record says what is missing. Raises OSError."""
        found = self._records(run, attempt, "head")
        tails = sorted(filter(None, (self._read(run, attempt, f"tail{place}") for place in (0, 1))), key=_serial)
        if tails:
            _, dropped = _serial(tails[-1])
            found += [gap(dropped)] if dropped else []
            found += [record for tail in tails for _, record in frames(tail[_TAIL.size :])]
        return joined(found + self._records(run, attempt, "end"))

    def append_usage(self, run: str, attempt: Attempt, samples: Sequence[UsageSample]) -> None:
        """Add what a running attempt uses. Raises OSError, but not for a full disk: then they are not kept."""
        path = self._path(run, attempt, "usage")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            size = file_size(path) or 0
            if size != whole(size):
                os.truncate(path, whole(size))
            append_file(path, packed(samples), whole(size))
        except OSError as error:
            unless_full(error)

    def usage(self, run: str, attempt: Attempt) -> list[UsageSample]:
        """What an attempt used, oldest first. Raises OSError."""
        return unpacked(read_file(self._path(run, attempt, "usage")))

    def append_reports(self, run: str, attempt: Attempt, reports: Sequence[Report]) -> None:
        """Add what a running attempt reports. Raises OSError, but not for a full disk: then they are not kept."""
        self._reports.append(self._path(run, attempt, "reports"), reports)

    def reports(self, run: str, attempt: Attempt) -> list[Report]:
        """What an attempt reported, oldest first. Raises OSError."""
        return self._reports.read(self._path(run, attempt, "reports"))

    def reported(self, run: str) -> list[tuple[Attempt, float]]:
        """Attempts that have reported, with the wall seconds of when they last did. Raises OSError."""
        found = ((_STEM.fullmatch(stem), at) for stem, at in files_of_kind(self._folder(run), ".reports"))
        return [(Attempt(int(stem[1]), int(stem[3] or 1), int(stem[2])), at) for stem, at in found if stem]

    def discard(self, run: str, attempt: Attempt) -> None:
        """Remove the files of an attempt."""
        self._states.pop((run, attempt), None)
        for part in ("head", "tail0", "tail1", "end"):
            self._path(run, attempt, part).unlink(missing_ok=True)

    def remove_run(self, run: str) -> None:
        """Remove the files of a run."""
        for key in [key for key in self._states if key[0] == run]:
            del self._states[key]
        self._reports.forget(self._folder(run))
        shutil.rmtree(self._folder(run), ignore_errors=True)

    def runs(self) -> list[str]:
        """Runs that have files."""
        return sorted(filter(is_run_id, os.listdir(self._root))) if self._root.is_dir() else []

    def run_bytes(self, run: str) -> int:
        """Bytes of the files of a run."""
        try:
            with os.scandir(self._folder(run)) as entries:
                return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
        except FileNotFoundError:
            return 0

    # writing

    def _add(self, run: str, attempt: Attempt, state: _State, record: Output) -> None:
        left: Output | None = record
        try:
            if not state.closed:
                first, rest = self._for_head(state, record)
                if first is not None:
                    append_file(self._path(run, attempt, "head"), frame(first), state.head)
                    state.head += len(frame(first))
                left, state.closed = rest, rest is not None
            if left is not None:
                self._add_to_tail(run, attempt, state, left)
        except OSError as error:
            unless_full(error)
            self._drop(state, [left] if left is not None else [])

    def _drop(self, state: _State, records: Sequence[Output]) -> None:
        """Nothing can be written now: what comes later begins a tail, whose header has the count."""
        state.closed, state.size = True, self._tail
        state.dropped += sum(map(weight, records))

    def _for_head(self, state: _State, record: Output) -> tuple[Output | None, Output | None]:
        room = self._head - state.head
        if len(frame(record)) <= room or (room > 0 and not is_stream(record)):  # a picture is kept whole
            return record, None
        return cut(record, room - FRAME_OVERHEAD) if is_stream(record) else (None, record)

    def _add_to_tail(self, run: str, attempt: Attempt, state: _State, record: Output) -> None:
        data = frame(record)
        if is_stream(record) and len(data) > self._tail:
            self._start_over(run, attempt, state, record)
        elif state.serial == 0 or state.size + len(data) > self._tail:
            serial, dropped = state.serial + 1, state.dropped + state.earlier_weight
            body = _TAIL.pack(serial, dropped) + data
            replace_file(self._path(run, attempt, f"tail{serial % 2}"), body)
            state.earlier_weight, state.weight = state.weight, weight(record)
            state.serial, state.dropped, state.size = serial, dropped, len(body)
        else:
            append_file(self._path(run, attempt, f"tail{state.serial % 2}"), data, state.size)
            state.size += len(data)
            state.weight += weight(record)

    def _start_over(self, run: str, attempt: Attempt, state: _State, record: Output) -> None:
        """A text longer than a tail: its own end is all that is kept."""
        last = end_of(record, self._tail - FRAME_OVERHEAD)
        dropped = state.dropped + state.earlier_weight + state.weight + weight(record) - weight(last)
        serial = state.serial + 1
        body = _TAIL.pack(serial, dropped) + frame(last)
        replace_file(self._path(run, attempt, f"tail{serial % 2}"), body)
        self._path(run, attempt, f"tail{state.serial % 2}").unlink(missing_ok=True)
        state.earlier_weight, state.weight = 0, weight(last)
        state.serial, state.dropped, state.size = serial, dropped, len(body)

    # knowing how far the files are

    def _state(self, run: str, attempt: Attempt) -> _State:
        state = self._states.get((run, attempt))
        if state is None:
            if len(self._states) >= _REMEMBERED:
                del self._states[next(iter(self._states))]
            state = self._states[(run, attempt)] = self._found(run, attempt)
        return state

    def _found(self, run: str, attempt: Attempt) -> _State:
        """The state that an earlier controller's files are in; a torn last record is cut off."""
        state = _State()
        state.head = self._mend(run, attempt, "head", 0)[0]
        tails = []
        for place in (0, 1):
            header = self._read(run, attempt, f"tail{place}")[: _TAIL.size]
            if len(header) == _TAIL.size:
                tails.append((*_TAIL.unpack(header), *self._mend(run, attempt, f"tail{place}", _TAIL.size)))
        tails.sort()
        if tails:
            state.closed = True
            state.serial, state.dropped, state.size, state.weight = tails[-1]
            state.earlier_weight = tails[0][3] if len(tails) == 2 else 0
        return state

    def _mend(self, run: str, attempt: Attempt, part: str, start: int) -> tuple[int, int]:
        """Cut off a torn last record; the size of the file and the weight of its records."""
        data = self._read(run, attempt, part)
        size, total = start, 0
        for place, record in frames(data[start:]):
            size, total = start + place, total + weight(record)
        if size < len(data):
            os.truncate(self._path(run, attempt, part), size)
        return size, total

    def _records(self, run: str, attempt: Attempt, part: str) -> list[Output]:
        return [record for _, record in frames(self._read(run, attempt, part))]

    def _read(self, run: str, attempt: Attempt, part: str) -> bytes:
        return read_file(self._path(run, attempt, part))

    def _size(self, run: str, attempt: Attempt, part: str) -> int | None:
        return file_size(self._path(run, attempt, part))

    def _path(self, run: str, attempt: Attempt, part: str) -> Path:
        return self._folder(run) / f"{attempt.stem}.{part}"

    def _folder(self, run: str) -> Path:
        if not is_run_id(run):
            raise UnknownRunError(f"{run!r} is no run id; `%remote runs` lists them")
        return self._root / run


def _serial(tail: bytes) -> tuple[int, int]:
    found: tuple[int, int] = _TAIL.unpack_from(tail) if len(tail) >= _TAIL.size else (0, 0)
    return found
