"""``ParameterGrid`` in Python, without a browser: what a page sends and gets is here what it would be there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import cellburst
from cellburst.errors import SweepError, UsageError
from cellburst.sweeps.build import build
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.ranges import uniform
from cellburst.widgets import assets, keeping
from cellburst.widgets.grid import ParameterGrid
from cellburst.widgets.requests import answer


def train(lr: float, depth: int = 1) -> float:
    return lr * depth


def edited(grid: ParameterGrid, **changes: Any) -> None:
    """As the page does it."""
    grid.spec = {**grid.spec, **changes, "serial": grid.spec.get("serial", 0) + 1}


def test_it_is_a_public_name_that_costs_nothing_until_it_is_used() -> None:
    assert cellburst.ParameterGrid is ParameterGrid
    assert callable(cellburst.explore)


def test_it_begins_with_what_it_is_given() -> None:
    grid = ParameterGrid(train, {"lr": [0.1, 0.01], "depth": range(2, 5)})
    assert (grid.label, len(grid), bool(grid)) == ("train", 6, True)
    assert repr(grid) == "<ParameterGrid 'train': 6 tasks>"
    assert grid.facts["bound"] == "train()"
    assert "cellburst.map(\n    train," in grid.text("python")


def test_parameters_are_added_changed_and_removed() -> None:
    grid = ParameterGrid("g", {"a": [1, 2]})
    grid.add("b", "geomspace(1, 100, 3)", when="a > 1").add("c", uniform(0, 1)).add("d", 5, const=True).where("a < 9")
    assert [one["kind"] for one in grid.spec["parameters"][1:]] == ["logspace", "distribution", "constant"]
    grid.add("c", [True, False]).remove("d")
    assert grid.text() == '-p a=[1, 2] -p b=geomspace(1, 100, 3) -p c=[False, True] --when b="a > 1" --where "a < 9"'
    with pytest.raises(UsageError, match=r"no parameter 'z'; it has: a, b, c"):
        grid.remove("z")
    with pytest.raises(SweepError, match="no name for a variable"):
        grid.add("not a name", [1])
    with pytest.raises(SweepError, match="no text stands for object"):
        grid.add("o", object())


def test_a_sample_of_it() -> None:
    grid = ParameterGrid("g", {"a": range(100)}).sample(5, "lhs", seed=3)
    assert len(grid) == 5
    assert len(grid.sample(None)) == 100
    with pytest.raises(UsageError, match="random, lhs or sobol"):
        grid.sample(5, "best")


def test_over_takes_it_as_it_is_now() -> None:
    grid = ParameterGrid("g", {"a": [1, 2]})
    points, _ = build(SweepOptions(over=grid, params={"b": [0, 1]}))
    assert points is not None
    assert len(points) == 4
    edited(grid, parameters=[{"id": "p0", "name": "a", "text": "1, 2, 3"}])
    assert len(build(SweepOptions(over=grid))[0] or ()) == 3
    edited(grid, parameters=[{"id": "p0", "name": "a", "text": "oops"}])
    with pytest.raises(SweepError, match="a: oops is no literal"):
        build(SweepOptions(over=grid))


def test_an_empty_grid_is_no_sweep() -> None:
    with pytest.raises(SweepError, match="no parameters yet"):
        ParameterGrid("g").sweep_options()


def test_the_page_gets_counts_and_errors_for_its_own_edit() -> None:
    grid = ParameterGrid("g")
    edited(grid, parameters=[{"id": "p0", "name": "lr", "kind": "expression", "text": "missing_name"}])
    assert grid.facts["serial"] == grid.spec["serial"]
    assert "NameError" in grid.facts["rows"]["p0"]["error"]
    vars(sys.modules["__main__"])["missing_name"] = [1, 2]
    try:
        assert answer(grid, {"kind": "refresh"}) == {"kind": "heard"}
    finally:
        del vars(sys.modules["__main__"])["missing_name"]
    assert grid.facts["count"] == 2


def test_a_page_that_sends_nonsense_changes_nothing() -> None:
    grid = ParameterGrid("g", {"a": [1, 2]})
    grid.spec = {"parameters": [{"id": "p0", "kind": "<script>"}]}
    assert "no parameter grid" in grid.notice
    assert len(grid) == 2
    for asked in (
        None,
        3,
        {},
        {"kind": "__class__"},
        {"kind": "import"},
        {"kind": "import", "format": "exe", "text": "x"},
    ):
        assert answer(grid, asked)["message"]
    assert len(grid) == 2


def test_importing_from_the_page() -> None:
    grid = ParameterGrid("g")
    assert answer(grid, {"kind": "import", "format": "options", "text": "-p a=[1] -p b=[2,"}) == {
        "kind": "imported",
        "message": "this [ is never closed",
        "line": 1,
        "column": 15,
    }
    assert answer(grid, {"kind": "import", "format": "yaml", "text": "parameters: {a: {values: [1, 2]}}"}) == {
        "kind": "imported"
    }
    assert len(grid) == 2
    with pytest.raises(UsageError, match="line 1, column 6"):
        grid.load_text("-p a=[1")


def test_running_what_is_bound_to_nothing_is_refused_in_words() -> None:
    grid = ParameterGrid("g", {"a": [1]})
    assert "bound to nothing" in answer(grid, {"kind": "run"})["message"]
    with pytest.raises(UsageError, match="has not run yet"):
        _ = grid.results
    assert answer(grid, {"kind": "cancel"}) == {"kind": "heard"}


def test_too_many_tasks_are_refused_in_words_of_the_grid() -> None:
    grid = ParameterGrid(train, {"lr": range(1000), "depth": range(1000)})
    assert grid.facts["count"] == 1_000_000
    assert "grid.run(yes=True) runs them all" in answer(grid, {"kind": "run"})["message"]


def test_a_cell_needs_a_notebook() -> None:
    with pytest.raises(UsageError, match=r"ParameterGrid\(fn\)"):
        ParameterGrid("g").bind_cell("f(a)")


def test_edits_are_kept_by_name_and_the_program_says_when_to_begin_anew() -> None:
    grid = ParameterGrid("g", {"a": [1, 2]})
    edited(grid, parameters=[{"id": "p0", "name": "a", "text": "1, 2, 3, 4"}])
    assert len(ParameterGrid("g", {"a": [1, 2]})) == 4
    assert len(ParameterGrid("g")) == 4
    assert len(ParameterGrid("g", {"a": [7]})) == 1, "the program gives something else"
    assert ParameterGrid("other").facts["count"] is None


def test_damage_is_said_on_the_page() -> None:
    grid = ParameterGrid("g", {"a": [1]})
    edited(grid, seed="1")
    keeping.flush_all()
    assert grid._shelf is not None
    grid._shelf.path.write_text("{")
    assert "damaged" in ParameterGrid("g").notice


def test_without_a_build_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "_FOLDER", tmp_path / "none")
    assets.page.cache_clear()
    try:
        with pytest.raises(UsageError, match="make labextension"):
            ParameterGrid("g")
    finally:
        assets.page.cache_clear()


def test_static_readers_get_a_table_in_which_text_is_text() -> None:
    grid = ParameterGrid("<b>g</b>", {"a": ["<script>alert(1)</script>"]})
    data, _ = grid._repr_mimebundle_()
    assert "&lt;script&gt;" in data["text/html"]
    assert "<script" not in data["text/html"]
    assert "<b>" not in data["text/html"]
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == grid.model_id


def test_lone_surrogates_and_control_characters_reach_no_page() -> None:
    grid = ParameterGrid("g")
    edited(grid, parameters=[{"id": "p0", "name": "a", "kind": "choices", "text": "x\u202ey\nz"}])
    json.dumps(grid.facts).encode()
    assert grid.facts["count"] == 2


def test_a_decorated_function_keeps_its_options_beside_those_of_the_grid() -> None:
    held = cellburst.remote(retries=3, target="gpu")(train).with_options(parallel=2)
    assert (held._options.retries, held._options.target, held._options.parallel) == (3, "gpu", 2)
    assert ParameterGrid(held).facts["bound"] == "train()"
    with pytest.raises(UsageError, match="parallel"):
        held.with_options(parallel=0)
