"""The blob folder: immutable bytes in files named by their digest."""

from __future__ import annotations

import errno
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import xxhash

from cellburst.errors import DamagedBlobError, DiskFullError, StoreError
from cellburst.model.blob import BlobRef

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_STEP = 16 << 20  # bytes per write: one system call should not keep an interrupt waiting for long
_DIGEST = re.compile(r"[0-9a-f]{32}")
_PARTIAL, _DAMAGED = ".part", ".damaged"
_VERIFIED_LIMIT = 100_000

_verified: set[tuple[str, int, int, int]] = (
    set()
)  # (path, inode, mtime, size) that this process has read and found whole


class BlobFolder:
    """Blobs below ``root``, which every process of the user may share; implements ``abc.BlobStore``.

    A blob is written to a file beside its place and renamed, so that its name never stands for half
    of it. ``strict_sync`` makes each one durable before ``put`` returns.
    """

    def __init__(self, root: Path, *, strict_sync: bool = False) -> None:
        self.root = root
        self._strict_sync = strict_sync

    def path(self, ref: BlobRef) -> Path:
        """Where the blob is or would be. Raises ValueError for a digest that is none."""
        if not _DIGEST.fullmatch(ref.digest):
            raise ValueError(f"{ref.digest!r} is not a digest")
        return self.root / ref.digest[:2] / ref.digest

    def __contains__(self, ref: BlobRef) -> bool:
        try:
            return self.path(ref).stat().st_size == ref.size
        except OSError:
            return False

    def put(self, data: memoryview | bytes) -> BlobRef:
        """Write once; the same bytes again cost a digest, and an untouched map of a blob not even that.

        Raises DiskFullError, and StoreError where the folder cannot be written.
        """
        view = memoryview(data).cast("B")
        ref = _untouched_blob(view) or BlobRef(xxhash.xxh3_128(view).hexdigest(), view.nbytes)
        path = self.path(ref)
        try:
            if not self._keep(path, ref):
                self._write(path, ref, view)
        except OSError as error:
            raise self._refusal(error, ref) from error
        return ref

    def read(self, ref: BlobRef) -> memoryview:
        """A private writable view (copy on write) of the bytes, verified once in this process.

        Raises DamagedBlobError when they are missing or are not what was written; such a file is set
        aside, so that the next ``put`` of the same bytes writes them again.
        """
        path = self.path(ref)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            raise DamagedBlobError(_damage(ref, "is no longer there", path)) from None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}; `cellburst doctor` says more") from error
        try:
            facts = os.fstat(descriptor)
            if facts.st_size != ref.size:
                raise DamagedBlobError(_damage(ref, f"has {facts.st_size} bytes", _set_aside(path)))
            view = _view(descriptor, ref, path)
        finally:
            os.close(descriptor)
        if not _is_verified(path, facts):
            if xxhash.xxh3_128(view).hexdigest() != ref.digest:
                raise DamagedBlobError(_damage(ref, "has other bytes than were written", _set_aside(path)))
            _remember(path, facts)
        return view

    def discard(self, ref: BlobRef) -> int:
        """Remove the blob if it is there, in whatever shape; the bytes freed."""
        freed = 0
        path = self.path(ref)
        for file in (path, path.with_name(path.name + _DAMAGED)):
            try:
                size = file.stat().st_size
                file.unlink()
            except FileNotFoundError:
                continue
            freed += size
        return freed

    def partial(self, ref: BlobRef) -> Path:
        """A new file's path beside the blob's place; ``remove_partial`` knows it, should its writer die."""
        path = self.path(ref)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.with_name(f"{path.name}.{os.urandom(6).hex()}{_PARTIAL}")

    def adopt(self, path: Path, ref: BlobRef) -> None:
        """Give a file on this file system, whose bytes the caller has verified and synced, the blob's name."""
        os.rename(path, self.path(ref))
        _remember(self.path(ref), self.path(ref).stat())

    def __iter__(self) -> Iterator[tuple[BlobRef, float]]:
        """Every blob, damaged ones set aside included, with the wall time of its last ``put``."""
        for entry in self._entries():
            digest = entry.name.removesuffix(_DAMAGED)
            if _DIGEST.fullmatch(digest):
                try:
                    facts = entry.stat()
                except FileNotFoundError:
                    continue
                yield BlobRef(digest, facts.st_size), max(facts.st_atime, facts.st_mtime)

    def remove_partial(self, before: float) -> int:
        """Remove what writers that died left behind before that wall time; the bytes freed."""
        freed = 0
        for entry in self._entries():
            if not entry.name.endswith(_PARTIAL):
                continue
            try:
                facts = entry.stat()
                if facts.st_mtime < before:
                    os.unlink(entry.path)
                    freed += facts.st_size
            except FileNotFoundError:
                continue
        return freed

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        try:
            folders = sorted(entry.path for entry in os.scandir(self.root) if entry.is_dir())
        except FileNotFoundError:
            return
        for folder in folders:
            yield from list(os.scandir(folder))

    def _keep(self, path: Path, ref: BlobRef) -> bool:
        """Whether the blob is there; it then counts as written now, so that no sweep takes it.

        Only its time of access is set: by that of its last change readers know that they have verified it.
        """
        try:
            facts = path.stat()
            if facts.st_size != ref.size:
                return False
            os.utime(path, ns=(time.time_ns(), facts.st_mtime_ns))
        except FileNotFoundError:
            return False
        return True

    def _write(self, path: Path, ref: BlobRef, view: memoryview) -> None:
        partial = self.partial(ref)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            try:
                _write_all(descriptor, view)
                if self._strict_sync:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.rename(partial, path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        if self._strict_sync:
            _sync_folder(path.parent)
            _sync_folder(self.root)
        _remember(path, path.stat())

    def _refusal(self, error: OSError, ref: BlobRef) -> StoreError:
        if error.errno not in _FULL:
            return StoreError(f"{self.root} cannot be written: {error.strerror}; `cellburst doctor` says more")
        return DiskFullError(
            f"the disk of {self.root} is full ({ref.size:,} bytes were to be written); "
            "free some space, then `%remote retry last`"
        )


def _write_all(descriptor: int, view: memoryview) -> None:
    # One thread: on a page cache two of them are no faster, and on a shared machine they are slower.
    done = 0
    while done < view.nbytes:
        done += os.pwrite(descriptor, view[done : done + _STEP], done)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _untouched_blob(view: memoryview) -> BlobRef | None:
    """The blob that these bytes still are a whole map of."""
    maps = sys.modules.get("cellburst.payload.maps")
    found = maps.untouched(view) if maps else None  # not imported: nothing was ever mapped
    return found[0] if found and found[0].size == view.nbytes else None


def _view(descriptor: int, ref: BlobRef, path: Path) -> memoryview:
    if not ref.size:
        return memoryview(bytearray())
    try:
        from cellburst.payload import maps  # it needs ctypes, which who only sweeps can do without

        return maps.map_blob(descriptor, ref, str(path))
    except (ImportError, OSError, AttributeError, TypeError):  # no more maps, or a system without them
        return _copy(descriptor, ref.size)


def _copy(descriptor: int, size: int) -> memoryview:
    view = memoryview(bytearray(size))
    done = 0
    while part := os.pread(descriptor, _STEP, done):
        view[done : done + len(part)] = part
        done += len(part)
    return view


def _is_verified(path: Path, facts: os.stat_result) -> bool:
    return (str(path), facts.st_ino, facts.st_mtime_ns, facts.st_size) in _verified


def _remember(path: Path, facts: os.stat_result) -> None:
    if len(_verified) >= _VERIFIED_LIMIT:
        _verified.clear()
    _verified.add((str(path), facts.st_ino, facts.st_mtime_ns, facts.st_size))


def _set_aside(path: Path) -> Path:
    aside = path.with_name(path.name + _DAMAGED)
    try:
        os.replace(path, aside)
    except OSError:
        return path
    return aside


def _damage(ref: BlobRef, what: str, path: Path) -> str:
    return (
        f"the stored value {ref.digest} of {ref.size:,} bytes {what} ({path}); "
        "run it again: `%remote retry last`, or the cell itself"
    )
