"""Metrics of a task that is written in any language: a JSON object, or one on each line, in a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cellburst.worker.text import clean, shorten

IN_OUTPUT = "metrics.json"
_LARGEST = 16 << 20  # bytes
_MOST = 1000  # names
_SCALARS = (bool, int, float, str, type(None))
_INT64 = 1 << 63


def read_metrics(path: Path, called: str) -> tuple[dict[str, Any], str]:
    """The scalars in the file, those of later lines before those of earlier ones; and what is wrong with it.

    ``called`` is what the file is called in that sentence. A file that is not there has none.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return {}, ""
    except OSError as error:
        return {}, f"{called} cannot be read: {error.strerror}"
    if len(data) > _LARGEST:
        return {}, f"{called} is larger than {_LARGEST >> 20} MiB"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return {}, f"{called} is no UTF-8 text: byte {error.start}"
    found, wrong = _parsed(text)
    metrics = {clean(shorten(name, 200)): _value(value) for name, value in found.items() if isinstance(value, _SCALARS)}
    notes = [f"{called}: {wrong}"] if wrong else []
    if len(metrics) > _MOST:
        notes.append(f"{called} has {len(metrics):,} names, of which {_MOST:,} are kept")
        metrics = dict(list(metrics.items())[:_MOST])
    return metrics, "; ".join(notes)


def _parsed(text: str) -> tuple[dict[str, Any], str]:
    """One object, or one for each line; as much of it as can be read, and where it cannot."""
    if not text.strip():
        return {}, ""
    lines = text.splitlines()
    if sum(1 for line in lines if line.strip()) > 1 and not _is_whole(text):
        return _merged(enumerate(lines, 1))
    return _one(text, 1)


def _is_whole(text: str) -> bool:
    """Whether it is one value, and not one for each line. The first line of several lines is complete in itself."""
    import json  # few tasks write such a file

    first = next(line for line in text.splitlines() if line.strip())
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return True
    return False


def _merged(lines: Iterable[tuple[int, str]]) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    wrong = ""
    for number, line in lines:
        if line.strip():
            more, bad = _one(line, number)
            found.update(more)
            wrong = wrong or bad
    return found, wrong


def _one(text: str, first: int) -> tuple[dict[str, Any], str]:
    import json

    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        return {}, f"line {first + error.lineno - 1}, column {error.colno}: {error.msg}"
    except (ValueError, RecursionError) as error:
        return {}, f"line {first}, column 1: {shorten(str(error), 200)}"
    if not isinstance(found, dict):
        return {}, f'line {first}, column 1: an object is expected, as in {{"loss": 0.5}}'
    return found, ""


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return clean(shorten(value, 200))
    if type(value) is int and not -_INT64 <= value < _INT64:
        return shorten(str(float(value)) if abs(value) < 1 << 1000 else "a number of very many digits", 200)
    return value
