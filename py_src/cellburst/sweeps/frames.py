"""The columns of data frames, value by value, without a copy of a large one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cellburst.errors import SweepError

_FEW = 20_000  # values up to which a list of Python's own costs less than needing the library in every worker


class Elements(Sequence[Any]):
    """The elements of an array; its numbers as Python's own."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, index: Any) -> Any:
        value = self._array[index]
        if type(value).__module__ == "numpy" and getattr(value, "ndim", None) == 0:
            return value.item()
        as_python = getattr(value, "as_py", None)  # arrow
        return value if as_python is None else as_python()


def columns_of(frame: Any) -> dict[str, Sequence[Any]]:
    """The columns of a table of pandas, polars or arrow. Raises SweepError if two have the same name."""
    names = list(getattr(frame, "column_names", None) or frame.columns)
    if len(set(names)) < len(names):
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        raise SweepError(f"--over has the column {twice[0]!r} twice; rename one of them", at="--over")
    return {str(name) if isinstance(name, str) else name: elements(frame[name]) for name in names}


def elements(column: Any) -> Sequence[Any]:
    """The values of one column as Python's own."""
    if len(column) > _FEW:
        array = getattr(column, "array", column)  # of pandas, whose own places are labels
        if type(array).__name__ in ("NumpyExtensionArray", "PandasArray"):
            array = column.to_numpy()  # what has no need of pandas where it is read
        return Elements(array)
    for name in ("to_list", "to_pylist", "tolist"):
        if (listed := getattr(column, name, None)) is not None:
            found: list[Any] = listed()
            return found
    return list(column)
