from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest

from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.search import Dimension
from cellburst.search.plan import Row
from cellburst.search.study import StudyPlan
from tests.unit.search.studies import (
    LINE,
    TREE,
    Life,
    failure,
    plan_of,
    pruned,
    reports,
    search,
    space_of,
    success,
)

SAMPLERS = ("tpe", "random", "cmaes", "qmc")


def bowl(row: Row) -> float:
    return float((row["x"] - 2.0) ** 2 + abs(row["n"] - 5))


def leaf(row: Row) -> float:
    return float(row["kernel"] + abs(math.log(row["c"])) + row.get("gamma", 0.0) + row.get("degree", 0))


def trials_of(plan: StudyPlan) -> list[tuple[Any, ...]]:
    return [(t.number, t.state, t.params, t.values, t.intermediate_values) for t in plan.study.get_trials()]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_it_asks_for_as_many_trials_as_were_wanted(sampler: str) -> None:
    life = Life(plan_of(search(sampler, 25)), bowl).begin().run()
    assert len(life.rows) == len(life.results) == 25
    assert life.plan.ended is not None
    assert not life.plan.ended.reason
    assert all(-5 <= row["x"] <= 5 and 1 <= row["n"] <= 8 for row in life.rows)


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("space", [LINE, TREE], ids=["plain", "conditional"])
def test_the_same_seed_gives_the_same_trials_whenever_the_searcher_dies(
    sampler: str, space: Sequence[Dimension]
) -> None:
    what, loss = search(sampler, 24, space), bowl if space is LINE else leaf
    lived = Life(plan_of(what), loss).begin().run()
    for death in (0, 1, 7, 23):
        cut = Life(plan_of(what), loss).begin().run(death)
        reborn = cut.reborn(plan_of(what))
        assert trials_of(reborn.plan) == trials_of(cut.plan)  # type: ignore[arg-type]
        assert reborn.run().rows == lived.rows
    assert Life(plan_of(what, seed=8), loss).begin().run().rows != lived.rows


def test_what_ended_while_nobody_decided_changes_nothing() -> None:
    what = search("tpe", 24)
    lived = Life(plan_of(what), bowl).begin().run()
    cut = Life(plan_of(what), bowl).begin().run(14)
    for index in (14, 15):
        cut.results.append(success(index, bowl(cut.rows[index])))
    assert cut.reborn(plan_of(what)).run().rows == lived.rows


def test_a_rebuilt_study_of_many_workers_knows_the_same_trials() -> None:
    what = search("tpe", 40)
    cut = Life(plan_of(what, slots=4), bowl).begin()
    for _ in range(20):
        over = {result.index for result in cut.results}
        cut.end_one(max(set(range(len(cut.rows))) - over))  # the youngest first
    reborn = cut.reborn(plan_of(what, slots=4))
    assert trials_of(reborn.plan) == trials_of(cut.plan)  # type: ignore[arg-type]
    assert len(reborn.run().rows) == 40


@pytest.mark.slow
def test_gaussian_processes_give_the_same_trials_again() -> None:
    pytest.importorskip("torch")
    what = search("gp", 14)
    lived = Life(plan_of(what), bowl).begin().run()
    cut = Life(plan_of(what), bowl).begin().run(11)
    assert cut.reborn(plan_of(what)).run().rows == lived.rows


def test_it_finds_what_chance_does_not() -> None:
    def best(sampler: str) -> float:
        losses = (bowl(row) for row in Life(plan_of(search(sampler, 60)), bowl).begin().run().rows)
        return min(losses)

    assert best("tpe") < 0.05


def test_a_parameter_exists_only_where_its_condition_holds() -> None:
    rows = Life(plan_of(search("tpe", 40, TREE)), leaf).begin().run().rows
    assert {row["kernel"] for row in rows} == {0, 1, 2}
    assert all(("gamma" in row) == (row["kernel"] == 1) for row in rows)
    assert all(("degree" in row) == (row["kernel"] == 2) for row in rows)
    assert space_of(TREE).shown({"kernel": 1, "c": 1.0, "gamma": 0.5}) == {"kernel": "rbf", "c": 1.0, "gamma": 0.5}


def test_a_grid_is_gone_through_once_in_order() -> None:
    space = (
        Dimension("kernel", "choice", choices=("linear", "rbf")),
        Dimension("n", "int", 1, 3),
        Dimension("gamma", "float", 0.0, 0.3, step=0.1, when="kernel == 'rbf'"),
    )
    life = Life(plan_of(search("grid", 100, space)), lambda row: 1.0).begin().run(5)
    rows = life.reborn(plan_of(search("grid", 100, space))).run().rows
    assert rows[:4] == [{"kernel": 0, "n": n} for n in (1, 2, 3)] + [{"kernel": 1, "n": 1, "gamma": 0.0}]
    assert len(rows) == 3 + 3 * 4
    assert [row["gamma"] for row in rows[3:7]] == [0.0, 0.1, 0.2, 0.3]


def test_with_many_workers_there_are_always_a_few_more_than_can_run() -> None:
    plan = plan_of(search("random", 1000), slots=8)
    life = Life(plan, bowl).begin()
    assert len(life.rows) == 12
    for _ in range(20):
        life.end_one()
        assert 8 < len(life.rows) - len(life.results) <= 16
    plan = plan_of(search("random", 1000), slots=8)
    short = Life(plan, lambda row: 0.0).begin()
    for index in range(20):
        short.loss = lambda row, index=index: success(index, 1.0, seconds=0.001)  # type: ignore[misc]
        short.end_one(index)
    assert len(short.rows) - len(short.results) == 40


# what is weak ends early


def test_a_trial_that_is_clearly_worse_is_given_up_and_what_it_says_later_changes_nothing() -> None:
    what = search("random", 30, pruner="median")
    plan = plan_of(what)
    life = Life(plan, bowl).begin()
    for index in range(6):
        life.said[index] = reports(1.0, 0.9, 0.8)
        assert not plan.report(index, life.said[index])
        life.end_one()
    assert not plan.report(6, reports(0.5))
    assert plan.report(7, reports(5.0, 6.0))
    assert plan.report(7, reports(0.0, 0.0, 0.0))  # it is in another attempt, perhaps
    life.said |= {6: reports(0.5), 7: reports(5.0, 6.0, 7.0)}
    life.loss = lambda row: pruned(7)
    life.end_one(7)
    from optuna.trial import TrialState

    assert plan.study.get_trials()[7].state is TrialState.PRUNED
    assert plan.study.get_trials()[7].intermediate_values == {0: 5.0}
    assert plan.ended is None


@pytest.mark.parametrize("pruner", ["asha", "median", "hyperband"])
@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_what_a_pruner_knows_is_known_again_after_a_death(sampler: str, pruner: str) -> None:
    what = search(sampler, 60, pruner=pruner)

    def lived(deaths: Sequence[int]) -> list[int]:
        life = Life(plan_of(what), bowl).begin()
        given_up = []
        for index in range(60):
            if index in deaths:
                life = life.reborn(plan_of(what))
            level = bowl(life.rows[index])
            life.said[index] = reports(*(level + 1 / (step + 1) for step in range(30)))
            hopeless = life.plan.report(index, life.said[index])
            given_up += [index] if hopeless else []
            life.loss = lambda row, index=index, hopeless=hopeless: (  # type: ignore[misc]
                pruned(index) if hopeless else success(index, bowl(row))
            )
            life.end_one(index)
        return given_up

    found = lived([])
    assert 5 < len(found) < 56
    assert lived([3, 20, 41]) == found


# what goes wrong


def test_failed_trials_are_told_and_the_search_goes_on() -> None:
    def sometimes(row: Row) -> TaskResult | float:
        index = len(life.results)
        return failure(index) if index % 3 == 0 else bowl(row)

    life = Life(plan_of(search("tpe", 30)), sometimes).begin()
    life.run()
    assert len(life.rows) == 30
    assert life.plan.ended is not None
    assert not life.plan.ended.failed


def test_if_everything_fails_it_ends_and_says_why() -> None:
    life = Life(plan_of(search("tpe", 200)), lambda row: failure(len(life.results), "no such file")).begin()
    life.run()
    assert life.plan.ended is not None
    assert life.plan.ended.failed
    assert "the last 20 tasks all failed" in life.plan.ended.reason
    assert "ValueError: no such file" in life.plan.ended.reason
    assert len(life.results) == 20
    assert life.reborn(plan_of(search("tpe", 200))).plan.ended is None  # taken up again it tries


def test_cancelled_trials_are_no_sign_that_everything_fails() -> None:
    def cancelled(row: Row) -> TaskResult:
        return failure(len(life.results), kind=OutcomeKind.CANCELLED)

    life = Life(plan_of(search("random", 50)), cancelled).begin()
    life.run()
    assert life.plan.ended is not None
    assert not life.plan.ended.reason


def test_nan_counts_as_failed() -> None:
    life = Life(plan_of(search("tpe", 200)), lambda row: math.nan).begin().run()
    assert life.plan.ended is not None
    assert "gave loss = nan, which counts as failed" in life.plan.ended.reason
    assert len(life.results) == 20


def test_a_metric_that_is_not_there_ends_the_search_with_those_that_are() -> None:
    def other(row: Row) -> TaskResult:
        return TaskResult(
            0, 1, 1, OutcomeKind.SUCCEEDED, 0.0, 1.0, metrics={"los": 1.0, "name": "x"}, summary={"acc": 2}
        )

    life = Life(plan_of(search("tpe", 50)), other).begin().run(1)
    assert life.plan.ended is not None
    assert life.plan.ended.failed
    assert "task 0 gave no number 'loss'; it gave acc, los; did you mean los?" in life.plan.ended.reason


def test_a_trial_that_is_tried_again_by_hand_counts_in_the_end() -> None:
    life = Life(plan_of(search("tpe", 10)), bowl).begin()
    life.loss = lambda row: failure(0)
    life.end_one(0)
    life.loss = bowl
    life.run(3)
    life.plan.tell(success(0, 0.25))
    life.plan.tell(success(0, 0.25))
    plan = life.plan
    assert isinstance(plan, StudyPlan)
    assert plan.study.best_value == 0.25
    assert len(life.run().rows) == 10


def test_points_that_somebody_added_are_left_alone() -> None:
    life = Life(plan_of(search("tpe", 10)), bowl).begin().run(4)
    life.rows += [{"x": 99.0, "n": 3}, {"other": 1}, {}, {"x": 0.0, "n": 3}]
    reborn = life.reborn(plan_of(search("tpe", 20)))
    assert isinstance(reborn.plan, StudyPlan)
    assert reborn.plan.study.get_trials()[-1].params["x"] == 0.0 or len(reborn.rows) > 10
    reborn.loss = lambda row: bowl(row) if "x" in row else 1.0
    assert len(reborn.run().rows) == 20
