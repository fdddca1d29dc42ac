"""Searches on real workers: a controller, its searcher, a store, and Optuna in between."""

from __future__ import annotations

import math
import random
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cellburst
from cellburst import task
from cellburst.cli.main import cli
from cellburst.client.connecting.discover import offline
from cellburst.client.runs.run import Run
from cellburst.errors import SweepError, UsageError
from cellburst.model.run import RunState
from cellburst.model.stored import TaskRow
from cellburst.model.sweep import SweepView
from cellburst.sweeps.ranges import choice, loguniform, randint, uniform
from tests.integration.shared import shared_folders  # noqa: F401

SPACE = {"lr": loguniform(1e-5, 1e-1), "depth": randint(2, 8)}


def bowl(lr: float, depth: int) -> dict[str, Any]:
    return {"loss": (math.log10(lr) + 3) ** 2 + abs(depth - 5), "name": "bowl"}


def throw() -> float:
    return float(random.random() ** 2 + random.random() ** 2 < 1) * 4


def rows_of(run: Run) -> list[TaskRow]:
    return list(offline().reader.tasks(run.id))


def given_of(run: Run) -> list[dict[str, Any]]:
    return [row.params for row in rows_of(run)]


def losses(run: Run) -> list[float]:
    return [row.metrics["loss"] for row in rows_of(run) if row.metrics and row.state == "succeeded"]


def test_a_search_tries_as_many_points_as_asked_for() -> None:
    run = cellburst.map(bowl, SPACE, search="tpe", trials=30, minimize="loss", seed=1).wait(60)
    assert run.state is RunState.SUCCEEDED
    rows = rows_of(run)
    assert len(rows) == 30
    assert all(row.metrics and row.metrics["loss"] == bowl(**row.params)["loss"] for row in rows)
    assert min(losses(run)) < 1.0
    view = offline().reader.run(run.id).sweep
    assert (view.kind, view.count, view.own) == ("search", 30, 0)
    assert len(view.parts) == 1  # whatever it was asked for in


def test_with_one_worker_the_same_seed_gives_the_same_trials() -> None:
    runs = [
        cellburst.map(bowl, SPACE, search="tpe", trials=20, minimize="loss", seed=seed, parallel=1).wait(60)
        for seed in (5, 5, 6)
    ]
    first, again, other = map(given_of, runs)
    assert first == again
    assert first != other


def kernel(kind: Any, gamma: float | None = None) -> float:
    assert (gamma is not None) == (kind == "rbf")
    return 1.0 if kind == "linear" else 0.5 + (gamma or 0.0)


def test_parameters_exist_only_where_their_condition_holds() -> None:
    space = {"kind": choice(["linear", "rbf"]), "gamma": uniform(0.0, 1.0)}
    run = cellburst.map(kernel, space, when={"gamma": "kind == 'rbf'"}, search="tpe", trials=20, minimize="value").wait(
        60
    )
    assert run.state is RunState.SUCCEEDED
    for row in rows_of(run):
        assert (row.params["gamma"] is not None) == (row.params["kind"] == "rbf")


def report_slowly(level: float, folder: str) -> float:
    try:
        for step in range(1, 41):
            task.report(step, level + 1 / step)
            time.sleep(0.005)
    finally:
        Path(folder, str(task.index)).write_text(str(step))
    return level


def test_weak_trials_end_early(tmp_path: Path) -> None:
    run = cellburst.map(
        report_slowly,
        {"level": uniform(0.0, 1.0)},
        folder=str(tmp_path),
        search="random",
        trials=40,
        minimize="value",
        pruner="asha",
        seed=2,
    ).wait(90)
    assert run.state is RunState.SUCCEEDED
    counts = run.counts
    assert counts.succeeded + counts.pruned == 40
    assert 8 <= counts.pruned <= 38
    rows = rows_of(run)
    kept = [row.params["level"] for row in rows if row.state == "succeeded"]
    gone = [row.params["level"] for row in rows if row.state == "pruned"]
    assert min(kept) < 0.1  # what looks good from the start is not given up
    assert len(gone) > len(kept) // 2
    assert all((tmp_path / str(row.index)).read_text() == "40" for row in rows if row.state == "succeeded")
    assert sum(int((tmp_path / str(row.index)).read_text()) < 40 for row in rows if row.state == "pruned") >= 5


def test_copies_are_added_until_the_estimate_is_good_enough() -> None:
    run = cellburst.submit(throw, until="stderr < 0.1", most=5000, seed=3).wait(60)
    assert run.state is RunState.SUCCEEDED
    estimate = run.estimate
    assert estimate.stderr < 0.1
    assert 200 < estimate.n < 400
    assert abs(estimate.mean - math.pi) < 0.5
    assert estimate.n == run.counts.succeeded
    assert len({row.summary for row in rows_of(run) if row.state == "succeeded"}) == 2


def test_with_one_worker_the_estimate_is_the_same_again() -> None:
    first, again = (
        cellburst.submit(throw, until="ci95 < 0.4", most=5000, seed=3, parallel=1).wait(60).estimate for _ in range(2)
    )
    assert first == again


def test_at_the_bound_it_stops_and_says_how_good_it_is() -> None:
    run = cellburst.submit(throw, until="stderr < 0.0001", most=60, seed=3).wait(60)
    assert run.state is RunState.SUCCEEDED
    assert run.counts.succeeded == 60
    assert "stopped at 60 copies before stderr < 0.0001: mean " in run.status.reason


@pytest.mark.slow
def test_what_was_searched_goes_on_when_it_is_asked_to() -> None:
    run = cellburst.map(bowl, SPACE, search="tpe", trials=10, minimize="loss", seed=1, parallel=1).wait(60)
    first = given_of(run)
    run.search_more(15).wait(60)
    assert run.state is RunState.SUCCEEDED
    assert given_of(run)[:10] == first
    at_once = cellburst.map(bowl, SPACE, search="tpe", trials=25, minimize="loss", seed=1, parallel=1).wait(60)
    assert given_of(run) == given_of(at_once)
    said = CliRunner().invoke(cli, ["continue", run.id, "--trials", "2"])
    assert (said.exit_code, said.output.split(":")[0]) == (0, run.id)
    assert run.wait(60).counts.succeeded == 27
    copies = cellburst.submit(throw, until="n >= 20", most=100, seed=1).wait(60)
    assert copies.search_more(until="n >= 40").wait(60).estimate.n >= 40
    with pytest.raises(UsageError, match="is no search"):
        cellburst.submit(throw).wait(30).search_more(5)


def test_a_cancelled_search_ends_and_is_taken_up_again(tmp_path: Path) -> None:
    run = cellburst.map(
        report_slowly, {"level": uniform(0, 1)}, folder=str(tmp_path), search="random", trials=12, minimize="value"
    )
    deadline = time.monotonic() + 30
    while run.counts.succeeded < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    run.cancel().wait(30)
    assert run.state is RunState.CANCELLED
    assert run.counts.total < 12
    run.search_more().wait(60)
    assert run.state is RunState.SUCCEEDED
    assert run.counts.succeeded == 12


# what goes wrong


def fail(lr: float, depth: int) -> float:
    raise FileNotFoundError("no such data")


def odd(lr: float, depth: int) -> float:
    if task.index % 2:
        raise ValueError("odd")
    return float("nan") if task.index == 4 else lr


def test_when_everything_fails_it_ends_with_the_error() -> None:
    run = cellburst.map(fail, SPACE, search="tpe", trials=200, minimize="loss").wait(60)
    assert run.state is RunState.FAILED
    assert 20 <= run.counts.failed <= 40
    assert "the last 20 tasks all failed" in run.status.reason
    assert "FileNotFoundError: no such data" in run.status.reason


def test_failures_and_nan_are_told_and_not_tried_again() -> None:
    run = cellburst.map(odd, SPACE, search="tpe", trials=14, minimize="value").wait(60)
    counts = run.counts
    assert (counts.succeeded, counts.failed, counts.total) == (7, 7, 14)


def test_a_number_that_is_not_there_ends_it_with_those_that_are() -> None:
    run = cellburst.map(bowl, SPACE, search="tpe", trials=200, minimize="los").wait(60)
    assert run.state is RunState.FAILED
    assert run.counts.total < 20
    assert "gave no number 'los'; it gave loss; did you mean loss?" in run.status.reason


def test_what_cannot_be_meant_is_refused_before_anything_starts() -> None:
    with pytest.raises(UsageError, match="--minimize NAME or --maximize NAME"):
        cellburst.map(bowl, SPACE, search="tpe")
    with pytest.raises(SweepError, match="did you mean stderr"):
        cellburst.submit(throw, until="stdrr < 1")
    assert SweepView("search", 0).count == 0
