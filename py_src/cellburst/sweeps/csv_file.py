"""CSV files as columns: each is of numbers, of true and false, or of texts, as all of its values are."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from cellburst.sweeps.file_error import FileError

_TRUTHS = {"true": True, "false": False}
_MANY = 20_000  # values from which an array is worth it


def columns_of(name: str, text: str) -> dict[str, Sequence[Any]]:
    """The columns of a file with a first line of names. Raises SweepError with line and column."""
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(name, text), strict=True)
    header: list[str] = []
    columns: list[list[str]] = []
    try:
        for row in reader:
            if not row:
                continue
            if not header:
                header = [cell.strip() for cell in row]
                _check_header(name, header, reader.line_num)
                columns = [[] for _ in header]
                continue
            if len(row) != len(header):
                said = f"{len(row)} values for {len(header)} names"
                raise FileError(name, said, reader.line_num, min(len(row), len(header)) + 1)
            for cell, column in zip(row, columns, strict=True):
                column.append(cell)
    except csv.Error as error:
        raise FileError(name, str(error), reader.line_num, 1) from None
    if not header:
        raise FileError(name, "it is empty; the first line has the names")
    return {title: typed(column) for title, column in zip(header, columns, strict=True)}


def typed(column: list[str]) -> Sequence[Any]:
    """The texts of a column as what all of them are: whole numbers, numbers, true and false; an empty one is None."""
    filled = [cell for cell in column if cell.strip()]
    for kind, read in _KINDS:
        try:
            found = [read(cell) if cell.strip() else None for cell in column]
        except (ValueError, KeyError):
            continue
        if filled:
            return array(kind, found) if kind and len(found) > _MANY and len(filled) == len(found) else found
    return [cell if cell else None for cell in column] if filled else [None] * len(column)


def _whole(cell: str) -> int:
    """A whole number that is written as Python would: "007" is a text, and so is what an array could not hold."""
    number = int(cell)
    if str(number) != cell.strip().lstrip("+") or abs(number) >> 63:
        raise ValueError(cell)
    return number


def _number(cell: str) -> float:
    stripped = cell.strip().lstrip("+-")
    if "_" in cell or (stripped[:1] == "0" and stripped[1:2].isdigit()):
        raise ValueError(cell)
    return float(cell)


_KINDS: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("q", _whole),
    ("d", _number),
    ("", lambda cell: _TRUTHS[cell.strip().lower()]),
)


def _delimiter(name: str, text: str) -> str:
    first = text.partition("\n")[0]
    if name.lower().endswith(".tsv"):
        return "\t"
    return ";" if ";" in first and "," not in first else ","


def _check_header(name: str, header: list[str], line: int) -> None:
    for place, title in enumerate(header, 1):
        if not title:
            raise FileError(name, "a column without a name", line, place)
        if title in header[: place - 1]:
            raise FileError(name, f"the column {title!r} is there twice", line, place)
