"""Results that are taken over from earlier runs: real workers, a real controller and store."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

import cellburst
from cellburst.errors import UsageError
from tests.integration.shared import shared_folders  # noqa: F401

CALLS = "calls"


@pytest.fixture(autouse=True)
def no_modules_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have loaded is no part of the user's package, where any module may look at the task's number."""
    for name in [name for name in sys.modules if name.startswith("tests.") and name != __name__]:
        monkeypatch.delitem(sys.modules, name)


def counted(folder: str, n: int) -> int:
    """The square, and one more line in a file for each time that this is really called."""
    with open(Path(folder) / CALLS, "a") as file:
        file.write(f"{n}\n")
    print("worked on", n)
    return n * n


def odd_only(folder: str, n: int) -> int:
    counted(folder, n)
    if n % 2 == 0:
        raise ValueError(f"{n} is even")
    return n


def drawn(folder: str, n: int) -> float:
    import random

    counted(folder, n)
    return random.random()


def scaled(folder: str, n: int) -> int:
    import scale_of_mine

    counted(folder, n)
    return int(scale_of_mine.scale(n))


def calls(folder: Path) -> list[int]:
    path = folder / CALLS
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def run_of(fn: Any, folder: Path, ns: Any, **options: Any) -> Any:
    return cellburst.map(fn, [{"n": n} for n in ns], folder=str(folder), **options).wait(60)


def test_a_second_run_of_the_same_costs_nothing(tmp_path: Path) -> None:
    first = run_of(counted, tmp_path, range(4), cache=True)
    second = run_of(counted, tmp_path, range(4), cache=True)
    assert sorted(calls(tmp_path)) == [0, 1, 2, 3]
    assert list(first.results) == list(second.results) == [0, 1, 4, 9]
    assert [row.cached for row in second.results.rows()] == [f"{first.id}/{n}" for n in range(4)]
    assert list(second.frame()["cached"]) == [f"{first.id}/{n}" for n in range(4)]
    assert second.results.task(2).cached == f"{first.id}/2"
    assert second.logs(3) == "worked on 3\n"


def test_only_new_points_are_computed_and_seeds_stay(tmp_path: Path) -> None:
    small = run_of(drawn, tmp_path, [1, 2], cache=True)
    large = run_of(drawn, tmp_path, [3, 2, 1], cache=True)
    fresh = run_of(drawn, tmp_path, [3, 2, 1], cache="refresh")
    assert sorted(calls(tmp_path)) == [1, 1, 2, 2, 3, 3]
    values = {row.params["n"]: value for row, value in zip(large.results.rows(), large.results, strict=True)}
    assert [values[1], values[2]] == list(small.results)
    assert list(fresh.results) == list(large.results)


def test_refresh_computes_again_and_is_found_afterwards(tmp_path: Path) -> None:
    run_of(counted, tmp_path, [5], cache=True)
    fresh = run_of(counted, tmp_path, [5], cache="refresh")
    again = run_of(counted, tmp_path, [5], cache=True)
    assert calls(tmp_path) == [5, 5]
    assert fresh.results.task(0).cached == ""
    assert again.results.task(0).cached == f"{fresh.id}/0"


def test_failures_are_never_taken_over(tmp_path: Path) -> None:
    for _ in range(2):
        run = run_of(odd_only, tmp_path, range(4), cache=True)
        assert {row.state for row in run.results.rows()} == {"succeeded", "failed"}
    assert sorted(calls(tmp_path)) == [0, 0, 1, 2, 2, 3]


@pytest.mark.parametrize("other", [{"seed": 7}, {"name": "another", "cache": ""}])
def test_other_seeds_and_runs_without_the_option_are_computed(tmp_path: Path, other: dict[str, Any]) -> None:
    run_of(counted, tmp_path, [1], cache=True)
    run_of(counted, tmp_path, [1], **{"cache": True, **other})
    assert calls(tmp_path) == [1, 1]


def test_another_argument_or_function_is_another_task(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    run_of(counted, tmp_path, [1], cache=True)
    run_of(counted, tmp_path / "other", [1], cache=True)
    run_of(odd_only, tmp_path, [1], cache=True)
    assert calls(tmp_path) == [1, 1]
    assert calls(tmp_path / "other") == [1]


def test_a_result_whose_run_was_deleted_is_computed_again(tmp_path: Path) -> None:
    run_of(counted, tmp_path, [1], cache=True).delete()
    run_of(counted, tmp_path, [1], cache=True)
    assert calls(tmp_path) == [1, 1]


def test_the_result_of_a_hit_outlives_the_run_that_it_is_from(tmp_path: Path) -> None:
    first = run_of(counted, tmp_path, [6], cache=True)
    second = run_of(counted, tmp_path, [6], cache=True)
    first.delete()
    assert cellburst.attach(second.id).results[0] == 36
    third = run_of(counted, tmp_path, [6], cache=True)
    assert list(third.results) == [36]


def test_a_single_call_and_copies_are_kept_too(tmp_path: Path) -> None:
    for _ in range(2):
        assert cellburst.submit(counted, str(tmp_path), 3, cache=True).result(60) == 9
    for parallel in (2, 3):
        cellburst.submit(counted, str(tmp_path), 4, parallel=parallel, cache=True).wait(60)
    assert sorted(calls(tmp_path)) == [3, 4, 4, 4]


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cache must be True, False or 'refresh', not 'always'"):
        cellburst.submit(counted, str(tmp_path), 3, cache="always")


def test_points_that_are_added_are_taken_over_and_kept(tmp_path: Path) -> None:
    other = run_of(counted, tmp_path, [2, 9], cache=True)
    run = run_of(counted, tmp_path, [1], cache=True)
    run.add([{"n": 1}, {"n": 2}, {"n": 3}])
    run.wait(60)
    assert list(run.results) == [1, 4, 9]
    assert [row.cached for row in run.results.rows()] == ["", f"{other.id}/0", ""]
    assert run.cached == 1
    again = run_of(counted, tmp_path, [3, 2, 1], cache=True)
    assert [row.cached for row in again.results.rows()] == [f"{run.id}/2", f"{other.id}/0", f"{run.id}/0"]
    assert sorted(calls(tmp_path)) == [1, 2, 3, 9]


def test_seeds_of_added_points_are_those_that_they_had_from_the_start(tmp_path: Path) -> None:
    whole = run_of(drawn, tmp_path, [1, 2], cache="refresh")
    run = run_of(drawn, tmp_path, [1], cache="refresh")
    run.add([{"n": 2}])
    assert list(run.wait(60).results) == list(whole.results)
    assert sorted(calls(tmp_path)) == [1, 1, 2, 2], "all of it was computed"


def test_added_copies_and_points_of_a_run_that_was_attached_are_kept(tmp_path: Path) -> None:
    def two(folder: str) -> int:
        return counted(folder, 2)

    cellburst.submit(two, str(tmp_path), parallel=2, cache=True).wait(60)
    run = cellburst.attach(cellburst.submit(two, str(tmp_path), parallel=2, cache=True).wait(60).id)
    run.add(copies=1)
    run.wait(60)
    third = cellburst.submit(two, str(tmp_path), parallel=3, cache=True).wait(60)
    assert [row.cached.partition("/")[2] for row in third.results.rows()] == ["0", "1", "2"]
    assert third.results.task(2).cached == f"{run.id}/2"
    assert calls(tmp_path) == [2, 2, 2]


def test_added_points_of_a_function_that_may_see_its_number_are_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "numbers_of_mine.py").write_text(
        "from cellburst import task\ndef numbered(n):\n    return task.count\n"
    )
    numbered = importlib.import_module("numbers_of_mine").numbered
    for _ in range(2):
        run = cellburst.map(numbered, [{"n": 1}], cache=True).wait(60)
        run.add([{"n": 2}])
        run.wait(60)
    assert [row.cached != "" for row in run.results.rows()] == [True, False]


def test_added_points_are_computed_once_a_module_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "scale_of_mine.py").write_text("def scale(n):\n    return n\n")
    first = run_of(scaled, tmp_path, [1, 2], cache=True)
    run = run_of(scaled, tmp_path, [1], cache=True)
    (tmp_path / "scale_of_mine.py").write_text("def scale(n):\n    return n * 10\n")
    run.add([{"n": 2}])
    run.wait(60)
    assert run.results.task(1).cached == ""
    assert [row.cached for row in run.results.rows()] == [f"{first.id}/0", ""]
