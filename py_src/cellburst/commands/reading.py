"""What a command reads besides its parameters, as far as it can be known: by it kept results are found again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from cellburst.commands.template import names_in
from cellburst.errors import UsageError
from cellburst.sweeps.base import Points

_MANY = 20_000  # tasks; the files of more are not looked at
_PLACES = (b"TASK_INDEX", b"TASK_COUNT", b"task.index", b"task.count")


def digest_of(words: Sequence[str], points: Points | None, folder: Path) -> str:
    """Of the contents of all files that words and parameters name, and of where the program itself is.

    Raises UsageError for a file that cannot be read, and for too many tasks.
    """
    if points is not None and len(points) > _MANY:
        raise UsageError(f"--cache: of more than {_MANY:,} tasks nobody knows which files they read; leave it out")
    made = blake2b(digest_size=16)
    for path in sorted(files_of(words, points, folder)):
        made.update(f"{path}\0{_content(path)}\0".encode(errors="surrogateescape"))
    return made.hexdigest()


def files_of(words: Sequence[str], points: Points | None, folder: Path) -> set[Path]:
    """The files that words and parameters name."""
    return {*_files(words, folder), *_files(_texts(points), folder)}


def knows_its_place(words: Sequence[str], script: Path | None) -> bool:
    """Whether what is executed may ask for its number, so that it is another task elsewhere."""
    if {"index", "count"} & set(names_in(words)):
        return True
    texts = [os.fsencode(word) for word in words]
    texts += [script.read_bytes()] if script is not None and script.is_file() else []
    return any(place in text for text in texts for place in _PLACES)


def _texts(points: Points | None) -> Iterator[str]:
    for index in range(0 if points is None else len(points)):
        for value in points[index].values():  # type: ignore[index]
            yield from (one for one in _listed(value) if isinstance(one, str))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else (value,)


def _files(texts: Iterable[str], folder: Path) -> Iterator[Path]:
    for text in set(texts):
        path = folder / text
        try:
            if path.is_file():
                yield path
        except (OSError, ValueError):  # no name of a file
            continue


def _content(path: Path) -> str:
    made = blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                made.update(part)
    except OSError as error:
        raise UsageError(f"--cache: {path} cannot be read: {error.strerror}") from None
    return made.hexdigest()
