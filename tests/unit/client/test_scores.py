"""Which number tasks are compared by, and which end of it is the good one."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from cellburst.client.tables.scores import aim, number
from cellburst.errors import UsageError
from cellburst.model.payload import Payload
from cellburst.model.run import Run, RunOptions
from cellburst.model.search import Search, Until
from tests.unit.client.scripted import make_run


def run(search: Any = None, objective: str = "") -> Run:
    made = make_run()
    payload: Payload = replace(made.payload, objective=objective)
    return replace(made, options=RunOptions(search=search), payload=payload)


SMALL, LARGE = Search("tpe", 10, "loss", "minimize"), Search("tpe", 10, "auc", "maximize")


@pytest.mark.parametrize(
    ("search", "metric", "mode", "meant"),
    [
        (None, None, None, ("value", "max")),
        (None, "score", "min", ("score", "min")),
        (SMALL, None, None, ("loss", "min")),
        (SMALL, "loss", None, ("loss", "min")),
        (SMALL, "size", None, ("size", "max")),
        (LARGE, "seconds", None, ("seconds", "min")),
        (SMALL, None, "max", ("loss", "max")),
        (LARGE, None, None, ("auc", "max")),
        (Until("stderr < 1", 10, "price"), None, None, ("price", "max")),
    ],
)
def test_a_search_knows_what_is_best(search: Any, metric: Any, mode: Any, meant: tuple[str, str]) -> None:
    assert aim(run(search), metric, mode) == meant


def test_what_tasks_are_told_to_report_is_what_they_are_compared_by() -> None:
    assert aim(run(objective="loss"), None, "min") == ("loss", "min")


def test_there_are_two_modes() -> None:
    with pytest.raises(UsageError, match="mode must be 'max' or 'min', not 'best'"):
        aim(run(), None, "best")


@pytest.mark.parametrize(
    ("value", "found"), [(1, 1.0), (True, 1.0), ("1", None), (None, None), (float("nan"), None), ([1], None)]
)
def test_numbers_are_what_can_be_compared(value: Any, found: float | None) -> None:
    assert number(value) == found
