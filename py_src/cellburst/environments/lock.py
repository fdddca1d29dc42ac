"""The environment of this process, so that a machine can be given the same."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from cellburst._version import __version__
from cellburst.environments import indexes, keeping, locking, platforms, shipped, sources
from cellburst.environments.archives import check_size, packed
from cellburst.environments.distributions import installed
from cellburst.environments.keeping import Kept, Lock
from cellburst.environments.trees import Tree
from cellburst.errors import EnvironmentRefused
from cellburst.model.blob import BlobRef
from cellburst.model.environment import Environment, Package
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.settings import Settings

_OURS = "cellburst"
_STRANGE = "it is editable in a way that says not where its code is; install it plainly (pip install .) to send it"
_one_at_a_time = threading.Lock()


def current(
    folders: Folders,
    *,
    target: str = "linux-x86_64",
    path: list[str] | None = None,
    limit: int | None = None,
    prebuilt: bool = False,
) -> Environment:
    """What a machine of the platform ``target`` needs to be as this process is; its archives are in the blob folder.

    ``path`` (``sys.path``) is where installed packages and the user's own modules are looked for; ``limit`` bytes of
    code may one source have (the setting ``source_bytes``). ``prebuilt``: machines have their packages, and fetch none.
    Raises EnvironmentRefused, naming the package, folder or index.
    """
    if platform.python_implementation() != "CPython":
        raise EnvironmentRefused(
            f"machines have CPython, and this is {platform.python_implementation()}; use a target with a prebuilt image"
        )
    most = Settings.load().source_bytes if limit is None else limit
    with _one_at_a_time:
        making = _Making(folders, target, most)
        environment = making.environment(path)
        making.keep()
    return environment if prebuilt else _with_places(environment)


def python_version() -> str:
    """The minor version of this Python as uv names it: "3.11", "3.13t"."""
    return f"{sys.version_info.major}.{sys.version_info.minor}{'t' if 't' in getattr(sys, 'abiflags', '') else ''}"


def _with_places(environment: Environment) -> Environment:
    """And where machines get packages from."""
    main, further = indexes.configured()
    return replace(environment, index=main, indexes=tuple(further), pythons=indexes.python_mirror())


class _Making:
    """One look at the environment: what was kept of the last one, and what is to be kept of this."""

    def __init__(self, folders: Folders, target: str, limit: int) -> None:
        self._file: Path = folders.data / "environments" / f"{folders.env}-{target}.json"
        self._blobs = BlobFolder(folders.blobs)
        self._target = target
        self._limit = limit
        self._before = keeping.read(self._file)
        self._now = Kept()

    def environment(self, path: list[str] | None) -> Environment:
        lock = self._lock(sys.path if path is None else path)
        local, secrets = self._local(lock, path)
        return _sealed(
            Environment(
                digest="",
                python=python_version(),
                platform=platforms.here(),
                packages=lock.packages,
                cellburst=self._own(),
                sources=(*local, *([lock.metadata] if lock.metadata else ())),
                left_out=(*lock.left_out, *secrets),
                target=self._target,
                executable=sys.executable or "",
            )
        )

    def keep(self) -> None:
        """For the next look."""
        if self._now != self._before:
            keeping.write(self._file, self._now)

    def _lock(self, path: list[str]) -> Lock:
        fingerprint = keeping.of_installed(self._target, path)
        lock = self._before.lock
        if lock is None or lock.fingerprint != fingerprint or not self._are_there(lock):
            lock = locking.locked(installed(path), fingerprint, self._target, python_version(), self._limit, self._put)
        self._now.lock = lock
        return lock

    def _own(self) -> Package:
        def made(tree: Tree) -> bytes:
            item = installed().get(_OURS)
            return packed(tree.files, shipped.own_metadata(item))

        return self._archive(_OURS, __version__, shipped.own_tree(), made)

    def _local(self, lock: Lock, path: list[str] | None) -> tuple[list[Package], list[str]]:
        """The user's own code, and notes on what of it is not sent."""
        packages: list[Package] = []
        known = sources.found([project for _, project in lock.projects], lock.hooked, path)
        notes = [f"{name}: {_STRANGE}" for name in sources.unseen(lock.projects, known)]
        for source in known:
            tree = source.tree()
            notes += [f"{source.place}/{name}: looks like a secret" for name in tree.secrets]
            if tree.files:
                check_size("your own", source.place, tree.files, self._limit)
                name = os.path.basename(source.place) or "code"
                package = self._archive(name, "", tree, lambda tree: packed(tree.files), source.place)
                packages.append(package)
        return packages, notes

    def _archive(self, name: str, version: str, tree: Tree, make: Callable[[Tree], bytes], place: str = "") -> Package:
        key = keeping.of_files(f"{name} {version} {place}", tree.files)
        kept = self._before.archives.get(key)
        if kept is None or not self._is_there(kept.blob):
            kept = replace(self._put(name, version, make(tree)), place=place)
        self._now.archives[key] = kept
        return kept

    def _put(self, name: str, version: str, data: bytes) -> Package:
        return Package(name, version, "archive", self._blobs.put(data), hashlib.sha256(data).hexdigest())

    def _are_there(self, lock: Lock) -> bool:
        archives = [package.blob for package in (*lock.packages, lock.metadata) if package and package.blob]
        return sum(self._is_there(blob) for blob in archives) == len(archives)  # each of them counts as used

    def _is_there(self, blob: BlobRef | None) -> bool:
        """Whether the archive is in the blob folder; it then counts as put now, so that no sweep takes it."""
        if blob is None or blob not in self._blobs:
            return False
        path = self._blobs.path(blob)
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
        return True


def _sealed(environment: Environment) -> Environment:
    """With its digests. Places and paths of this machine are in ``digest``, and not in ``build``."""
    said = msgspec.json.encode
    build = (environment.python, environment.platform, environment.target, _identities(environment.packages))
    everything = (
        build,
        _identities((environment.cellburst,)),
        [(package.place, *_identity(package)) for package in environment.sources],
    )
    return replace(
        environment,
        build=hashlib.sha256(said(build)).hexdigest(),
        digest=hashlib.sha256(said(everything)).hexdigest(),
    )


def _identities(packages: tuple[Package, ...]) -> list[tuple[str, str, str]]:
    return [_identity(package) for package in packages]


def _identity(package: Package) -> tuple[str, str, str]:
    return package.name, package.version, package.sha256
