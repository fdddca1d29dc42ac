"""Reports of one task, and curves of many."""

from __future__ import annotations

import math
import os
from typing import Any

import msgspec
import pytest

from cellburst.model.events import RunSubmitted, TasksEnded, TasksRetried, TasksStarted
from cellburst.model.outcome import OutcomeKind
from cellburst.model.report import Report
from cellburst.model.run import RunOptions
from cellburst.model.search import Search
from cellburst.paths import Folders
from cellburst.server.reports import evenly
from cellburst.server.schemas.tasks import CurvesAnswer, ReportsAnswer
from cellburst.server.service import Service
from tests.server.library import RUN, get, open_store, refused
from tests.unit.store.builders import T0, make_result, make_run

MANY = 12


def curve(index: int, steps: int = 5, **more: float) -> list[Report]:
    return [Report(step + 0.5, step, {"loss": 1 / (index + 1) / (step + 1), **more}) for step in range(steps)]


def fill(folders: Folders, **changes: Any) -> None:
    """Ten tasks that have reported, the last one first; the even ones have ended, worse from one to the next."""
    store = open_store(folders)
    store.commit([RunSubmitted(make_run(1, MANY, **changes)), TasksStarted(RUN, tuple(range(MANY)), 1, "w1", T0)])
    for index in range(10):
        store.append_reports(RUN, index, 1, curve(index, acc=0.5) if index else curve(index))
        os.utime(folders.outputs / RUN / f"{index}.1.reports", (T0, T0 - index))
    results = [make_result(index, metrics={"loss": index}) for index in range(0, 10, 2)]
    results[-1] = make_result(8, kind=OutcomeKind.PRUNED, metrics={"loss": 8.0})
    store.commit([TasksEnded(RUN, tuple(results), T0)])
    store.close()


async def curves(jp_fetch: Any, **query: str) -> dict[str, Any]:
    answer: dict[str, Any] = await get(jp_fetch, "runs", RUN, "reports", **query)
    told = msgspec.convert(answer, CurvesAnswer)
    assert all(len(one.at) == len(one.steps) == len(one.values) for one in told.curves)
    return answer


async def test_what_a_task_reported(jp_fetch: Any, service: Service, folders: Folders) -> None:
    store = open_store(folders)
    store.commit([RunSubmitted(make_run()), TasksStarted(RUN, (0, 1), 1, "w1", T0)])
    told = [Report(0.5, 0, {"loss": 2.0}), Report(1.5, 1, {"loss": math.nan, "acc": math.inf})]
    store.append_reports(RUN, 0, 1, told)
    store.close()
    answer = await get(jp_fetch, "runs", RUN, "tasks", "0", "reports")
    msgspec.convert(answer, ReportsAnswer)
    assert answer == {
        "attempt": 1,
        "generation": 1,
        "reports": [
            {"at": 0.5, "step": 0, "values": {"loss": 2.0}},
            {"at": 1.5, "step": 1, "values": {"loss": None, "acc": None}},
        ],
    }
    assert (await get(jp_fetch, "runs", RUN, "tasks", "1", "reports"))["reports"] == []
    assert (await refused(jp_fetch, "runs", RUN, "tasks", "4", "reports"))[0] == 404


async def test_the_newest_curves(jp_fetch: Any, service: Service, folders: Folders) -> None:
    fill(folders)
    answer = await curves(jp_fetch, most="3")
    assert (answer["metric"], answer["metrics"], answer["total"]) == ("loss", ["acc", "loss"], 10)
    assert [one["task"] for one in answer["curves"]] == [0, 1, 2]
    assert [one["state"] for one in answer["curves"]] == ["succeeded", "running", "succeeded"]
    assert answer["curves"][1] == {
        "task": 1,
        "state": "running",
        "attempt": 1,
        "generation": 1,
        "at": [0.5, 1.5, 2.5, 3.5, 4.5],
        "steps": [0, 1, 2, 3, 4],
        "values": [0.5, 0.25, 1 / 6, 0.125, 0.1],
    }


async def test_the_best_curves(jp_fetch: Any, service: Service, folders: Folders) -> None:
    fill(folders)
    lowest = await curves(jp_fetch, choose="best", most="3")
    assert [one["task"] for one in lowest["curves"]] == [0, 2, 4]
    highest = await curves(jp_fetch, choose="best", order="desc", most="6", metric="loss")
    assert [one["task"] for one in highest["curves"]] == [8, 6, 4, 2, 0, 1]
    assert highest["curves"][0]["state"] == "pruned"


async def test_the_curves_of_some_tasks_and_of_another_metric(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    fill(folders)
    answer = await curves(jp_fetch, tasks="7,0,11,7,99", metric="acc", points="2")
    assert [(one["task"], one["steps"], one["values"]) for one in answer["curves"]] == [
        (7, [0, 4], [0.5, 0.5]),
        (0, [], []),
    ]


async def test_what_the_run_is_searched_for_comes_first(jp_fetch: Any, service: Service, folders: Folders) -> None:
    fill(folders, options=RunOptions(search=Search("tpe", 20, "acc", "maximize", pruner="asha")))
    assert (await curves(jp_fetch))["metric"] == "acc"


async def test_a_task_that_is_run_again_has_no_curve_until_it_reports(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    fill(folders)
    store = open_store(folders)
    store.commit([TasksRetried(RUN, (0, 2), T0)])
    store.append_reports(RUN, 2, 1, curve(2, 2))
    store.close()
    answer = await curves(jp_fetch, tasks="0,2")
    assert [(one["task"], one["generation"], len(one["steps"])) for one in answer["curves"]] == [(2, 2, 2)]


async def test_a_run_that_reports_nothing(jp_fetch: Any, service: Service, folders: Folders) -> None:
    store = open_store(folders)
    store.commit([RunSubmitted(make_run())])
    store.close()
    assert await curves(jp_fetch) == {"metric": "", "metrics": [], "total": 0, "curves": []}


@pytest.mark.parametrize(
    "query",
    [
        {"most": "201"},
        {"most": "0"},
        {"points": "1"},
        {"points": "201"},
        {"choose": "worst"},
        {"tasks": "-1"},
        {"tasks": "x"},
        {"tasks": ",".join(map(str, range(201)))},
        {"metric": "x" * 201},
    ],
)
async def test_what_makes_no_sense_is_refused(
    query: dict[str, str], jp_fetch: Any, service: Service, folders: Folders
) -> None:
    fill(folders)
    assert (await refused(jp_fetch, "runs", RUN, "reports", **query))[0] == 400


def test_an_even_choice() -> None:
    assert evenly(range(5), 5) == [0, 1, 2, 3, 4]
    assert evenly(range(1001), 5) == [0, 250, 500, 750, 1000]
    assert evenly(range(3), 2) == [0, 2]
    assert evenly([], 2) == []
