"""Where a command runs: in its own folder, or on another machine in one with the files that it names."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cellburst.errors import UsageError

LARGEST = 64 << 20
"""Bytes of all the files that a command takes along."""


@dataclass(frozen=True)
class TakenFile:
    """A file of the command's folder: its name below that, what is in it, and its mode."""

    name: str
    body: bytes
    mode: int


@dataclass(frozen=True)
class Luggage:
    """What a command needs elsewhere: files that it names, and what starts ``.py`` scripts here."""

    files: tuple[TakenFile, ...] = ()
    python: str = ""

    def unpack(self, folder: str) -> str:
        """The folder to run in: ``folder``, or where this machine has none, the working directory.

        Files that are there already stay as they are.
        """
        if not self.python:  # it has not gone anywhere
            return folder
        place = Path(folder if os.path.isdir(folder) else os.getcwd())
        for file in self.files:
            path = place / file.name
            if not path.exists():
                _write(path, file)
        return str(place)

    def words(self, words: Sequence[str]) -> list[str]:
        """The words with this machine's Python in place of the sender's."""
        away = bool(self.python) and not os.path.exists(self.python)
        return [sys.executable if away and word == self.python else word for word in words]


def _write(path: Path, file: TakenFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")  # other tasks of this machine do the same
    beside.write_bytes(file.body)
    beside.chmod(file.mode)
    beside.replace(path)


def packed(paths: Iterable[Path], folder: Path, python: str) -> tuple[Luggage, tuple[str, ...]]:
    """What goes along of the files that a command names, and a sentence for each that does not.

    ``python`` is what starts ``.py`` scripts here.

    Raises UsageError for too many bytes, and for a file that cannot be read.
    """
    from cellburst.environments.trees import ignore_of

    root, taken, left, size = folder.resolve(), [], [], 0
    ignore = ignore_of(str(root))
    for path in sorted({path.resolve() for path in paths}):
        if not path.is_relative_to(root):
            left.append(f"{path} stays here: machines get the files below {root} that the command names")
        elif ignore.verdict(path.relative_to(root).as_posix()) == "secret":
            left.append(f"{path} stays here: it looks like a secret")
        else:
            taken.append(path)
            size += path.stat().st_size
    if size > LARGEST:
        raise UsageError(
            f"the command names files of {size / 1e6:,.0f} MB, and takes {LARGEST >> 20} MB along to machines; "
            "put them where machines can read them"
        )
    return Luggage(tuple(_taken(path, root) for path in taken), python), tuple(left)


def _taken(path: Path, root: Path) -> TakenFile:
    try:
        return TakenFile(str(path.relative_to(root)), path.read_bytes(), path.stat().st_mode & 0o755)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
