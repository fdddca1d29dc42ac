"""What lies beside a database, so that its loss is noticed and its index can be rebuilt.

``<store>.runs/<run id>`` holds each run as it was submitted; ``<store>.runs/witness`` says how many commits the
database should have. Neither is synced: they are for a damaged or deleted database, not for a power cut, after
which the database itself is sound.
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
from cellburst.store.database import CLOEXEC, NOFOLLOW
from cellburst.store.rows import checksum

_WITNESS = struct.Struct("<16sQQQ")
_RECORD = struct.Struct("<QQ")
_decode_run = msgspec.msgpack.Decoder(Run).decode


class Witness(NamedTuple):
    """The last commit of the store ``id``; size and time of change (ns) of the database if it was closed in order."""

    id: bytes
    commits: int
    size: int = 0
    mtime_ns: int = 0


class Record(NamedTuple):
    """A run as it was submitted and the number that its rows had."""

    number: int
    run: Run


class Sidecars:
    """The folder beside one database."""

    def __init__(self, store: Path) -> None:
        self.folder = store.with_name(f"{store.stem}.runs")
        self._witness = -1

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
        self._path(run).unlink(missing_ok=True)

    def ids(self) -> list[str]:
        """Runs that have a record."""
        return sorted(filter(is_run_id, os.listdir(self.folder))) if self.folder.is_dir() else []

    def records(self) -> Iterator[Record]:
        """Every whole record."""
        for name in self.ids():
            record = self._read(name)
            if record is not None:
                yield record

    def _read(self, name: str) -> Record | None:
        try:
            data = self._path(name).read_bytes()
            expected, number = _RECORD.unpack_from(data)
            body = data[_RECORD.size :]
            if checksum(body, seed=number) != expected:
                return None
            return Record(number, _decode_run(body))
        except (OSError, struct.error, msgspec.MsgspecError):
            return None

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
