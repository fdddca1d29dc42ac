"""What lies beside a database, so that its loss is noticed and its index can be rebuilt.

``<store>.runs/<run id>`` holds each run as it was submitted, ``<run id>.parts`` what was added to it;
``<store>.runs/witness`` says how many commits the database should have. None is synced: they are for a damaged or
deleted database, not for a power cut, after which the database itself is sound.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from cellburst.model.ids import is_run_id
from cellburst.model.run import Run
from cellburst.model.sweep import SweepPart
from cellburst.store.database import CLOEXEC, NOFOLLOW
from cellburst.store.files import append_file, file_size, read_file
from cellburst.store.rows import checksum

_WITNESS = struct.Struct("<16sQQQ")
_RECORD = struct.Struct("<QQ")
_PART = struct.Struct("<QQ")
_decode_run = msgspec.msgpack.Decoder(Run).decode
_decode_part = msgspec.msgpack.Decoder(SweepPart).decode


class Witness(NamedTuple):
    """The last commit of the store ``id``; size and time of change (ns) of the database if it was closed in order."""

    id: bytes
    commits: int
    size: int = 0
    mtime_ns: int = 0


class Record(NamedTuple):
    """A run as it was submitted, the number that its rows had, and what was added to it, without gap."""

    number: int
    run: Run
    parts: tuple[SweepPart, ...] = ()


class Sidecars:
    """The folder beside one database."""

    def __init__(self, store: Path) -> None:
        self.folder = store.with_name(f"{store.stem}.runs")
        self._witness = -1
        self._mended: set[str] = set()

    def create(self) -> None:
        """Make the folder, for this user only."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, run: str, number: int, body: bytes) -> None:
        """Keep the record of a run. Raises OSError."""
        path = self._path(run)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NOFOLLOW | CLOEXEC
        with open(os.open(path, flags, 0o600), "wb") as file:
            file.write(_RECORD.pack(checksum(body, seed=number), number) + body)

    def remove(self, run: str) -> None:
        """Forget a run. Raises OSError."""
        self._mended.discard(run)
        self._parts_path(run).unlink(missing_ok=True)
        self._path(run).unlink(missing_ok=True)

    def add_part(self, run: str, body: bytes) -> int:
        """Keep what was added to a run; how many bytes there were before. Raises OSError."""
        path = self._parts_path(run)
        size = file_size(path) or 0
        if run not in self._mended:
            whole = _whole(read_file(path))
            if whole < size:  # a controller was killed while it wrote
                os.truncate(path, whole)
            size = whole
            self._mended.add(run)
        append_file(path, _PART.pack(checksum(body), len(body)) + body, size)
        return size

    def shrink(self, run: str, size: int) -> None:
        """Forget what was added behind so many bytes. Raises OSError."""
        os.truncate(self._parts_path(run), size)

    def ids(self) -> list[str]:
        """Runs that have a record."""
        return sorted(filter(is_run_id, os.listdir(self.folder))) if self.folder.is_dir() else []

    def records(self) -> Iterator[Record]:
        """Every whole record."""
        for name in self.ids():
            record = self._read(name)
            if record is not None:
                yield record

    def run(self, run: str) -> Run | None:
        """A run as it was submitted; None if its record is not whole."""
        record = self._read(run)
        return None if record is None else record.run

    def _read(self, name: str) -> Record | None:
        try:
            data = self._path(name).read_bytes()
            expected, number = _RECORD.unpack_from(data)
            body = data[_RECORD.size :]
            if checksum(body, seed=number) != expected:
                return None
            run = _decode_run(body)
            return Record(number, run, tuple(self._parts(name, run.count)))
        except (OSError, struct.error, msgspec.MsgspecError):
            return None

    def _parts(self, run: str, count: int) -> list[SweepPart]:
        """What was added to a run of so many tasks, as far as it is whole and without gap."""
        found: list[SweepPart] = []
        for body in _bodies(read_file(self._parts_path(run))):
            part = _decode_part(body)
            while found and found[-1].start >= part.start:  # never committed: of a controller that ended
                found.pop()
            if part.start != (found[-1].start + found[-1].view.count if found else count):
                return found
            found.append(part)
        return found

    def witness(self) -> Witness | None:
        """What was last said of the database; None if nothing was."""
        try:
            return Witness(*_WITNESS.unpack((self.folder / "witness").read_bytes()))
        except (OSError, struct.error):
            return None

    def testify(self, witness: Witness) -> None:
        """Say how far the database is. Called after each commit; not being able to is no error."""
        try:
            if self._witness < 0:
                flags = os.O_WRONLY | os.O_CREAT | NOFOLLOW | CLOEXEC
                self._witness = os.open(self.folder / "witness", flags, 0o600)
            os.pwrite(self._witness, _WITNESS.pack(*witness), 0)
        except OSError:
            pass

    def close(self) -> None:
        """Close the file of the witness."""
        if self._witness >= 0:
            os.close(self._witness)
            self._witness = -1

    def size(self) -> int:
        """Bytes of all records."""
        if not self.folder.is_dir():
            return 0
        with os.scandir(self.folder) as entries:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in entries)

    def _path(self, run: str) -> Path:
        if not is_run_id(run):
            raise ValueError(f"{run!r} is no run id")
        return self.folder / run

    def _parts_path(self, run: str) -> Path:
        return self._path(run).with_suffix(".parts")


def _bodies(data: bytes) -> Iterator[bytes]:
    """The records in a file of parts, up to the first that is torn or damaged."""
    place = 0
    while place + _PART.size <= len(data):
        expected, length = _PART.unpack_from(data, place)
        body = data[place + _PART.size : place + _PART.size + length]
        if len(body) != length or checksum(body) != expected:
            return
        yield body
        place += _PART.size + length


def _whole(data: bytes) -> int:
    """How many bytes of it are whole records."""
    return sum(_PART.size + len(body) for body in _bodies(data))
