"""All targets there are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cellburst.errors import TargetError, UnknownTargetError
from cellburst.model.target import Target
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.targets.builtin import BUILT_IN
from cellburst.targets.naming import unknown_target
from cellburst.targets.schema import KeyTrouble, make


class _Seen(NamedTuple):
    """A file as it was when it was read."""

    path: Path
    stamp: tuple[int, int, int]


_read: dict[_Seen, dict[str, Target]] = {}


def load(folders: Folders | None = None) -> dict[str, Target]:
    """The targets by name, built-in ones first. Raises TargetError with file, line and key."""
    path = _path(folders)
    seen = _Seen(path, _stamp(path))
    if seen not in _read:
        from cellburst.targets import file  # the parser is loaded where a file is asked for

        found = {**BUILT_IN, **file.read(path)}
        _read.clear()
        _read[seen] = found
    return dict(_read[seen])


def known(folders: Folders | None = None) -> tuple[dict[str, Target], str]:
    """The same for a list, and what is wrong with the file ("": nothing); the built-in ones are there anyway."""
    try:
        return load(folders), ""
    except TargetError as error:
        return dict(BUILT_IN), str(error)


def find(name: str, folders: Folders | None = None) -> Target:
    """One target; a built-in one that the file does not change needs no file.

    Raises UnknownTargetError with the nearest name, TargetError.
    """
    if name == "local":
        return BUILT_IN[name]
    found = load(folders)
    if name not in found:
        raise unknown_target(name, found)
    return found[name]


def add(name: str, values: Mapping[str, Any], folders: Folders | None = None, *, replace: bool = False) -> Target:
    """Write a section to the file. Raises TargetError, also if there is one of that name and it may not go."""
    from cellburst.targets import file

    path = _path(folders)
    try:
        target = make(name, values)
    except KeyTrouble as trouble:
        raise TargetError(str(trouble)) from None
    if name in file.read(path):
        if not replace:
            raise TargetError(f"there is a target {name} in {path}; --replace writes it anew")
        file.write(path, name, None)
    file.write(path, name, {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()})
    return target


def remove(name: str, folders: Folders | None = None) -> None:
    """Take a section out of the file. Raises UnknownTargetError, TargetError."""
    from cellburst.targets import file

    path = _path(folders)
    own = file.read(path)
    if name in own:
        file.write(path, name, None)
    elif name in BUILT_IN:
        raise TargetError(f"{name} is built in and cannot be removed")
    else:
        raise UnknownTargetError(f"{path} has no target {name!r}")


def _path(folders: Folders | None) -> Path:
    return (folders or Folders.of(Settings.load())).targets


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        facts = path.stat()
    except OSError:
        return (0, 0, 0)
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
