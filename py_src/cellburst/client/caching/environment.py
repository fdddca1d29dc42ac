"""A digest of the Python that tasks run on: its version, the machine's kind, and what is installed."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

from cellburst._version import __version__
from cellburst.cells.local_modules import is_installed

_METADATA = (".dist-info", ".egg-info")


def environment_digest() -> bytes:
    """16 bytes. Packages are looked at again when a folder of packages has changed."""
    folders = tuple((path, _changed(path)) for path in _package_folders())
    made = blake2b(digest_size=16)
    for fact in (*_machine(), *_installed(folders)):
        made.update(f"{fact}\n".encode(errors="surrogateescape"))
    return made.digest()


def _machine() -> tuple[str, ...]:
    return (__version__, sys.version, platform.python_implementation(), sys.platform, platform.machine())


def _package_folders() -> list[str]:
    there = (entry for entry in sys.path if isinstance(entry, str) and entry and is_installed(entry))
    return [path for path in dict.fromkeys(there) if os.path.isdir(path)]


def _changed(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _installed(folders: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    """``name-version`` of each package, and where it came from unless that was an index."""
    return tuple(sorted(fact for folder, _ in folders for fact in _packages_in(folder)))


def _packages_in(folder: str) -> Iterator[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.endswith(_METADATA):
            yield name.rpartition(".")[0]
            try:
                with open(os.path.join(folder, name, "direct_url.json"), encoding="utf-8") as file:
                    yield f"{name}:{file.read()}"
            except (OSError, ValueError):
                continue
