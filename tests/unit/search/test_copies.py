from __future__ import annotations

import math
import random

import pytest

from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.search import Until
from cellburst.search.copies import Copies
from tests.unit.search.studies import Life, failure, success


def until(condition: str = "stderr < 0.05", most: int = 100_000, least: int = 0) -> Until:
    return Until(condition, most, "value", least)


def toss(life: Life) -> Life:
    """Each copy is a coin of its own."""

    def coin(row: object) -> TaskResult:
        index = len(life.results)
        return success(index, float(random.Random(1_000_003 + index).random() < 0.5), "value")

    life.loss = coin
    return life


def life_of(what: Until, slots: int) -> Life:
    return toss(Life(Copies(what, slots), lambda row: 0.0)).begin()


@pytest.mark.parametrize("slots", [1, 2, 8])
def test_copies_are_added_until_it_is_known_well_enough(slots: int) -> None:
    life = life_of(until(), slots).run()
    assert life.plan.ended is not None
    assert not life.plan.ended.reason
    known = life.plan.known[""]  # type: ignore[attr-defined]
    assert known.stderr < 0.05
    assert 95 <= known.n <= 125  # (0.5 / 0.05) ** 2, and a few
    assert known.n <= len(life.rows) <= known.n + 2 * slots + known.n // 8


def test_the_first_batch_is_two_for_each_worker_and_later_ones_grow() -> None:
    life = life_of(until("stderr < 0.001"), 4)
    assert len(life.rows) == 8
    most = 0
    for _ in range(2000):
        life.end_one()
        most = max(most, len(life.rows) - len(life.results))
        assert len(life.rows) - len(life.results) >= 4
    assert most > 500


def test_with_one_worker_the_same_copies_count_whatever_dies() -> None:
    lived = life_of(until(), 1).run()
    for death in (1, 2, 3, 40, 90):
        cut = life_of(until(), 1).run(death)
        reborn = toss(cut.reborn(Copies(until(), 1))).run()
        assert len(reborn.rows) == len(lived.rows) == len(lived.results)
        assert reborn.plan.known == lived.plan.known  # type: ignore[attr-defined]


def test_it_stops_at_the_bound_and_says_how_good_it_is() -> None:
    for slots in (1, 4):
        life = life_of(until("stderr < 0.0001", most=300), slots).run()
        assert len(life.rows) == 300
        assert life.plan.ended is not None
        assert not life.plan.ended.failed
        reason = life.plan.ended.reason
        assert reason.startswith("stopped at 300 copies before stderr < 0.0001: mean 0.")
        assert "stderr 0.02" in reason
        assert "n 300" in reason


def test_few_equal_values_do_not_end_it_where_a_least_number_is_asked_for() -> None:
    for slots in (1, 4):
        life = life_of(until("stderr < 0.05", least=10), slots)
        life.loss = lambda row, life=life: success(len(life.results), 1.0, "value")  # type: ignore[misc]
        life.run()
        assert 10 <= life.plan.known[""].n <= 16  # type: ignore[attr-defined]


def test_failed_copies_are_made_up_for() -> None:
    def sometimes(row: object) -> TaskResult:
        index = len(life.results)
        return failure(index) if index % 2 else success(index, float(index % 4), "value")

    life = Life(Copies(until("n >= 50"), 2), sometimes).begin()
    life.run()
    assert life.plan.known[""].n == 50  # type: ignore[attr-defined]
    assert not life.plan.ended.failed  # type: ignore[union-attr]


def test_what_always_fails_ends_with_its_error() -> None:
    life = Life(Copies(until(), 2), lambda row: failure(len(life.results), "no")).begin()
    life.run()
    assert life.plan.ended is not None
    assert life.plan.ended.failed
    assert "ValueError: no" in life.plan.ended.reason


def test_numbers_that_are_none_count_as_failed() -> None:
    life = Life(Copies(until(), 2), lambda row: success(len(life.results), math.nan, "value")).begin()
    life.run()
    assert "which counts as failed" in life.plan.ended.reason  # type: ignore[union-attr]


def test_figures_of_several_metrics() -> None:
    def both(row: object) -> TaskResult:
        index = len(life.results)
        value = {"price": float(index % 2), "delta": float(index % 3), "name": "x"}
        metrics = {"price": value["price"]}  # of a dict the worker takes the number that is asked for first
        return TaskResult(index, 1, 1, OutcomeKind.SUCCEEDED, 0.0, 1.0, metrics=metrics, summary=value)

    what = Until("stderr(price) < 0.05 and ci95(delta) < 0.1", 10_000, "price")
    life = Life(Copies(what, 1), both).begin()
    life.run()
    known = life.plan.known  # type: ignore[attr-defined]
    assert set(known) == {"price", "delta"}
    assert known["delta"].ci95 < 0.1
    life = Life(Copies(Until("stderr(prize) < 1", 100, "prize"), 1), both).begin()
    life.run(1)
    assert "no number 'prize'; it gave price, delta; did you mean price?" in life.plan.ended.reason  # type: ignore[union-attr]
