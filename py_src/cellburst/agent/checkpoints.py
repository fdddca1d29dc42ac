"""Checkpoints of tasks in the bucket, so that the next attempt finds them on whatever machine it is.

The files of ``task.checkpoint_dir`` are kept below ``<prefix>checkpoint/<index>.<generation>/`` by their SHA-256; the
object ``manifest`` there names them, signed by the machine that wrote it last. It is written after them, so a machine
that dies in between leaves the checkpoint before.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from cellburst.abc import ObjectStore
from cellburst.agent.log import log
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.signing import Place, Signer, seal, unseal
from cellburst.errors import MissingObjectError, TamperedError
from cellburst.worker.folders import CHECKPOINT, place

_State = dict[str, tuple[int, int]]


class Manifest(Struct, frozen=True):
    """The files of a checkpoint: path below the folder, SHA-256, bytes."""

    files: tuple[tuple[str, str, int], ...]


class Checkpoints:
    """Those of one run. Not for several threads at once. ``public_of`` gives the key of another machine."""

    def __init__(
        self,
        store: ObjectStore,
        keys: RunKeys,
        folder: Path,
        machine: str,
        signer: Signer,
        public_of: Callable[[str], bytes | None],
    ) -> None:
        """``folder`` is that of the run, where tasks have theirs (worker/folders.py)."""
        self._store = store
        self._keys = keys
        self._folder = folder
        self._machine = machine
        self._signer = signer
        self._public_of = public_of
        self._known: dict[tuple[int, int], _State] = {}
        self._kept: dict[tuple[int, int], set[str]] = {}

    def save(self, index: int, generation: int, attempt: int, *, final: bool = False) -> bool:
        """Bring the bucket up to date; whether there was anything new. Unless ``final``, files that just change wait.

        Raises CloudError, OSError.
        """
        key = (index, generation)
        folder = place(self._folder, index, CHECKPOINT)
        state = _state_of(folder)
        if state == self._known.get(key, {}):
            return False
        files = []
        for path, facts in state.items():
            name = self._send(key, folder / path)
            if _facts(folder / path) != facts:
                if final:
                    continue
                return False  # half of it is old: the next look finds all of it
            files.append((path, name, facts[1]))
        spot = self._place(index, generation, attempt, self._machine)
        self._store.put(self._manifest(key), seal(self._signer, self._machine, spot, Manifest(tuple(files))))
        self._known[key] = state
        current = {name for _, name, _ in files}
        old = self._kept.get(key, set()) - current
        self._kept[key] = current
        if old:
            self._store.delete([self._object(key, name) for name in old])
        return True

    def restore(self, index: int, generation: int) -> int:
        """Give the task what an earlier attempt on another machine has left; how many files. Raises CloudError,
        TamperedError, OSError."""
        for earlier in range(generation, 0, -1):
            found = self._read(index, earlier)
            if found is not None:
                return self._fetch(index, earlier, *found)
        return 0

    def remove(self, index: int, generation: int) -> None:
        """The task has succeeded: nobody goes on from here. Raises CloudError."""
        self._known.pop((index, generation), None)
        kept = self._kept.pop((index, generation), None)
        if kept is not None:
            self._store.delete(self._store.keys(self._base((index, generation))))

    def _read(self, index: int, generation: int) -> tuple[str, Manifest] | None:
        try:
            data = self._store.get(self._manifest((index, generation)))
        except MissingObjectError:
            return None
        return unseal(data, self._place(index, generation, 0, ""), self._public_of, Manifest)

    def _fetch(self, index: int, generation: int, by: str, manifest: Manifest) -> int:
        self._kept[index, generation] = {name for _, name, _ in manifest.files}
        folder = place(self._folder, index, CHECKPOINT)
        if by == self._machine and folder.is_dir():
            return 0  # nobody has gone on from it elsewhere
        shutil.rmtree(folder, ignore_errors=True)
        for text, name, size in manifest.files:
            path = PurePosixPath(text)
            if path.is_absolute() or ".." in path.parts:
                raise TamperedError(f"a checkpoint of task {index} names a file outside of its folder")
            target = folder / path
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store.download(self._object((index, generation), name), target)
            if target.stat().st_size != size or _sha256(target) != name:
                shutil.rmtree(folder, ignore_errors=True)
                raise TamperedError(f"a checkpoint of task {index} is not what its machine has written")
        self._known[index, generation] = _state_of(folder)
        log(f"task {index} goes on from {len(manifest.files)} checkpoint files of {by}")
        return len(manifest.files)

    def _send(self, key: tuple[int, int], path: Path) -> str:
        name = _sha256(path)
        if name not in self._kept.get(key, set()):
            with open(path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                if not size:
                    self._store.put(self._object(key, name), b"")
                    return name
                with mmap.mmap(file.fileno(), size, prot=mmap.PROT_READ) as mapped, memoryview(mapped) as view:
                    self._store.upload(self._object(key, name), view)
        return name

    def _place(self, index: int, generation: int, attempt: int, name: str) -> Place:
        return Place(self._keys.env, self._keys.run, "checkpoint", index, generation, attempt)

    def _base(self, key: tuple[int, int]) -> str:
        return f"{self._keys.prefix}checkpoint/{key[0]:09d}.{key[1]}/"

    def _manifest(self, key: tuple[int, int]) -> str:
        return f"{self._base(key)}manifest"

    def _object(self, key: tuple[int, int], sha256: str) -> str:
        return f"{self._base(key)}{sha256}"


def _state_of(folder: Path) -> _State:
    """Size and time of each file, by its path with "/"."""
    return {path.relative_to(folder).as_posix(): _facts(path) for path in sorted(_files(folder))}


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _facts(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, -1
    return found.st_mtime_ns, found.st_size


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        digest = hashlib.sha256()
        while part := file.read(4 << 20):
            digest.update(part)
        return digest.hexdigest()
