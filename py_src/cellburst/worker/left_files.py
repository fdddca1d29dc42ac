"""The files in a task's output folder, as blobs; what cannot be kept is said."""

from __future__ import annotations

import mmap
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cellburst.abc import BlobStore
from cellburst.errors import DiskFullError, StoreError
from cellburst.model.blob import BlobRef
from cellburst.model.outcome import FileEntry
from cellburst.worker.text import clean, shorten

_MOST_FILES = 10_000
_NAMED = 3  # files in one sentence
_PAUSE = 1.0  # seconds between two tries on a full disk


def keep_files(folder: Path, blobs: BlobStore, limit: int, patience: float) -> tuple[tuple[FileEntry, ...], str]:
    """All regular files below ``folder`` in the order of their names, up to ``limit`` bytes in all; and a note.

    While the disk is full it is tried again for ``patience`` seconds.
    """
    keeper = _Keeper(blobs, limit, time.monotonic() + patience)
    root = os.path.realpath(folder)
    for path in _below(root, keeper.refuse):
        keeper.keep(root, path)
    return tuple(keeper.kept), keeper.note()


class _Keeper:
    """What was kept of one folder, and why the rest was not."""

    def __init__(self, blobs: BlobStore, limit: int, deadline: float) -> None:
        self.kept: list[FileEntry] = []
        self._refused: dict[str, list[str]] = {}
        self._blobs = blobs
        self._limit = limit
        self._left = limit
        self._deadline = deadline
        self._full = False

    def refuse(self, path: str, why: str) -> None:
        """Leave a file out."""
        self._refused.setdefault(why, []).append(_shown(path))

    def keep(self, root: str, path: str) -> None:
        """Store a file, unless something is against it."""
        try:
            descriptor = _opened(root, path)
        except _UnfitError as error:
            self.refuse(path, str(error))
            return
        except OSError as error:
            self.refuse(path, f"cannot be read ({error.strerror})")
            return
        try:
            self._store(path, descriptor)
        except (OSError, ValueError) as error:
            self.refuse(path, f"cannot be read ({getattr(error, 'strerror', None) or error})")
        finally:
            os.close(descriptor)

    def _store(self, path: str, descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        if len(self.kept) >= _MOST_FILES:
            self.refuse(path, f"are more than {_MOST_FILES:,} files")
        elif size > self._left:
            self.refuse(path, f"do not fit in the {self._limit:,} bytes that a task may leave (setting files_bytes)")
        elif self._full or (ref := self._put(descriptor, size)) is None:
            self.refuse(path, "do not fit on the disk, which is full")
        else:
            self._left -= size
            self.kept.append(FileEntry(_name(path), ref))

    def _put(self, descriptor: int, size: int) -> BlobRef | None:
        """None if the disk is and stays full."""
        while True:
            try:
                if not size:
                    return self._blobs.put(b"")
                with mmap.mmap(descriptor, size, access=mmap.ACCESS_READ) as found:
                    view = memoryview(found)
                    try:
                        return self._blobs.put(view)
                    finally:
                        view.release()
            except DiskFullError:
                if time.monotonic() >= self._deadline:
                    self._full = True
                    return None
                time.sleep(_PAUSE)
            except StoreError as error:
                raise OSError(0, str(error)) from None

    def note(self) -> str:
        """One sentence for all that was left out."""
        said = [f"{_listed(paths)} {why}" for why, paths in self._refused.items()]
        return f"files not kept: {'; '.join(said)}" if said else ""


class _UnfitError(Exception):
    """It is no file that can be kept."""


def _opened(root: str, path: str) -> int:
    """A descriptor of a regular file inside of ``root``, and of nothing else; opening it waits for nobody."""
    whole = os.path.join(root, path)
    if os.path.islink(whole):
        target = os.path.realpath(whole)
        if os.path.commonpath([root, target]) != root:
            raise _UnfitError("is a link that leads out of the output folder")
        whole = target
    mode = os.lstat(whole).st_mode
    if stat.S_ISDIR(mode):
        raise _UnfitError("is a link to a folder")
    if not stat.S_ISREG(mode):
        raise _UnfitError("is no regular file")
    descriptor = os.open(whole, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _UnfitError("is no regular file")
    return descriptor


def _below(root: str, refuse: Callable[[str, str], None]) -> Iterator[str]:
    """Paths of all that is not a folder, relative to ``root``, by name; links to folders are not entered."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            refuse(folder or ".", f"cannot be read ({error.strerror})")
            continue
        folders = []
        for entry in found:
            path = os.path.join(folder, entry.name)
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            else:
                yield path
        waiting += reversed(folders)


def _name(path: str) -> str:
    """The path as text that can be written everywhere; bytes that are no UTF-8 as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _shown(path: str) -> str:
    text = _name(path)
    return shorten(text if text.isprintable() else clean(repr(text)), 100)


def _listed(paths: list[str]) -> str:
    more = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
