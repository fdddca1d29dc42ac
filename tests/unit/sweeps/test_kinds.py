"""Each kind of sweep, alone and with the others."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from cellburst import sweeps
from cellburst.errors import SweepError
from cellburst.model.sweep import SweepView
from cellburst.sweeps import filtering
from cellburst.sweeps.base import Points
from cellburst.sweeps.build import build as build_from
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.ranges import randint, uniform
from cellburst.sweeps.view import is_untold


def build(**options: Any) -> tuple[Points, SweepView]:
    sweep, view = build_from(SweepOptions(**{"namespace": {}, **options}))
    assert sweep is not None
    return sweep, view


def rows(**options: Any) -> list[dict[str, Any]]:
    sweep, view = build(**options)
    found = [sweep[index] for index in range(len(sweep))]
    again = pickle.loads(pickle.dumps(sweep))
    assert repr([again[index] for index in range(len(again))]) == repr(found)
    assert view.count == len(found)
    return found


def test_names_that_go_together() -> None:
    found = rows(params={"a,b": [(1, "x"), (2, "y")], "c": [0, 1]})
    assert found == [
        {"a": 1, "b": "x", "c": 0}, {"a": 1, "b": "x", "c": 1}, {"a": 2, "b": "y", "c": 0}, {"a": 2, "b": "y", "c": 1},
    ]  # fmt: skip
    assert rows(params={("a", "b"): [(1, 2)]}) == [{"a": 1, "b": 2}]


def test_zip_takes_them_place_by_place() -> None:
    assert rows(params={"a": [1, 2], "b,c": [(3, 4), (5, 6)]}, zip=True) == [
        {"a": 1, "b": 3, "c": 4},
        {"a": 2, "b": 5, "c": 6},
    ]


def test_constants_are_in_every_task_and_alone_are_one() -> None:
    assert rows(params={"a": [1, 2]}, const={"n": [7]}) == [{"a": 1, "n": [7]}, {"a": 2, "n": [7]}]
    assert rows(const={"n": 7}) == [{"n": 7}]
    assert build(params={"a": [1, 2]}, const={"n": 7})[1].kind == "grid"


def test_each_gives_single_items_or_lists_of_them() -> None:
    assert rows(each={"f": ["abc", "def"]}) == [{"f": "abc"}, {"f": "def"}]
    assert rows(each={"f": range(7)}, batch=3) == [{"f": [0, 1, 2]}, {"f": [3, 4, 5]}, {"f": [6]}]
    assert rows(each={"f": iter("ab")}, params={"x": [1, 2]})[:2] == [{"x": 1, "f": "a"}, {"x": 1, "f": "b"}]


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": range(5)}), pl.DataFrame({"a": range(5)})], ids=["pd", "pl"])
def test_batches_of_a_frame_are_frames(frame: Any) -> None:
    sweep, _ = build(each={"part": frame}, batch=2)
    assert [list(sweep[index]["part"]["a"]) for index in range(3)] == [[0, 1], [2, 3], [4]]
    assert type(sweep[0]["part"]) is type(frame)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "arrow"])
def test_rows_of_frames_are_pythons_own_values(make: Any, many: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if many:
        monkeypatch.setattr("cellburst.sweeps.frames._FEW", 1)
    found = rows(over=make({"a": [1, 2], "b": ["x", "y"], "c": [0.5, 1.5], "d": [True, False]}))
    assert found == [{"a": 1, "b": "x", "c": 0.5, "d": True}, {"a": 2, "b": "y", "c": 1.5, "d": False}]
    assert [type(value) for value in found[0].values()] == [int, str, float, bool]


def test_dates_of_a_frame_stay_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    few = rows(over=frame)
    monkeypatch.setattr("cellburst.sweeps.frames._FEW", 1)
    assert rows(over=frame) == few == [{"day": pd.Timestamp("2024-01-01")}, {"day": pd.Timestamp("2024-01-02")}]


class Lazy:
    """A length and places, and nothing else; notes which places were asked for."""

    def __init__(self, length: int, make: Any) -> None:
        self.length = length
        self.make = make
        self.asked: set[int] = set()

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < self.length:
            raise IndexError(index)
        self.asked.add(index)
        return self.make(index)


def test_what_has_a_length_and_places_is_not_copied() -> None:
    values = Lazy(30_000, lambda index: index)
    sweep, view = build(params={"x": values})
    assert (view.kind, view.count, view.columns, view.rows, values.asked) == ("table", 30_000, ("x",), (), set())
    assert is_untold(view)
    assert sweep[29_999] == {"x": 29_999}
    over = Lazy(50_000, lambda index: {"a": index, "b": -index})
    sweep, view = build(over=over)
    assert (view.count, view.rows, over.asked) == (50_000, (), {0, 49_999})
    assert sweep[7] == {"a": 7, "b": -7}
    items = Lazy(100_000, str)
    sweep, view = build(each={"f": items}, batch=3)
    assert (view.count, items.asked) == (33_334, set())
    assert sweep[33_333] == {"f": ["99999"]}


def test_a_sweep_of_a_million_points_is_not_made() -> None:
    """In a process of its own: a grid, rows of a frame, and a sample of far more, in little memory and time."""
    code = """
import json, time, tracemalloc
import numpy as np, pandas as pd
from cellburst.sweeps.build import build
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.ranges import uniform
frame = pd.DataFrame({"a": np.arange(1_000_000), "b": np.arange(1_000_000) * 0.5})
made = {"grid": dict(params={"a": range(100), "b": range(100), "c": range(100)}),
        "frame": dict(over=frame), "list": dict(params={"x": list(range(1_000_000))}),
        "ranges": dict(params={"x": uniform(0, 1), "y": [1, 2]}, sample=1_000_000),
        "sample": dict(params={name: range(10_000) for name in "abcd"}, sample=1_000_000)}
small = {"frame": dict(over=frame.head(3)), "ranges": dict(params={"x": uniform(0, 1), "y": [1, 2]}, sample=3),
         "sample": dict(params={"a": range(9), "b": range(9)}, sample=3)}
for options in small.values():  # what is imported first is not of the sweep
    len(build(SweepOptions(**options, yes=True))[0][0])
found = {}
tracemalloc.start()
for kind, options in made.items():
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    start = time.perf_counter()
    sweep, view = build(SweepOptions(**options, yes=True))
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1] - before
    found[kind] = len(sweep), view.count, len(view.rows), peak, seconds, len(sweep[999_999])
print(json.dumps(found))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    for kind, (length, count, shown, peak, seconds, names) in json.loads(done.stdout).items():
        assert (length, count, shown) == (1_000_000, 1_000_000, 0), kind
        assert names
        assert peak < 200_000, (kind, peak)
        assert seconds < 0.5, (kind, seconds)


def test_conditions_evaluate_only_what_they_are_about() -> None:
    asked = []

    def few(a: int) -> bool:
        asked.append(a)
        return a < 2

    sweep, _ = build(params={"x": range(100), "a": range(10), "y": range(100)}, where=(few,))
    assert len(sweep) == 20_000
    assert len(asked) == 10
    assert sweep[19_999] == {"x": 99, "a": 1, "y": 99}


def test_conditions_may_have_loops_and_functions_inside() -> None:
    where = (
        "any(a < x <= b for x in limits)",
        "sorted([a, b], key=lambda v: v + a)[0] == a",
        "[x for x in limits if x > a]",
    )
    found = rows(params={"a": range(4), "b": range(4)}, where=where, namespace={"limits": [1, 2, 3]})
    assert found == [{"a": a, "b": b} for a in range(4) for b in range(4) if a < b]
    found = rows(params={"a": [1, 2], "b": [1, 2]}, when={"b": "a in {x for x in limits}"}, namespace={"limits": [2]})
    assert found == [{"a": 1}, {"a": 2, "b": 1}, {"a": 2, "b": 2}]


def test_absent_parameters_and_constraints() -> None:
    """A constraint on a parameter that a point does not have does not concern it, unless it asks before."""
    options: dict[str, Any] = {
        "params": {"kernel": ["rbf", "linear"], "gamma": [0.5, 2.0]},
        "when": {"gamma": "kernel == 'rbf'"},
    }
    assert rows(**options) == [{"kernel": "rbf", "gamma": 0.5}, {"kernel": "rbf", "gamma": 2.0}, {"kernel": "linear"}]
    assert rows(**options, where=("gamma < 1",)) == [{"kernel": "rbf", "gamma": 0.5}, {"kernel": "linear"}]
    assert rows(**options, where=("kernel == 'rbf' and gamma < 1",)) == [{"kernel": "rbf", "gamma": 0.5}]
    sweep, view = build(**options)
    assert view.names == ("kernel", "gamma")
    assert sweep.optional == {"gamma"}  # type: ignore[attr-defined]
    assert view.rows == (("rbf", 0.5), ("rbf", 2.0), ("linear", None))


def test_equal_rows_of_a_table_count_once() -> None:
    over = [{"kernel": "linear", "gamma": 1}, {"kernel": "linear", "gamma": 2}, {"kernel": "rbf", "gamma": 1}]
    wide = [{**row, "n": number} for number, row in enumerate(over)]
    assert len(rows(over=wide, when={"gamma": "kernel == 'rbf'"})) == 3
    assert rows(over=over, when={"gamma": "kernel == 'rbf'"}) == [{"kernel": "linear"}, {"kernel": "rbf", "gamma": 1}]


def test_sweeps_in_python() -> None:
    made = sweeps.grid(lr=[0.1, 0.01], depth=range(3)).where("lr * depth < 0.15") + sweeps.table([{"lr": 1.0}])
    assert list(made) == [
        {"lr": 0.1, "depth": 0}, {"lr": 0.1, "depth": 1}, {"lr": 0.01, "depth": 0}, {"lr": 0.01, "depth": 1},
        {"lr": 0.01, "depth": 2}, {"lr": 1.0},
    ]  # fmt: skip
    assert made.optional == {"depth"}
    assert list(sweeps.zipped(a=[1, 2], b=["xy"] * 2)) == [{"a": 1, "b": "xy"}, {"a": 2, "b": "xy"}]
    assert list(sweeps.grid(a=[1]) * sweeps.each("f", list("abc"), 2)) == [
        {"a": 1, "f": ["a", "b"]},
        {"a": 1, "f": ["c"]},
    ]
    found = list(sweeps.sample({"x": uniform(0, 1), "n": randint(1, 3)}, 5, seed=3))
    assert len(found) == 5
    assert list(sweeps.sample(sweeps.grid(a=range(10**6)), 3, seed=1)) == list(
        sweeps.grid(a=range(10**6)).sample(3, seed=1)
    )
    assert rows(over=made) == list(made)
    assert rows(over=sweeps.table(made), params={"z": [1, 2]})[1] == {"lr": 0.1, "depth": 0, "z": 2}
    assert list(sweeps.grid({"k": ["ab"], "g": [1, 2]}).when(g="k == 'b'")) == [{"k": "ab"}]


def test_describe() -> None:
    found = sweeps.describe(SweepOptions(params={"a": [1, 2, 3], "b": range(4)}), rows=2)
    assert (found.count, found.kind, found.how) == (12, "grid", "3 \N{MULTIPLICATION SIGN} 4")
    assert found.rows == ({"a": 1, "b": 0}, {"a": 1, "b": 1})
    assert sweeps.describe(SweepOptions(params={"a": range(1000)}, sample=5)).how == "5 of 1,000"
    assert sweeps.describe(SweepOptions()).how == "1 task"
    assert sweeps.describe(SweepOptions(parallel=4)).how == "4 copies"
    assert sweeps.describe(sweeps.grid(list=[1])).warnings == (
        "the parameter list hides Python's own list() in the cell",
    )
    assert sweeps.describe(SweepOptions(params={"x": uniform(0, 1)}, sample=3)).how == "3 of a range"


@pytest.mark.parametrize(
    ("options", "said", "at"),
    [
        ({"params": {"a": [1], "b": [1, 2]}, "zip": True}, r"--zip: .*\(a 1, b 2\)", "--zip"),
        ({"params": {"a": uniform(0, 1)}}, r"-p a: uniform\(0, 1\) is a range.*--sample N, or --search", "-p a"),
        ({"params": {"a": uniform(0, 1)}, "zip": True}, "is a range", "-p a"),
        ({"params": {"a,b": [(1, 2), 3]}}, "-p a,b: value 1 is no tuple: 3", "-p a,b"),
        ({"params": {"a,b": [(1, 2, 3)]}}, "-p a,b: value 0 has 3 parts for 2 names", "-p a,b"),
        ({"params": {"a,a": [(1, 2)]}}, "-p a: bound twice", "-p a"),
        ({"params": {"a": [1]}, "const": {"a": 2}}, "a: bound by -p and by --const", "--const a"),
        ({"over": [{"a": 1}], "each": {"a": [1]}}, "a: bound by --over and by --each", "--each a"),
        ({"params": {"a": [1]}, "const": {"class": 2}}, "--const class", "--const class"),
        ({"params": {"a": [1]}, "batch": 3}, "--batch K needs one --each", "--batch"),
        ({"each": {"a": [1]}, "batch": 0}, "--batch 0", "--batch"),
        ({"each": {"a": "text"}}, "--each a: a text", "--each a"),
        ({"each": {"a": pd.DataFrame({"b": [1]})}}, "--each a: a data frame .* --batch K", "--each a"),
        ({"each": {"a": []}}, "--each a: it has no values", "--each a"),
        ({"sample": 3}, "--sample: there are no parameters", "--sample"),
        ({"where": ("a > 1",)}, "--where: there are no parameters", "--where 0"),
        ({"when": {"a": "b"}}, "--when a: there are no parameters", "--when a"),
        ({"params": {"a": [1, 2]}, "sample": 3}, "--sample 3: there are only 2 points", "--sample"),
        ({"params": {"a": [1, 2]}, "sample": 0}, "--sample 0", "--sample"),
        ({"params": {"a": [1, 2]}, "sample": 1, "sampler": "halton"}, "--sampler 'halton'", "--sampler"),
        ({"params": {"a": [1, 2]}, "where": ("a > 2",)}, "none of the 2 points meets the conditions", ""),
        ({"params": {"a": [1, 2]}, "where": ("a > 1", "a >",)}, "--where: 'a >' is no expression", "--where 1"),
        ({"params": {"depth": [1]}, "where": ("dept > 1",)}, "or variable 'dept'; did you mean depth", "--where 0"),
        ({"params": {"a": [1]}, "where": ("len([]) == 0",)}, "says nothing about a", "--where 0"),
        ({"params": {"a": [1, "x"]}, "where": ("a > 0",)}, r"a > 0 fails at a='x' with TypeError", "--where 0"),
        ({"params": {"a": [1]}, "when": {"b": "a > 0"}}, "--when b: there is no such parameter", "--when b"),
        ({"params": {"a": [1], "b": [1]}, "when": {"a": "b", "b": "a"}}, "depend on each other", "--when a"),
        ({"params": {"a": [1]}, "where": (3,)}, "a condition is an expression or a function, not 3", "--where 0"),
        ({"params": {"a": [1]}, "where": (lambda b: b,)}, "has the argument 'b'", "--where 0"),
        (
            {"params": {"a": range(50), "b": range(40), "c": range(100)}},
            r"200,000 tasks \(50 . 40 . 100\) are more than 100,000; --yes runs them all",
            "",
        ),
        ({"parallel": 200_000}, "200,000 tasks are more than 100,000", ""),
        ({"params": {"a": range(10)}, "sample": 9, "max_tasks": 5}, "9 tasks are more than 5", ""),
        ({"params": {"a": range(10**5), "b": range(10**5)}, "yes": True}, "10,000,000,000 tasks .* --sample N", ""),
        ({"params": {"a": range(10**5), "b": range(10**5)}, "where": ("a < b",)}, "too many to try conditions", ""),
        ({"params": {"a": range(9), "b": range(9)}, "where": ("a == b",), "sample": 10}, "only 9 points", "--sample"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_where(options: dict[str, Any], said: str, at: str) -> None:
    with pytest.raises(SweepError, match=said) as caught:
        build(**options)
    assert caught.value.at == at


def test_yes_runs_more_than_the_bound() -> None:
    assert build(params={"a": range(200_000)}, yes=True)[1].count == 200_000


def test_without_scipy_sobol_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.stats.qmc", None)
    with pytest.raises(SweepError, match=r'pip install "cellburst\[search\]"; lhs and random do without'):
        build(params={"a": uniform(0, 1)}, sample=4, sampler="sobol")


def test_a_huge_grid_is_sampled_under_conditions() -> None:
    params = {name: range(10_000) for name in "abc"}
    found = rows(params=params, where=("a < b < c",), sample=200, seed=5)
    assert all(row["a"] < row["b"] < row["c"] for row in found)
    assert len({tuple(row.values()) for row in found}) == 200


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
def test_samples_of_values_that_are_made_anew_have_none_twice(sampler: str) -> None:
    """A batch is another list each time it is asked for."""
    options: dict[str, Any] = {"each": {"part": range(90)}, "batch": 3, "where": ("k < 3",), "sampler": sampler}
    found = rows(**options, params={"k": randint(0, 3)}, sample=60, seed=2)
    assert len({(row["k"], *row["part"]) for row in found}) == 60
    arrays = rows(params={"x": [np.zeros(3), np.ones(3)], "k": randint(0, 1)}, sample=4, sampler=sampler)
    assert len({(row["k"], row["x"][0]) for row in arrays}) == 4


def test_sobol_points_cover_the_square_evenly() -> None:
    found = rows(params={"x": uniform(0, 1), "y": uniform(0, 1)}, sample=64, sampler="sobol", seed=1)
    cells = {(int(row["x"] * 8), int(row["y"] * 8)) for row in found}
    assert len(cells) == 64


def test_importing_sweeps_needs_no_library() -> None:
    code = (
        "import sys, cellburst.sweeps as s\n"
        "import cellburst.sweeps.build, cellburst.sweeps.files, cellburst.sweeps.text, cellburst.sweeps.space\n"
        "s.grid, s.sample, s.describe, s.uniform, s.each, s.table, s.zipped\n"
        "print([name for name in ('numpy', 'scipy', 'pandas', 'yaml', 'optuna', 'IPython') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_arrays_are_axes() -> None:
    assert rows(params={"x": np.array([[1, 2], [3, 4]])[:, 0]}) == [{"x": 1}, {"x": 3}]
    assert filtering.MOST == 10_000_000
