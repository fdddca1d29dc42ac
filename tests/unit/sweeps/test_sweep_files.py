"""Rows from files, and every way they can be wrong."""

from __future__ import annotations

import pickle
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from cellburst import sweeps
from cellburst.errors import SweepError
from cellburst.model.sweep import SweepView
from cellburst.sweeps.base import Points
from cellburst.sweeps.build import build as build_from
from cellburst.sweeps.file_error import FileError
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.tables import Table


def build(**options: Any) -> tuple[Points, SweepView]:
    sweep, view = build_from(SweepOptions(**{"namespace": {}, **options}))
    assert sweep is not None
    return sweep, view


def rows(**options: Any) -> list[dict[str, Any]]:
    sweep, view = build(**options)
    found = [sweep[index] for index in range(len(sweep))]
    again = pickle.loads(pickle.dumps(sweep))
    assert [again[index] for index in range(len(again))] == found
    assert view.count == len(found)
    return found


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.csv", "a,b\n1,x\n2,y\n"),
        ("r.csv", "\ufeffa;b\r\n1;x\r\n2;y"),
        ("r.tsv", "a\tb\n1\tx\n\n2\ty\n"),
        ("r.jsonl", '{"a": 1, "b": "x"}\n\n{"a": 2, "b": "y"}\n'),
        ("r.json", '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]'),
        ("r.json", '{"a": [1, 2], "b": ["x", "y"]}'),
        ("r.yaml", "- {a: 1, b: x}\n- {a: 2, b: y}\n"),
        ("r.YML", "a: [1, 2]\nb: [x, y]\n"),
    ],
)
def test_rows_of_files(tmp_path: Path, name: str, text: str) -> None:
    path = write(tmp_path, name, text)
    assert rows(over=path) == rows(over=str(path)) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert list(sweeps.table(path)) == rows(over=path)


def test_columns_of_a_csv_are_of_one_kind(tmp_path: Path) -> None:
    text = "a,b,c,d,e,f\n1,1,1,true,,007\n2,0.5,x,False,,8\n3,1e3,,true,,9\n"
    assert rows(over=write(tmp_path, "r.csv", text)) == [
        {"a": 1, "b": 1.0, "c": "1", "d": True, "e": None, "f": "007"},
        {"a": 2, "b": 0.5, "c": "x", "d": False, "e": None, "f": "8"},
        {"a": 3, "b": 1000.0, "c": None, "d": True, "e": None, "f": "9"},
    ]


def test_a_large_csv_has_arrays(tmp_path: Path) -> None:
    path = write(tmp_path, "r.csv", "a\n" + "\n".join(map(str, range(30_000))))
    sweep, view = build(over=path)
    assert isinstance(sweep, Table)
    assert isinstance(sweep.columns["a"], array)
    assert (sweep[29_999], view.rows) == ({"a": 29_999}, ())


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("r.csv", "a,b\n1,2\n3\n", r"r\.csv, line 3, column 2: 1 values for 2 names"),
        ("r.csv", "a,b\n1,2,3\n", r"line 2, column 3: 3 values for 2 names"),
        ("r.csv", "a,a\n1,2\n", r"line 1, column 2: the column 'a' is there twice"),
        ("r.csv", "a,\n1,2\n", r"line 1, column 2: a column without a name"),
        ("r.csv", 'a,b\n1,"x\n', r"line 2, column 1: unexpected end"),
        ("r.csv", "", r"it is empty"),
        ("r.csv", "a,b\n", r"--over \S*r\.csv: there are no rows"),
        ("r.csv", "a b,c\n1,2\n", r"r\.csv: column a b: no name for a variable"),
        ("r.json", '[{"a": 1, "a": 2}]', r"r\.json: the name 'a' is there twice"),
        ("r.jsonl", '{"a": 1}\n{"a": 1, "a": 2}\n', r"r\.jsonl, line 2: the name 'a' is there twice"),
        ("r.json", '{"a": [1, 2], "b": [3]}', r"r\.json: the columns are not equally long"),
        (
            "r.yaml",
            "parameters:\n  lr: {values: [1]}\n  lr: {values: [2]}",
            r"line 3, column 3: the name",
        ),
        ("r.yaml", "{metric: loss, parameters: {a: {values: [1]}}}", r"metric: a name is expected below it"),
        ("r.yaml", "{metric: {name: a, goal: up}, parameters: {a: {values: [1]}}}", r"minimize or maximize"),
        ("r.csv", b"a\n1\n\xff\n", r"line 3, column 1: byte 0xff is not UTF-8"),
        ("r.json", '[{"a": 1},\n {"a": }]', r"line 2, column 8: Expecting value"),
        ("r.json", "3", r"not int"),
        ("r.jsonl", '{"a": 1}\n{"a": 2\n', r"line 2, column 8"),
        ("r.jsonl", '{"a": 1}\n[2]\n', r"line 2, column 1: an object"),
        ("r.yaml", "a: [1, 2\nb: 3", r"line 2, column 2: .*expected"),
        ("r.yaml", "- {a: 1}\n- {b: 1}", r"row 1 and row 0"),
        ("r.xlsx", "", r"a file of rows ends in"),
        ("r.yaml", "parameters: {lr: 3}", r"parameter lr: values, a value, or min and max"),
        ("r.yaml", "parameters: {lr: {min: 1}}", r"parameter lr: values, a value, or min and max"),
        ("r.yaml", "parameters: {lr: {min: 3, max: 1}}", r"parameter lr: randint\(3, 1\): the first bound"),
        ("r.yaml", "parameters: {lr: {min: 0, max: 1, distribution: beta}}", r"lr: distribution beta is not known"),
        ("r.yaml", "parameters: {lr: {values: []}}", r"lr: values must be a list"),
        ("r.yaml", "parameters: {o: {parameters: {a: {value: 1}}}}", r"parameter o: parameters is not known"),
        ("r.yaml", "{method: x, parameters: {a: {value: 1}}}", r"method 'x' is none of"),
        ("r.yaml", "{method: bayes, parameters: {a: {values: [1]}}}", r"add --search tpe --trials N"),
        ("r.yaml", "{method: random, parameters: {a: {values: [1]}}}", r"run_cap, or --sample N"),
        ("r.yaml", "parameters: {lr: {min: 0.0, max: 1.0}}", r"-p lr: uniform\(0.0, 1.0\) is a range"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, text: str | bytes, said: str) -> None:
    with pytest.raises(SweepError, match=said) as caught:
        build(over=write(tmp_path, name, text))
    assert "\n" not in str(caught.value)


def test_a_grid_in_a_file_has_every_whole_number_and_step(tmp_path: Path) -> None:
    steps = "{distribution: q_uniform, min: 0, max: 1, q: 0.5}"
    text = f"method: grid\nparameters:\n  depth: {{min: 1, max: 3}}\n  rate: {steps}"
    path = write(tmp_path, "r.yaml", text)
    assert [tuple(row.values()) for row in rows(over=path)] == [(d, r) for d in (1, 2, 3) for r in (0, 0.5, 1.0)]
    assert len(rows(over=path, sample=2)) == 2


def test_an_anchor_of_yaml_that_leads_back_ends(tmp_path: Path) -> None:
    with pytest.raises(SweepError):
        build(over=write(tmp_path, "r.yaml", "&a [*a]"))


def test_a_file_in_the_shape_of_another_product(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "sweep.yaml",
        """
program: train.py
method: random
run_cap: 4
metric: {name: loss, goal: minimize}
parameters:
  lr: {distribution: log_uniform_values, min: 0.0001, max: 0.1}
  old: {distribution: log_uniform, min: -3, max: 0}
  depth: {min: 3, max: 8}
  rate: {min: 0.0, max: 1.0}
  step: {distribution: q_uniform, min: 0, max: 10, q: 5}
  kind: {values: [a, b]}
  epochs: {value: 10}
""",
    )
    found = rows(over=path, seed=1)
    assert len(found) == 4
    for row in found:
        assert 1e-4 <= row["lr"] <= 0.1
        assert 0.0497 < row["old"] <= 1
        assert row["depth"] in range(3, 9)
        assert row["step"] in (0, 5, 10)
        assert row["epochs"] == 10
    assert len(rows(over=path, sample=7)) == 7
    grid = write(tmp_path, "grid.json", '{"parameters": {"a": {"values": [1, 2]}, "b": {"values": [3]}}}')
    assert rows(over=grid, params={"c": [5]}) == [{"a": 1, "b": 3, "c": 5}, {"a": 2, "b": 3, "c": 5}]
    with pytest.raises(SweepError, match="a: bound by --over and by -p"):
        build(over=grid, params={"a": [1]})


def test_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SweepError, match=rf"--over r\.csv: there is no such file in {tmp_path}"):
        build(over="r.csv")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(FileError, match="cannot be read: Is a directory"):
        build(over="d.csv")


def test_yaml_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(SweepError, match=r'pip install "cellburst\[yaml\]"'):
        build(over=write(tmp_path, "r.yaml", "a: [1]"))
