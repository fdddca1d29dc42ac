"""Files that tasks left in their output folders, to download."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import xxhash

from cellburst import wiring
from cellburst.errors import DamagedBlobError, StoreError, UnknownRunError
from cellburst.model.blob import BlobRef
from cellburst.model.browsing import TaskQuery
from cellburst.server import asking
from cellburst.server.replies import Download
from cellburst.server.service import Service

_STEP = 1 << 20  # bytes
_SHOWN = 80
_BYTES = "application/octet-stream"


def file(service: Service, run: str, index: int, path: str) -> Download:
    """A file of a task's newest outcome; ``path`` is only compared with those that are recorded.

    Raises UnknownRunError, DamagedBlobError, StoreError.
    """
    with service.stores.holding(run) as (_, reader):
        page = reader.find_tasks(run, TaskQuery(offset=index, limit=1))
    asking.known_task(index, page.total, run)
    entry = next((entry for entry in page.tasks[0].files if entry.path == path), None)
    if entry is None:
        raise UnknownRunError(f"task {index} of run {run} has left no file {path[:_SHOWN]!a}")
    place = wiring.open_blobs(service.folders, service.settings).path(entry.blob)
    descriptor = _opened(place, entry.blob, path)
    name = path.rpartition("/")[2]
    return Download(
        name, entry.blob.size, entry.blob.digest, _BYTES, partial(_read, descriptor), partial(os.close, descriptor)
    )


def _opened(place: Path, blob: BlobRef, path: str) -> int:
    """A descriptor of the bytes, which are what was written. Read and not mapped: a bad disk must be an error."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise _damage(path, "is no longer there") from None
    except OSError as error:
        raise StoreError(f"{place} cannot be read: {error.strerror}") from error
    try:
        if _digest(descriptor, blob.size) != blob.digest:
            raise _damage(path, "has other bytes than were written")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _digest(descriptor: int, size: int) -> str:
    """The digest of the file, or nothing if it has another size. Raises StoreError."""
    if os.fstat(descriptor).st_size != size:
        return ""
    found = xxhash.xxh3_128()
    for start in range(0, size, _STEP):
        found.update(_read(descriptor, start, min(size, start + _STEP)))
    return found.hexdigest()


def _read(descriptor: int, start: int, stop: int) -> bytes:
    try:
        return os.pread(descriptor, stop - start, start)
    except OSError as error:
        raise StoreError(f"the file cannot be read: {error.strerror}") from error


def _damage(path: str, what: str) -> DamagedBlobError:
    return DamagedBlobError(f"the file {path[:_SHOWN]!a} {what}; run the task again with `%remote retry`")
