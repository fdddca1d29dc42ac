"""The rows of ``--over``, as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from os import PathLike
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.values import MOST, written


def of_rows(over: object) -> dict[str, list[Any]]:
    """The columns of a list of dicts (or named tuples), a dict of columns, or a data frame.

    Raises SweepError when it is something else, is empty, or its rows or columns do not match.
    """
    if isinstance(over, (str, bytes, PathLike)):
        raise SweepError("--over takes rows, not the name of a file; read it first: --over pd.read_csv(...)")
    if hasattr(type(over), "columns") and hasattr(over, "__getitem__"):
        found = _of_frame(over)
    elif isinstance(over, Mapping):
        found = _of_columns(over)
    elif isinstance(over, Iterable):
        found = _of_dicts(over)
    else:
        raise SweepError(f"--over takes a list of dicts, a dict of lists or a data frame, not {type(over).__name__}")
    if not found or not next(iter(found.values())):
        raise SweepError("--over has no rows, so there is nothing to run")
    return found


def _of_frame(frame: Any) -> dict[str, list[Any]]:
    names = [str(name) if isinstance(name, str) else name for name in frame.columns]
    if len(set(names)) < len(names):
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        raise SweepError(f"--over has the column {twice[0]!r} twice; rename one of them")
    found = {}
    for name in names:
        column = frame[name]
        to_list = getattr(column, "to_list", None) or getattr(column, "tolist", None)
        found[name] = to_list() if to_list is not None else list(column)
    return found


def _of_columns(over: Mapping[Any, Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, column in over.items():
        if isinstance(column, (str, bytes)) or not isinstance(column, Iterable):
            raise SweepError(f"--over: column {name!r} is one value; write a list with one for each task")
        found[name] = _bounded(column)
    lengths = {name: len(column) for name, column in found.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise SweepError(f"--over: the columns are not equally long ({told}); -p makes a grid of them")
    return found


def _of_dicts(over: Iterable[Any]) -> dict[str, list[Any]]:
    rows = [_row(row, number) for number, row in enumerate(_bounded(over))]
    if not rows:
        return {}
    names = list(rows[0])
    for number, row in enumerate(rows):
        if set(row) != set(names):
            odd = sorted(map(written, set(row) ^ set(names)))
            raise SweepError(f"--over: row {number} and row 0 do not have the same names; look at {', '.join(odd)}")
    return {name: [row[name] for row in rows] for name in names}


def _row(row: Any, number: int) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row
    as_dict = getattr(row, "_asdict", None)  # a named tuple
    if isinstance(row, tuple) and as_dict is not None:
        named: Mapping[str, Any] = as_dict()
        return named
    raise SweepError(
        f"--over: row {number} is {type(row).__name__}, not a dict of names and values; for one parameter write -p"
    )


def _bounded(values: Iterable[Any]) -> list[Any]:
    if isinstance(values, Sequence) and not isinstance(values, range):
        return list(values)
    found = list(islice(iter(values), MOST + 1))
    if len(found) > MOST:
        raise SweepError(f"--over goes on after {MOST:,} rows; cut it, for example with itertools.islice")
    return found
