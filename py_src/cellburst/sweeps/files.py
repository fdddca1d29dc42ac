"""The rows of a file for ``--over``: CSV, JSON lines, JSON, YAML; or a sweep as Weights & Biases writes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from cellburst.sweeps.file_error import FileError

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".yaml", ".yml")


def read(path: str | PathLike[str]) -> Any:
    """Rows (a dict of columns, or a list of dicts), or for a file in the shape of a W&B sweep its SweepOptions.

    Raises SweepError with file, line and column.
    """
    name = fspath(path)
    reader = _READERS.get(Path(name).suffix.lower())
    if reader is None:
        raise FileError(name, f"a file of rows ends in {', '.join(SUFFIXES)}; read others first, as a data frame")
    try:
        data = Path(name).expanduser().read_bytes()
    except FileNotFoundError:
        raise FileError(name, f"there is no such file in {Path.cwd()}") from None
    except (OSError, ValueError) as error:  # ValueError: a null byte
        raise FileError(name, f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    found = reader(name, _text(name, data))
    if isinstance(found, dict) and isinstance(found.get("parameters"), dict):
        from cellburst.sweeps.wandb import options_of

        return options_of(name, found)
    if not isinstance(found, (list, dict)):
        raise FileError(name, f"rows are expected, a list of names and values for each, not {type(found).__name__}")
    return found


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise FileError(name, f"byte {data[error.start]:#04x} is not UTF-8", line, column) from None


def _csv(name: str, text: str) -> Any:
    from cellburst.sweeps.csv_file import columns_of

    return columns_of(name, text)


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=partial(_once, name, 0))
    except json.JSONDecodeError as error:
        raise FileError(name, error.msg, error.lineno, error.colno) from None


def _json_lines(name: str, text: str) -> Any:
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=partial(_once, name, number))
        except json.JSONDecodeError as error:
            raise FileError(name, error.msg, number, error.colno) from None
        if not isinstance(row, dict):
            raise FileError(
                name, f'an object {{"name": value}} is expected in each line, not {line.strip()[:40]}', number, 1
            )
        rows.append(row)
    return rows


def _once(name: str, line: int, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises FileError for a name that is there twice, of which only the last would count."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise FileError(name, f"the name {twice!r} is there twice", line)
    return found


def _yaml(name: str, text: str) -> Any:
    from cellburst.sweeps.yaml_file import document_of

    return document_of(name, text)


_READERS: dict[str, Callable[[str, str], Any]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".yaml": _yaml,
    ".yml": _yaml,
}
