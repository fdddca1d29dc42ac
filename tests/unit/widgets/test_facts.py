from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cellburst import targets
from cellburst.paths import Folders
from cellburst.widgets import estimate
from cellburst.widgets.estimate import Experience, essence
from cellburst.widgets.facts import facts_of, time_facts
from cellburst.widgets.formats import read
from cellburst.widgets.reading import read_rows
from cellburst.widgets.spec import Spec


def facts(text: str, namespace: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    spec = msgspec.structs.replace(read(text) if text else Spec(), **changes)
    return facts_of(spec, read_rows(spec, namespace or {}), namespace or {})


def test_tasks_are_counted_with_conditions_and_constraints() -> None:
    found = facts(
        "-p k=['rbf', 'lin'] -p g=[1, 2, 3] --when g=\"k == 'rbf'\" --where 'k == \"lin\" or g < 3' --const c=1"
    )
    assert found["count"] == 3
    assert found["preview"] == {
        "columns": ["k", "g", "c"],
        "rows": [["rbf", 1, 1], ["rbf", 2, 1], ["lin", None, 1]],
    }
    assert found["problem"] == ""


def test_samples_are_as_many_as_were_asked_for() -> None:
    found = facts("-p x=uniform(0, 1) -p y=[1, 2] --sample 7 --sampler lhs --seed 1")
    assert found["count"] == 7
    assert len(found["preview"]["rows"]) == 7


def test_a_million_tasks_are_counted_without_making_them() -> None:
    found = facts("-p a=range(1000) -p b=range(1000)")
    assert found["count"] == 1_000_000
    assert len(found["preview"]["rows"]) == 20


def test_a_million_tasks_are_not_tried_against_a_condition_while_somebody_types() -> None:
    found = facts("-p a=range(1000) -p b=range(1000) --where 'a < b'")
    assert found["count"] is None
    assert found["problem"].startswith("Up to 1,000,000 tasks")


def test_no_parameters_are_no_tasks() -> None:
    found = facts("")
    assert (found["count"], found["problem"], found["texts"]) == (None, "", {})


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("-p a=nothing", "rows.p0", "NameError"),
        ("-p a=uniform(0, 1)", "rows.p0", "choose a sample"),
        ("-p a=[1] -p b=[1] --when b='a > nothing'", "rows.p1", "no parameter or variable 'nothing'"),
        ("-p a=[1] -p b=[2] --when b='a >'", "rows.p1", "no expression"),
        ("-p a=[1] --where 'a > 0' --where 'z > 1'", "where.1", "no parameter or variable 'z'"),
        ("-p a=[0] --where '1 / a'", "where.0", "ZeroDivisionError"),
        ("-p a=[1] --where 'a > 3'", "problem", "none of the 1 points"),
    ],
)
def test_an_error_stands_beside_what_it_is_about(text: str, place: str, said: str) -> None:
    found = facts(text)
    assert found["count"] is None
    part, _, key = place.partition(".")
    shown = found[part] if not key else found[part][int(key)] if part == "where" else found[part][key]["error"]
    assert said in shown


def test_half_written_numbers_are_said_and_not_raised() -> None:
    found = facts("-p a=[1]", sampler="lhs", sample="many", seed="-1", parallel="0")
    assert set(found["options"]) == {"sample", "seed", "parallel"}
    assert found["count"] is None


def test_texts_wait_until_all_can_be_read() -> None:
    found = facts("-p a=range(2)")
    assert set(found["texts"]) == {"options", "python", "yaml"}
    spec = Spec(read("-p a=range(2)").parameters).with_parameters(
        (msgspec.structs.replace(read("-p a=range(2)").parameters[0], stop="x"),)
    )
    assert "no number" in facts_of(spec, read_rows(spec, {}), {})["text_problem"]


def test_targets_are_told() -> None:
    assert {"name": "local", "about": "worker processes on this machine"} in facts("")["targets"]


def test_time_goes_by_full_rounds_of_workers() -> None:
    assert estimate.run_seconds(9, 4, 2.0) == 6.0
    found = time_facts(9, Experience(2.0, 30, 2), 4, "local")
    assert (found["time"], found["cost"]) == ("about 6.0 s", "")
    assert "median of 30 in 2 earlier runs" in found["basis"]
    assert "no earlier run" in time_facts(9, None, 4, "local")["time"]
    assert time_facts(None, None, 4, "local")["time"] == ""


def test_priced_targets_cost_dollars(folders: Folders) -> None:
    targets.add("gpu", {"backend": "ec2", "instance_type": "g5.xlarge"}, folders)
    assert estimate.price_per_hour("gpu") == 1.006
    assert time_facts(1000, Experience(3.6, 1, 1), 4, "gpu")["cost"] == "$1.01"
    assert estimate.price_per_hour("local") is None
    assert estimate.price_per_hour("nowhere") is None


def test_the_same_code_is_found_under_another_line() -> None:
    assert essence("%%remote gpu -p a=[1]\nf(a)  \n") == essence("\nf(a)") == "f(a)"
    assert essence("%%remote\n") == ""
