"""Columns as tables of other libraries, and as files."""

from __future__ import annotations

import csv
import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cellburst.client.tables.cells import plain_column, text_of
from cellburst.client.tables.columns import Columns
from cellburst.errors import UsageError

if TYPE_CHECKING:
    import pandas

INDEX = "task"


def to_pandas(columns: Columns, indices: list[int]) -> pandas.DataFrame:
    """A frame whose index are the tasks' numbers; objects stay objects. Raises UsageError without pandas."""
    pd = _needed("pandas", "a frame", "results")
    index = pd.Index(indices, name=INDEX)
    made: pandas.DataFrame = pd.DataFrame(
        {name: _series(pd, cells, index) for name, cells in columns.items()}, index=index
    )
    return made


def to_polars(columns: Columns, indices: list[int]) -> Any:
    """A polars frame. Raises UsageError without polars."""
    pl = _needed("polars", "a polars frame", "")
    return pl.DataFrame({name: pl.Series(cells, strict=False) for name, cells in _plain(columns, indices).items()})


def to_arrow(columns: Columns, indices: list[int]) -> Any:
    """A pyarrow table. Raises UsageError without pyarrow."""
    pa = _needed("pyarrow", "an arrow table", "results")
    return pa.table({name: pa.array(cells) for name, cells in _plain(columns, indices).items()})


def to_parquet(columns: Columns, indices: list[int], path: str | os.PathLike[str]) -> None:
    """A parquet file, whole or not at all. Raises UsageError without pyarrow, OSError."""
    table = to_arrow(columns, indices)
    parquet = import_module("pyarrow.parquet")
    partial = f"{os.fspath(path)}.part"
    try:
        parquet.write_table(table, partial)
        os.replace(partial, path)
    except BaseException:
        _remove(partial)
        raise


def to_csv(columns: Columns, indices: list[int], path: str | os.PathLike[str]) -> None:
    """A CSV file in UTF-8, whole or not at all; what has no value is empty. Raises OSError."""
    partial = f"{os.fspath(path)}.part"
    named = {_free_index(columns): list(indices), **columns}
    plain = [plain_column(cells, lists=False) for cells in named.values()]
    try:
        with open(partial, "w", newline="", encoding="utf-8", errors="replace") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(named)
            writer.writerows([_csv_cell(cell) for cell in row] for row in zip(*plain, strict=True))
        os.replace(partial, path)
    except BaseException:
        _remove(partial)
        raise


def _csv_cell(cell: Any) -> Any:
    return text_of(cell) if isinstance(cell, bytes) else cell


def _plain(columns: Columns, indices: list[int]) -> Columns:
    return {_free_index(columns): list(indices), **{name: plain_column(cells) for name, cells in columns.items()}}


def _free_index(columns: Columns) -> str:
    return INDEX if INDEX not in columns else f"{INDEX}.index"


def _series(pd: Any, cells: list[Any], index: Any) -> Any:
    """A column; of type object where pandas would take the cells themselves apart."""
    simple = all(cell is None or isinstance(cell, (bool, int, float, str)) for cell in cells)
    if simple:
        return pd.Series(cells, index=index)
    column = pd.Series([None] * len(cells), index=index, dtype=object)
    for place, cell in enumerate(cells):
        column.iat[place] = cell
    return column


def _needed(module: str, what: str, extra: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        package = f'"cellburst[{extra}]"' if extra else module
        way = f"pip install {package}; .rows() and .to_csv(path) need nothing"
        raise UsageError(f"{what} needs {module}, which is not installed here: {way}") from None


def _remove(path: str) -> None:
    if os.path.exists(path):
        os.remove(path)
