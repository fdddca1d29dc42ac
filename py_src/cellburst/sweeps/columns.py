"""The rows of ``--over``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from os import PathLike
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.base import Sweep
from cellburst.sweeps.files import read
from cellburst.sweeps.frames import columns_of
from cellburst.sweeps.tables import Rows, Table, row_of
from cellburst.sweeps.values import MOST, is_indexed, is_series, written

_MANY = 20_000  # rows from which they are not turned into columns


def of_rows(over: Any) -> Sweep:
    """The rows of a list of dicts (or named tuples), a dict of columns, or a data frame.

    Nothing large that has a length and places is copied. Raises SweepError when it is something else, is empty, or
    its rows or columns do not match.
    """
    try:
        return _of_rows(over)
    except SweepError as error:
        error.at = "--over"
        raise


def _of_rows(over: Any) -> Sweep:
    found: Sweep
    if isinstance(over, (str, PathLike)):
        over = read(over)
    if isinstance(over, bytes):
        raise SweepError("--over takes rows, not bytes")
    if isinstance(over, Sweep):
        found = over
    elif hasattr(type(over), "columns") and hasattr(over, "__getitem__"):
        found = Table(columns_of(over))
    elif isinstance(over, Mapping):
        found = Table(_of_columns(over))
    elif isinstance(over, Iterable) or is_indexed(over):
        found = _of_dicts(over)
    else:
        raise SweepError(f"--over takes a list of dicts, a dict of lists or a data frame, not {type(over).__name__}")
    if not found.names or not len(found):
        raise SweepError("--over: there are no rows, so there is nothing to run")
    return found


def _of_columns(over: Mapping[Any, Any]) -> dict[str, Sequence[Any]]:
    found: dict[str, Sequence[Any]] = {}
    for name, column in over.items():
        if isinstance(column, (str, bytes)) or not (isinstance(column, Iterable) or is_indexed(column)):
            raise SweepError(f"--over: column {name!r} is one value; write a list with one for each task")
        found[name] = _bounded(column)
    lengths = {name: len(column) for name, column in found.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise SweepError(f"--over: the columns are not equally long ({told}); -p makes a grid of them")
    return found


def _of_dicts(over: Any) -> Sweep:
    rows = _bounded(over)
    if not len(rows):
        return Table({})
    if not isinstance(rows, (list, tuple)):  # whatever makes them when they are asked for
        for number in (0, len(rows) - 1):
            _same_names(rows[0], rows[number], number)
        return Rows(rows)
    for number, row in enumerate(rows):
        _same_names(rows[0], row, number)
    if len(rows) > _MANY:
        return Rows(rows)
    as_dicts = [row_of(row, number) for number, row in enumerate(rows)]
    return Table({name: [row[name] for row in as_dicts] for name in as_dicts[0]})


def _same_names(first: Any, row: Any, number: int) -> None:
    names, own = row_of(first, 0).keys(), row_of(row, number).keys()
    if own != names:
        odd = sorted(map(written, own ^ names))
        raise SweepError(f"--over: row {number} and row 0 do not have the same names; look at {', '.join(odd)}")


def _bounded(values: Any) -> Sequence[Any]:
    if is_series(values):
        from cellburst.sweeps.frames import elements

        return elements(values)
    if is_indexed(values):
        found: Sequence[Any] = values
        return found
    items = list(islice(iter(values), MOST + 1))
    if len(items) > MOST:
        raise SweepError(f"--over goes on after {MOST:,} rows; cut it, for example with itertools.islice")
    return items
