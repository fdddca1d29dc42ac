"""What was found of the environment before, so that an unchanged one costs a few looks at the disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec
import xxhash
from msgspec import Struct

from cellburst._version import __version__
from cellburst.environments.sources import Source
from cellburst.environments.trees import SourceFile
from cellburst.model.environment import Package

FORMAT = 2
_FOLDERS = ("site-packages", "dist-packages")


class Lock(Struct, frozen=True):
    """What is installed, as of ``fingerprint``: all of an environment but the user's own code.

    ``metadata`` is an archive of what says that editable packages are installed; ``projects`` are their names and
    folders, and ``hooked`` those that are found by import hooks.
    """

    fingerprint: str
    packages: tuple[Package, ...]
    left_out: tuple[str, ...] = ()
    metadata: Package | None = None
    projects: tuple[tuple[str, str], ...] = ()
    hooked: tuple[Source, ...] = ()


class Kept(Struct):
    """The file: the lock, and archives by the fingerprint of what is in them."""

    format: int = FORMAT
    lock: Lock | None = None
    archives: dict[str, Package] = {}


def read(path: Path) -> Kept:
    """What was kept; nothing if it cannot be read."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Kept)
    except (OSError, msgspec.MsgspecError):
        return Kept()
    return found if found.format == FORMAT else Kept()


def write(path: Path, kept: Kept) -> None:
    """Keep it for the next process; one that cannot be written is found anew."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        partial.write_bytes(msgspec.json.encode(kept))
        os.replace(partial, path)
    except OSError:
        return


def of_installed(target: str, path: Iterable[str]) -> str:
    """Differs after an installer was at work in any folder of packages on ``path``."""
    facts = [(entry, _changed(entry)) for entry in path if os.path.basename(entry) in _FOLDERS]
    return _digest((FORMAT, __version__, sys.version, target, facts))


def of_files(what: str, files: Iterable[SourceFile]) -> str:
    """Differs when any of these files was changed, added or removed."""
    return _digest((FORMAT, what, [(file.name, file.size, file.changed) for file in files]))


def _changed(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def _digest(value: object) -> str:
    return xxhash.xxh3_128(msgspec.json.encode(value)).hexdigest()
