"""Blobs between the local folder and the bucket, named there by SHA-256: nothing is sent twice or believed unread.

Locally a blob is named by XXH3, which is quick and tells damage, but not forgery. So what is signed says the SHA-256 of
each, and bytes that come from the bucket have to fit both before they get their name here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import xxhash

from cellburst.abc import BlobStore, ObjectStore
from cellburst.errors import CellburstError, TamperedError
from cellburst.model.blob import BlobRef

_IN_MEMORY = 8 << 20  # up to this size one request is quicker than parts
_STEP = 4 << 20


class Together(Protocol):
    """Calls a function for each item, side by side, and gives the answers in order; the built-in ``map`` will do."""

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]: ...


class LocalBlobs(BlobStore, Protocol):
    """The local folder, which also takes over whole files."""

    def partial(self, ref: BlobRef) -> Path:
        """A new file's path beside the blob's place."""

    def adopt(self, path: Path, ref: BlobRef) -> None:
        """Give a file with the blob's bytes, verified by the caller, its name."""


class Transfers:
    """Sends and fetches blobs; ``together`` does several at once. Raises CloudError, StoreError."""

    def __init__(self, store: ObjectStore, blobs: LocalBlobs, together: Together = map) -> None:
        self._store = store
        self._blobs = blobs
        self._together = together
        self._names: dict[str, str] = {}
        self.sent = 0
        self.fetched = 0

    def send(self, refs: Iterable[BlobRef], key: Callable[[str], str]) -> dict[str, str]:
        """Make sure that they are in the bucket under ``key(sha256)``; the SHA-256 of each by its XXH3 digest."""
        wanted = list(dict.fromkeys(refs))
        names = self._together(lambda ref: self._send(ref, key), wanted)
        return {ref.digest: name for ref, name in zip(wanted, names, strict=True)}

    def fetch(self, refs: Iterable[BlobRef], names: Mapping[str, str], key: Callable[[str], str]) -> None:
        """Make sure that they are in the local folder. Raises TamperedError if one is not what ``names`` says."""
        missing = [ref for ref in dict.fromkeys(refs) if ref not in self._blobs]
        for _ in self._together(lambda ref: self._fetch(ref, names, key), missing):
            pass

    def fetch_each(
        self, wanted: Sequence[tuple[Iterable[BlobRef], Mapping[str, str]]], key: Callable[[str], str]
    ) -> list[CellburstError | None]:
        """Fetch the blobs of several outcomes, side by side; of each what went wrong."""
        jobs = [
            (number, ref, names)
            for number, (refs, names) in enumerate(wanted)
            for ref in dict.fromkeys(refs)
            if ref not in self._blobs
        ]
        found: list[CellburstError | None] = [None] * len(wanted)
        for (number, _, _), error in zip(
            jobs, self._together(lambda job: self._try(job[1], job[2], key), jobs), strict=True
        ):
            found[number] = found[number] or error
        return found

    def _try(self, ref: BlobRef, names: Mapping[str, str], key: Callable[[str], str]) -> CellburstError | None:
        try:
            self._fetch(ref, names, key)
        except CellburstError as error:
            return error
        return None

    def _send(self, ref: BlobRef, key: Callable[[str], str]) -> str:
        data = self._blobs.read(ref)
        name = self._names.get(ref.digest) or hashlib.sha256(data).hexdigest()
        self._names[ref.digest] = name
        if self._store.size(key(name)) != ref.size:
            self._store.upload(key(name), data)
            self.sent += ref.size
        return name

    def _fetch(self, ref: BlobRef, names: Mapping[str, str], key: Callable[[str], str]) -> None:
        name = names.get(ref.digest)
        if name is None:
            raise TamperedError(f"the value {ref.digest} is not among those that were signed")
        if ref.size <= _IN_MEMORY:
            data = self._store.get(key(name))
            _compare(ref, name, len(data), hashlib.sha256(data).hexdigest(), xxhash.xxh3_128_hexdigest(data))
            self._blobs.put(data)
        else:
            self._fetch_file(ref, name, key(name))
        self.fetched += ref.size

    def _fetch_file(self, ref: BlobRef, name: str, key: str) -> None:
        path = self._blobs.partial(ref)
        try:
            self._store.download(key, path)
            _compare(ref, name, path.stat().st_size, *_digests(path))
            self._blobs.adopt(path, ref)
        finally:
            path.unlink(missing_ok=True)


def _digests(path: Path) -> tuple[str, str]:
    """SHA-256 and XXH3 of a file."""
    sha256, xxh3 = hashlib.sha256(), xxhash.xxh3_128()
    with open(path, "rb", buffering=0) as file:
        while part := file.read(_STEP):
            sha256.update(part)
            xxh3.update(part)
        os.fsync(file.fileno())
    return sha256.hexdigest(), xxh3.hexdigest()


def _compare(ref: BlobRef, name: str, size: int, sha256: str, xxh3: str) -> None:
    if (size, sha256, xxh3) != (ref.size, name, ref.digest):
        raise TamperedError(f"the value {ref.digest} in the bucket is not the one that was signed")
