from __future__ import annotations

import csv
import datetime
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellburst.client.tables.cells import plain_column, text_of
from cellburst.errors import UsageError
from cellburst.model.sweep import Axis, SweepView
from tests.unit.client.test_results import Fill, fill  # noqa: F401

GRID = SweepView("grid", 2, axes=(Axis("lr", (0.1, 0.01)),))


class Model:
    def __repr__(self) -> str:
        return "Model(3)"


@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        ([1, None, 2], [1, None, 2]),
        ([1, 2.5], [1.0, 2.5]),
        ([np.float64(1.5), np.int64(2)], [1.5, 2.0]),
        ([True, False], [True, False]),
        ([True, 2], ["True", "2"]),
        (["a", None], ["a", None]),
        (["a", 1], ["a", "1"]),
        ([1 << 70, 1], [str(1 << 70), "1"]),
        ([(1, 2), np.array([3.5])], [[1, 2], [3.5]]),
        ([["a"], [1]], ["['a']", "[1]"]),
        ([Model(), None], ["Model(3)", None]),
        ([Path("a/b"), len, dict], ["a/b", "len", "dict"]),
        ([np.ones((2, 2)), None], [repr(np.ones((2, 2))), None]),
        ([datetime.date(2026, 1, 2)], [datetime.date(2026, 1, 2)]),
        ([], []),
        ([None], [None]),
    ],
)
def test_a_column_is_of_one_plain_type_or_text(cells: list[Any], plain: list[Any]) -> None:
    found = plain_column(cells)
    assert found == plain
    assert list(map(type, found)) == list(map(type, plain))


def test_lists_are_text_where_a_file_has_none() -> None:
    assert plain_column([[1, 2]], lists=False) == ["[1, 2]"]


def test_text_of_text_is_the_text() -> None:
    assert text_of("a\nb") == "a\nb"


def test_csv_has_a_row_for_each_task_and_needs_no_library(fill: Fill, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "scores.csv"
    fill([1.5, ValueError('said "no", twice')], view=GRID).to_csv(path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["task"], row["lr"], row["value"], row["state"]) for row in rows] == [
        ("0", "0.1", "1.5", "succeeded"),
        ("1", "0.01", "", "failed"),
    ]
    assert rows[1]["error"] == 'ValueError: said "no", twice'
    assert [path.name for path in tmp_path.iterdir()] == ["scores.csv"]


def test_parquet_arrow_and_polars_hold_the_same(fill: Fill, tmp_path: Path) -> None:  # noqa: F811
    results = fill([{"score": 1.5, "model": Model()}, {"score": 2, "model": Model()}], view=GRID)
    results.to_parquet(tmp_path / "scores.parquet")
    read = pd.read_parquet(tmp_path / "scores.parquet")
    assert list(read["model"]) == ["Model(3)", "Model(3)"]
    assert list(read["score"]) == [1.5, 2.0]
    assert list(read["task"]) == [0, 1]
    assert results.to_arrow().to_pydict() == read.astype(object).where(read.notna(), None).to_dict("list")
    polars = results.to_polars()
    assert polars["score"].to_list() == [1.5, 2.0]
    assert polars.columns == list(read.columns)


def test_a_frame_keeps_objects(fill: Fill) -> None:  # noqa: F811
    frame = fill([{"model": Model()}, {"model": Model()}], view=GRID).frame()
    assert isinstance(frame["model"].iloc[0], Model)


def test_a_file_that_cannot_be_written_leaves_the_one_before(fill: Fill, tmp_path: Path) -> None:  # noqa: F811
    results = fill([1, 2], view=GRID)
    path = tmp_path / "there.csv"
    results.to_csv(path)
    before = path.read_text()
    with pytest.raises(FileNotFoundError):
        results.to_csv(tmp_path / "no" / "there.csv")
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("method", "module", "way"),
    [("to_polars", "polars", "pip install polars"), ("to_arrow", "pyarrow", r'pip install "cellburst\[results\]"')],
)
def test_a_library_that_is_missing_is_named(
    fill: Fill,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    module: str,
    way: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=way):
        getattr(fill([1, 2], view=GRID), method)()
