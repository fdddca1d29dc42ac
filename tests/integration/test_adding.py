"""Points that are added to runs, live and ended: only new ones are computed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import cellburst
from cellburst.errors import SweepError, UsageError
from cellburst.model.run import RunState
from tests.integration.shared import shared_folders  # noqa: F401
from tests.integration.test_cache import calls, counted
from tests.integration.test_client_functions import hold


def product(a: int, b: int = 1) -> int:
    return a * b


def run_of(folder: Path, ns: Any) -> Any:
    return cellburst.map(counted, [{"n": n} for n in ns], folder=str(folder))


def test_an_ended_run_computes_only_what_is_new(tmp_path: Path) -> None:
    run = run_of(tmp_path, [1, 2]).wait(60)
    before = run.results
    assert list(before) == [1, 4]
    assert run.add({"n": [2, 3, 1, 4, 3]}) is run
    assert list(run.wait(60).results) == [1, 4, 9, 16]
    assert sorted(calls(tmp_path)) == [1, 2, 3, 4]
    assert (run.count, run.state, len(before)) == (4, RunState.SUCCEEDED, 2)
    assert list(run.frame()["n"]) == [1, 2, 3, 4]
    assert [task.params for task in run.as_completed()][-1].keys() == {"n"}
    assert cellburst.attach(run.id).results.params(3) == {"n": 4}


def test_adding_what_is_there_does_nothing(tmp_path: Path) -> None:
    run = run_of(tmp_path, [1, 2]).wait(60)
    ended = run.status.ended
    assert run.add([{"n": 2}, {"n": 1.0}]).status.ended == ended
    assert run.count == 2


def test_a_live_run_grows_while_its_tasks_come(tmp_path: Path) -> None:
    path = tmp_path / "held"
    run = cellburst.map(hold, [str(path)])
    came = []
    for task in _after(run, path, tmp_path):
        came.append(task.index)
    assert sorted(came) == [0, 1]


def _after(run: Any, path: Path, folder: Path) -> Any:
    while not Path(f"{path}.running").exists():
        time.sleep(0.01)
    other = folder / "other"
    run.add([str(other), str(path)])
    Path(f"{path}.go").touch()
    Path(f"{other}.go").touch()
    return run.as_completed(timeout=60)


def test_a_grid_grows_by_another_one_with_conditions() -> None:
    run = cellburst.map(product, {"a": [1, 2], "b": [3, 4]}).wait(60)
    run.add({"a": [1, 2, 3], "b": [4, 5]}, where=("a != 2",)).wait(60)
    found = {
        (row.params["a"], row.params["b"]): value for row, value in zip(run.results.rows(), run.results, strict=True)
    }
    assert found == {(a, b): a * b for a, b in [(1, 3), (1, 4), (2, 3), (2, 4), (1, 5), (3, 4), (3, 5)]}
    run.add({"a": [9], "b": [9]}).add({"a": [10], "b": [9]}).wait(60)
    assert list(run.results)[-2:] == [81, 90]
    assert run.best().params == {"a": 10, "b": 9}


def test_copies_grow_by_copies() -> None:
    run = cellburst.submit(product, 2, parallel=2).wait(60)
    assert list(run.add(copies=2).wait(60).results) == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("params", "options", "why"),
    [
        ({"a": [1]}, {}, r"the point \{'a': 1\} has no value for b; run .* has a, b"),
        ([{"a": 1, "b": 2, "c": 3}], {}, r"knows nothing of c; run .* has a, b"),
        (None, {"copies": 3}, "has the parameters a, b; give values for them"),
        (None, {}, "add takes parameters, as map does, or copies=N"),
        ({"a": [1], "b": [1]}, {"copies": 3}, "add takes parameters, as map does, or copies=N"),
        ({"a": [1], "b": [1]}, {"paralel": 3}, "there is no option 'paralel'"),
        ([{"a": 1, "b": 2}], {"over": [{"a": 1, "b": 2}]}, "rows are given twice"),
    ],
)
def test_what_does_not_fit_is_refused(params: Any, options: Any, why: str) -> None:
    run = cellburst.map(product, {"a": [1], "b": [3]}).wait(60)
    with pytest.raises(UsageError, match=why):
        run.add(params, **options)
    assert run.count == 1


def test_a_single_call_cannot_grow() -> None:
    with pytest.raises(UsageError, match="is one plain cell or call, which has no further points"):
        cellburst.submit(product, 1).add({"a": [2]})
    with pytest.raises(SweepError):
        cellburst.map(product, {"a": [1], "b": [3]}).add({"a": [], "b": []})
