"""From what was typed to a sweep, and every way to get it wrong."""

from __future__ import annotations

import itertools
import json
import pickle
from collections import namedtuple
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from cellburst.errors import SweepError
from cellburst.model.sweep import SweepView
from cellburst.sweeps.base import Points
from cellburst.sweeps.build import build as build_from
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.shown import shown

Row = namedtuple("Row", ["a", "b"])


def build(
    params: dict[Any, Any], over: object = None, parallel: int | None = None, **options: Any
) -> tuple[Points | None, SweepView]:
    return build_from(SweepOptions(params=params, over=over, parallel=parallel, **options))


def rows(params: dict[str, object], over: object = None) -> list[dict[str, Any]]:
    sweep, view = build(params, over)
    assert sweep is not None
    assert view.count == len(sweep)
    return [sweep[index] for index in range(len(sweep))]


def test_without_parameters() -> None:
    assert build({}) == (None, build({})[1])
    assert (build({})[1].kind, build({})[1].count) == ("single", 1)
    assert (build({}, parallel=3)[1].kind, build({}, parallel=3)[1].count) == ("copies", 3)


def test_a_grid() -> None:
    found = rows({"lr": [0.1, 0.01], "depth": range(3)})
    assert found[:4] == [
        {"lr": 0.1, "depth": 0},
        {"lr": 0.1, "depth": 1},
        {"lr": 0.1, "depth": 2},
        {"lr": 0.01, "depth": 0},
    ]
    _, view = build({"lr": [0.1, 0.01], "depth": range(3)}, parallel=2)
    assert (view.kind, view.names, view.count) == ("grid", ("lr", "depth"), 6)
    assert [view.params(index) for index in range(6)] == found


def test_a_grid_is_made_as_it_is_asked_for() -> None:
    sweep, _ = build({"a": range(100), "b": range(100)})
    assert sweep is not None
    assert sweep[9_999] == {"a": 99, "b": 99}
    with pytest.raises(IndexError, match="10000"):
        sweep[10_000]
    with pytest.raises(IndexError):
        sweep[-1]


@pytest.mark.parametrize(
    "values",
    [[1, 2], (1, 2), {2, 1}, iter([1, 2]), np.array([1, 2]), pd.Series([1, 2]), {1: 0, 2: 0}.keys(), range(1, 3),
     pd.Index([1, 2]), (number for number in (1, 2))],
    ids=lambda values: type(values).__name__,
)  # fmt: skip
def test_collections_of_values(values: object) -> None:
    assert [row["x"] for row in rows({"x": values})] == [1, 2]


def test_values_may_be_anything() -> None:
    models = [print, {"kind": "a"}, None, np.zeros((2, 2))]
    found = rows({"model": models})
    assert [row["model"] for row in found] == models or all(a["model"] is b for a, b in zip(found, models, strict=True))


@pytest.mark.parametrize(
    "over",
    [
        [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
        [{"a": 1, "b": "x"}, {"b": "y", "a": 2}],
        {"a": [1, 2], "b": ("x", "y")},
        {"a": range(1, 3), "b": np.array(["x", "y"])},
        pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
        [Row(1, "x"), Row(2, "y")],
        ({"a": number, "b": text} for number, text in [(1, "x"), (2, "y")]),
    ],
    ids=lambda over: type(over).__name__,
)
def test_rows(over: object) -> None:
    sweep, view = build({}, over)
    assert sweep is not None
    assert [sweep[0], sweep[1]] == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert (view.kind, view.columns, view.rows) == ("table", ("a", "b"), ((1, "x"), (2, "y")))


def test_the_columns_of_a_frame_give_pythons_own_numbers() -> None:
    found = rows({}, pd.DataFrame({"a": [1], "b": [0.5]}))
    assert (type(found[0]["a"]), type(found[0]["b"])) == (int, float)


def test_rows_meet_every_combination() -> None:
    found = rows({"lr": [0.1, 0.2]}, [{"a": 1}, {"a": 2}])
    assert found == [{"a": 1, "lr": 0.1}, {"a": 1, "lr": 0.2}, {"a": 2, "lr": 0.1}, {"a": 2, "lr": 0.2}]
    assert build({"lr": [0.1]}, [{"a": 1}])[1].rows == ((1, 0.1),)


def test_sweeps_travel() -> None:
    for params, over in [({"a": [1, 2]}, None), ({}, [{"a": 1}]), ({"b": [1, 2]}, [{"a": 1}])]:
        sweep, view = build(params, over)
        assert sweep is not None
        again = pickle.loads(pickle.dumps(sweep))
        assert [again[index] for index in range(len(again))] == [sweep[index] for index in range(len(sweep))]
        assert msgspec.json.decode(msgspec.json.encode(view), type=type(view)) == view


@pytest.mark.parametrize(
    ("params", "over", "said"),
    [
        ({"x": "AAPL"}, None, r"-p x: a text .* write \['AAPL'\]"),
        ({"x": "AAPL MSFT"}, None, r"'AAPL MSFT'\.split\(\) for 2 values"),
        ({"x": b"ab"}, None, r"bytes"),
        ({"x": 50}, None, r"50 is one value.*range\(50\)"),
        ({"x": 1}, None, r"write \[1\]"),
        ({"x": 0.5}, None, r"0\.5 is one value"),
        ({"x": True}, None, r"write \[True\]"),
        ({"x": None}, None, r"write \[None\]"),
        ({"x": np.float64(1)}, None, r"one value"),
        ({"x": np.array(1)}, None, r"one value"),
        ({"x": int}, None, r"one value"),
        ({"x": print}, None, r"one value"),
        ({"x": {"a": [1]}}, None, r"--over"),
        ({"x": pd.DataFrame({"a": [1]})}, None, r"--over"),
        ({"x": []}, None, r"-p x: it has no values"),
        ({"x": range(0)}, None, r"no values"),
        ({"x": [1], "y": iter(())}, None, r"-p y: it has no values"),
        ({"x": {1, "a"}}, None, r"write a list"),
        ({"not a name": [1]}, None, r"-p not a name: no name for a variable"),
        ({"class": [1]}, None, r"-p class"),
        ({"task": [1]}, None, r"-p task: this name is taken"),
        ({"__name__": [1]}, None, r"two underscores"),
        ({"x": [1]}, [{"x": 1}], r"x: bound by --over and by -p"),
        ({}, [], r"--over: there are no rows"),
        ({}, {}, r"--over: there are no rows"),
        ({}, pd.DataFrame({"a": []}), r"no rows"),
        ({}, {"a": [1, 2], "b": [1]}, r"not equally long \(a 2, b 1\)"),
        ({}, {"a": "text"}, r"column 'a' is one value"),
        ({}, {"a": 1}, r"column 'a' is one value"),
        ({}, [{"a": 1}, {"b": 1}], r"row 1 and row 0 .* a, b"),
        ({}, [1, 2], r"row 0 is int"),
        ({}, [(1, 2)], r"row 0 is tuple"),
        ({}, "rows.csv", r"--over rows\.csv: there is no such file"),
        ({}, Path("rows.xls"), r"--over rows\.xls: a file of rows ends in \.csv"),
        ({}, b"rows", r"not bytes"),
        ({}, 3, r"not int"),
        ({}, [{"a b": 1}], r"--over a b"),
        ({}, pd.DataFrame({0: [1]}), r"--over 0"),
        ({}, pd.DataFrame([[1, 2]], columns=["a", "a"]), r"'a' twice"),
    ],
)
def test_what_is_no_sweep(params: dict[str, object], over: object, said: str) -> None:
    with pytest.raises(SweepError, match=said):
        build(params, over)


@pytest.mark.parametrize("parallel", [0, -1, True, 1.5, "4"])
def test_parallel_is_a_whole_number(parallel: Any) -> None:
    with pytest.raises(SweepError, match="--parallel"):
        build({}, parallel=parallel)


def test_streams_without_an_end_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cellburst.sweeps.values.MOST", 1000)
    monkeypatch.setattr("cellburst.sweeps.columns.MOST", 1000)
    with pytest.raises(SweepError, match="goes on after 1,000 values"):
        build({"x": itertools.count()})
    with pytest.raises(SweepError, match="goes on after 1,000 rows"):
        build({}, ({"x": number} for number in itertools.count()))


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, 1), (0.5, 0.5), (True, True), (None, None), ("a", "a"), ("a" * 100, "a" * 77 + "..."),
        (np.int64(3), 3), (np.float32(0.5), 0.5), (np.bool_(True), True), (np.str_("a"), "a"), (2**70, str(2**70)),
        (float("nan"), "nan"), (float("-inf"), "-inf"), (print, "print"), (int, "int"), ([1, 2], "[1, 2]"),
        (list(range(100)), "list of 100"), (np.zeros((2, 3)), "ndarray 2\N{MULTIPLICATION SIGN}3"),
        (Path("a/b"), "a/b"),
        (pd.DataFrame({"a": [1]}), "DataFrame 1\N{MULTIPLICATION SIGN}1"), (Hostile(), "<Hostile>"), ("a\nb", "a b"),
        ("\ud800", "?"), (np.datetime64("2024-01-01"), "2024-01-01"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_tables_show(value: object, text: object) -> None:
    found = shown(value)
    assert (found, type(found)) == (text, type(text))
    json.dumps(found, allow_nan=False)
