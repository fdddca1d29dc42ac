"""``targets.toml``: read with its errors at their lines, and written without losing a comment."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cellburst.errors import TargetError
from cellburst.model.target import Target
from cellburst.targets import schema
from cellburst.targets.places import line_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_HINTS = {
    "Expected '=' after a key": "this is no TOML: a section begins with [gpu], and a line in it is max_cost = 20",
    "Invalid value": 'texts stand in quotation marks: region = "us-east-1"',
}
_OTHER = "make it a file that is yours, or name another in CELLBURST_TARGETS"
_HEAD = "# Where cells can run; see docs/targets.md. `cellburst targets edit-check` checks what you write.\n"


def read(path: Path) -> dict[str, Target]:
    """The targets of the file, none if it is not there. Raises TargetError with file, line and key."""
    text = _text(path)
    return {name: _target(path, text, name, section) for name, section in _parsed(path, text).items()}


def troubles(path: Path) -> list[TargetError]:
    """What is wrong with the file, key by key. Raises TargetError if it is no TOML at all."""
    text = _text(path)
    return [trouble for name, section in _parsed(path, text).items() for trouble in _wrong(path, text, name, section)]


def write(path: Path, name: str, values: Mapping[str, Any] | None) -> None:
    """Put a section in the file, or with None take it out; all else stays as it is, comments included.

    Raises TargetError if the file is no TOML, or cannot be written.
    """
    import tomlkit  # writing is rare

    text = _text(path)
    _parsed(path, text)
    document = tomlkit.parse(text or _HEAD)
    if values is None:
        document.remove(name)
    else:
        table = tomlkit.table()
        for key, value in values.items():
            table.add(key, value)
        if text and not text.endswith("\n"):
            document.add(tomlkit.nl())
        document.add(tomlkit.nl())
        document.add(name, table)
    _replace(path, tomlkit.dumps(document))


def _target(path: Path, text: str, name: str, section: Any) -> Target:
    for trouble in _wrong(path, text, name, section):
        raise trouble
    return schema.make(name, section)


def _wrong(path: Path, text: str, name: str, section: Any) -> Iterator[TargetError]:
    if not isinstance(section, dict):
        said = f"{name} stands in no section; a section begins with a target's name in brackets, [gpu]"
        yield _error(path, line_of(text, name), said)
        return
    for trouble in schema.wrong(name, section):
        yield _error(path, line_of(text, name, trouble.key), f"[{name}] {trouble}")


def _text(path: Path) -> str:
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise TargetError(f"{path} cannot be read: {error.strerror or error}; {_OTHER}") from None
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise _error(path, line, "this is not UTF-8, in which TOML is written; save the file as that") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = tomllib.loads(text)
        return found
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at (?:line (\d+), column \d+|end of document)\)", str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines())
        raise _error(path, line, _plainly(str(error).partition(" (at")[0])) from None


def _plainly(message: str) -> str:
    """The parser's own words, or clearer ones for what people get wrong most."""
    if twice := re.match(r"Cannot declare \('(.*)',\) twice", message):
        return f"there are two sections [{twice[1]}]; a target has one"
    if message == "Cannot overwrite a value":
        return "the section has this key already"
    for start, hint in _HINTS.items():
        if message.startswith(start):
            return f"{message}; {hint}"
    return message


def _error(path: Path, line: int, message: str) -> TargetError:
    return TargetError(f"{path}, line {line}: {message}" if line else f"{path}: {message}")


def _replace(path: Path, text: str) -> None:
    """Beside, then moved, so that nobody reads half a file; through a link to where it leads."""
    path = Path(os.path.realpath(path))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise TargetError(f"{path} cannot be written: {error}") from None
