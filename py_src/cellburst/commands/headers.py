"""Options in a script's own comments: ``# CELLBURST target=gpu timeout=2h``."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from cellburst.errors import UsageError

_COMMENT = re.compile(r"\s*(?:#+|//+|--+|%+|;+|\*+|/\*+|\"\"\"|''')")
_OURS = re.compile(r"\s*(?:#+|//+|--+|%+|;+|\*+)\s*CELLBURST[:\s]\s*(.*?)\s*$")
_LINES = 200
_BYTES = 64 * 1024


def read_header(script: Path) -> list[tuple[int, list[str]]]:
    """The options of each such line before the script's first own line, as words of a command line.

    ``name=value`` is ``--name=value``, ``name`` is ``--name``, and what begins with a dash stays as it is.
    Raises UsageError with file and line for quotes that do not end.
    """
    found = []
    for number, line in enumerate(_head(script), 1):
        ours = _OURS.match(line)
        if ours:
            found.append((number, _words(script, number, ours[1])))
        elif line.strip() and not _COMMENT.match(line):
            break
    return found


def _head(script: Path) -> list[str]:
    try:
        with open(script, "rb") as file:
            return file.read(_BYTES).decode("utf-8", "replace").splitlines()[:_LINES]
    except OSError:
        return []


def _words(script: Path, number: int, text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{script}, line {number}: {text}: {error}") from None
    found: list[str] = []
    for word in words:
        if word.startswith("-") or (found and found[-1].startswith("-") and "=" not in found[-1] and _short(found[-1])):
            found.append(word)
        else:
            name, sign, value = word.partition("=")
            found.append(f"--{name.replace('_', '-')}{sign}{value}")
    return found


def _short(word: str) -> bool:
    """Whether its value is the next word, as after ``-p``."""
    return len(word) == 2 and not word.startswith("--")
