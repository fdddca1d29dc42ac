"""Outcomes on disk, for the case that nobody is there to take them: one ``Outcomes`` message in each file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cellburst import faults
from cellburst.wire.pool import Outcomes

_SUFFIX = ".out"
_UNFINISHED = ".tmp"
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Outcomes)


def write(folder: Path, message: Outcomes) -> Path:
    """Keep ``message`` so that it survives a power cut; the file. Raises OSError, and leaves nothing then."""
    name = f"{message.serial:012d}-{os.urandom(4).hex()}"
    temporary, path = folder / f"{name}{_UNFINISHED}", folder / f"{name}{_SUFFIX}"
    try:
        with open(temporary, "xb") as file:
            faults.point("pool.spool.write")
            file.write(_encoder.encode(message))
            file.flush()
            os.fsync(file.fileno())
        faults.point("pool.spool.written")
        temporary.rename(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    faults.point("pool.spool.renamed")
    return path


def read(folder: Path) -> Iterator[tuple[Path, Outcomes]]:
    """What was kept, oldest pool first and in the order of its serials; the caller unlinks what it has committed.

    A file that cannot be read is renamed to ``*.damaged``, said in the log and left out.
    """
    for path in sorted(folder.glob(f"*{_SUFFIX}"), key=_age):
        try:
            message = _decoder.decode(path.read_bytes())
        except FileNotFoundError:
            continue  # its pool was told meanwhile that it is committed
        except (OSError, msgspec.MsgspecError) as error:
            print(f"cellburst: outcome file {path} cannot be read and is set aside: {error}", file=sys.stderr)
            _set_aside(path)
            continue
        yield path, message


def remove_unfinished(folder: Path) -> None:
    """Remove what a pool that is gone did not finish writing."""
    for path in folder.glob(f"*{_UNFINISHED}"):
        path.unlink(missing_ok=True)


def _age(path: Path) -> tuple[float, str]:
    try:
        return path.stat().st_mtime, path.name
    except OSError:
        return 0.0, path.name


def _set_aside(path: Path) -> None:
    try:
        path.rename(path.with_suffix(".damaged"))
    except OSError:
        pass  # somebody else has just done so


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
