"""What a command line starts: a program, a script through its interpreter, or a notebook."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cellburst.commands.template import names_in
from cellburst.errors import UsageError

_INTERPRETERS = {
    ".py": (sys.executable,),
    ".r": ("Rscript",),
    ".sh": ("sh",),
    ".bash": ("bash",),
    ".jl": ("julia",),
    ".pl": ("perl",),
    ".rb": ("ruby",),
    ".js": ("node",),
}


@dataclass(frozen=True)
class Program:
    """``words`` are what is started, ``typed`` what was asked for.

    ``script`` is the file that they run, as far as it is known before the start.
    """

    words: tuple[str, ...]
    typed: tuple[str, ...]
    script: Path | None = None
    notebook: bool = False


def recognise(words: Sequence[str], folder: Path) -> Program:
    """What these words mean in ``folder``. Raises UsageError for what cannot be started."""
    if not words:
        raise UsageError("there is no command; write it behind --: cellburst run -p n=1,2,3 -- python train.py {n}")
    first = words[0]
    if names_in([first]):
        return Program(tuple(words), tuple(words), _script(words[1:], folder))
    path = folder / first
    suffix = path.suffix.lower()
    if suffix == ".ipynb":
        return _notebook(words, path)
    if path.is_file() and (os.sep in first or suffix in _INTERPRETERS):
        if os.access(path, os.X_OK) and os.sep in first:
            return Program(tuple(words), tuple(words), path)
        if suffix not in _INTERPRETERS:
            raise UsageError(
                f"{first} cannot be started; chmod +x {first}, or write the program that runs it before it"
            )
        program = _INTERPRETERS[suffix]
        _must_be_there(program[0])
        return Program((*program, *words), tuple(words), path)
    if os.sep in first or suffix in _INTERPRETERS:
        raise UsageError(f"there is no file {first} in {folder}")
    _must_be_there(first)
    return Program(tuple(words), tuple(words), _script(words[1:], folder))


def _notebook(words: Sequence[str], path: Path) -> Program:
    if not path.is_file():
        raise UsageError(f"there is no notebook {words[0]} in {path.parent}")
    if len(words) > 1:
        raise UsageError(f"a notebook takes its parameters by -p NAME=VALUES, and no further words: {words[1]}")
    return Program(tuple(words), tuple(words), path, notebook=True)


def _script(words: Sequence[str], folder: Path) -> Path | None:
    """The first word that is a file, of those before a placeholder."""
    for word in words:
        if names_in([word]):
            return None
        if not word.startswith("-") and (folder / word).is_file():
            return folder / word
    return None


def _must_be_there(program: str) -> None:
    if shutil.which(program) is None:
        raise UsageError(f"there is no program {program} here; is it installed, and in a folder of $PATH?")
