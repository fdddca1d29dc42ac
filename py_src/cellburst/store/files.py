"""Small files written whole or not at all, as far as a killed process and a full disk are concerned."""

from __future__ import annotations

import os
from pathlib import Path

from cellburst.store.database import CLOEXEC, FULL, NOFOLLOW

_READ_ONLY = os.O_RDONLY | NOFOLLOW | CLOEXEC
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | NOFOLLOW | CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NOFOLLOW | CLOEXEC


def read_file(path: Path) -> bytes:
    """What a file holds; empty if there is none. Follows no link. Raises OSError."""
    try:
        with open(os.open(path, _READ_ONLY), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""


def file_size(path: Path) -> int | None:
    """Bytes of a file; None if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def files_of_kind(folder: Path, ending: str) -> list[tuple[str, float]]:
    """Names without that ending, and when each last changed (wall seconds); nothing if there is no folder."""
    try:
        with os.scandir(folder) as entries:
            ours = [entry for entry in entries if entry.name.endswith(ending)]
            return [(entry.name.removesuffix(ending), entry.stat(follow_symlinks=False).st_mtime) for entry in ours]
    except FileNotFoundError:
        return []


def append_file(path: Path, data: bytes, size: int) -> None:
    """Append to a file of ``size`` bytes; it has that size still if this raises OSError."""
    descriptor = os.open(path, _APPEND, 0o600)
    try:
        _write_all(descriptor, data)
    except OSError:
        os.ftruncate(descriptor, size)
        raise
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file beside its place and move it there. Raises OSError, and then nothing has changed."""
    temporary = path.with_suffix(path.suffix + "~")
    try:
        descriptor = os.open(temporary, _WRITE, 0o600)
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def unless_full(error: OSError) -> None:
    """Raise an error again that is not about a full disk or an exhausted quota."""
    if error.errno not in FULL:
        raise error


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
