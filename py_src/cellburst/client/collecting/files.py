"""The files that tasks left: which there are, and copies of them in a folder of the user's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from cellburst.abc import BlobStore
from cellburst.errors import DiskFullError, UsageError
from cellburst.model.outcome import FileEntry


def save(entries: Sequence[FileEntry], folder: Path, blobs: BlobStore) -> list[Path]:
    """Write the files below ``folder``, which is made; the paths.

    Nothing is written over: raises UsageError for a file that is there already, and for a name that leads out of the
    folder. Raises DamagedBlobError, DiskFullError.
    """
    paths = [folder / _inside(entry.path) for entry in entries]
    for path in paths:
        if os.path.lexists(path):
            raise UsageError(f"{path} is there already; choose another folder, or move it away")
    for entry, path in zip(entries, paths, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, blobs.read(entry.blob) if entry.blob.size else memoryview(b""))
    return paths


def _inside(name: str) -> Path:
    """The path as it may be joined to a folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise UsageError(f"the file {name!r} of the task would lie outside of the folder, so it is not written")
    return Path(*path.parts)


def _write(path: Path, data: memoryview) -> None:
    partly = path.with_name(f".{path.name}.part")
    try:
        with open(partly, "wb") as file:
            file.write(data)
        os.replace(partly, path)
    except OSError as error:
        partly.unlink(missing_ok=True)
        raise DiskFullError(f"{path} cannot be written: {error.strerror}") from error
