"""What the copies of a run say together."""

from __future__ import annotations

import math
import statistics
from typing import Any

import msgspec
import pytest

from cellburst.model.events import RunSubmitted, TasksAdded, TasksEnded, TasksStarted
from cellburst.model.run import RunOptions
from cellburst.model.search import Search, Until
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.paths import Folders
from cellburst.server.schemas.estimates import EstimatesAnswer
from cellburst.server.service import Service
from tests.server.library import RUN, get, keep, refused
from tests.unit.store.builders import T0, make_failure, make_result, make_run

GIVEN = [3.25, 3.0, 2.75, 4.0]


def submitted(search: Until | Search) -> list[Any]:
    """A run to which eight copies were added."""
    run = make_run(1, sweep=SweepView("search", 0), options=RunOptions(search=search))
    return [RunSubmitted(run), TasksAdded(RUN, SweepPart(0, SweepView("copies", 8)), T0)]


async def estimates(jp_fetch: Any) -> list[dict[str, Any]]:
    answer = await get(jp_fetch, "runs", RUN, "estimates")
    msgspec.convert(answer, EstimatesAnswer)
    found: list[dict[str, Any]] = answer["estimates"]
    return found


async def test_mean_and_spread_of_what_has_succeeded(jp_fetch: Any, service: Service, folders: Folders) -> None:
    results = [make_result(index, metrics={"value": value}) for index, value in enumerate(GIVEN)]
    others = [make_failure(4), make_result(5, metrics={"value": math.nan})]
    going = TasksStarted(RUN, (6,), 1, "w1", T0)
    keep(folders, *submitted(Until("stderr < 0.1", 100, "value")), TasksEnded(RUN, (*results, *others), T0), going)
    error = statistics.stdev(GIVEN) / 2
    (found,) = await estimates(jp_fetch)
    assert found == {
        "metric": "value",
        "n": 4,
        "mean": 3.25,
        "std": pytest.approx(2 * error),
        "stderr": pytest.approx(error),
        "ci95": pytest.approx(1.96 * error, rel=1e-4),
        "min": 2.75,
        "max": 4.0,
    }


async def test_each_number_of_the_condition_is_told(jp_fetch: Any, service: Service, folders: Folders) -> None:
    results = [make_result(index, metrics={"price": index}, summary={"delta": 2.0 * index}) for index in range(3)]
    until = Until("stderr(price) < 0.1 and stderr(delta) < 0.1", 100, "price")
    keep(folders, *submitted(until), TasksEnded(RUN, tuple(results), T0))
    found = await estimates(jp_fetch)
    assert [(one["metric"], one["n"], one["mean"]) for one in found] == [("price", 3, 1.0), ("delta", 3, 2.0)]


async def test_what_so_few_do_not_tell_is_null(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *submitted(Until("stderr < 0.1", 100, "value")))
    (found,) = await estimates(jp_fetch)
    assert (found["n"], found["mean"], found["stderr"], found["max"]) == (0, None, None, None)
    keep(folders, TasksEnded(RUN, (make_result(0, metrics={"value": 2}),), T0))
    (found,) = await estimates(jp_fetch)
    assert (found["n"], found["mean"], found["stderr"], found["max"]) == (1, 2.0, None, 2.0)


async def test_a_run_that_searches_for_the_best_has_none(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *submitted(Search("tpe", 20, "value", "minimize")))
    assert await estimates(jp_fetch) == []


async def test_a_run_that_is_not_there_is_refused(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders)
    assert (await refused(jp_fetch, "runs", RUN, "estimates"))[0] == 404
