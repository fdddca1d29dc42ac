from __future__ import annotations

import pytest

from cellburst.errors import SweepError
from cellburst.sweeps.until import read_condition
from tests.unit.search.test_moments import moments_of

COINS = {"": moments_of([0.0, 1.0] * 50)}  # mean 0.5, std 0.5025, stderr 0.05025


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("stderr < 0.06", True),
        ("stderr < 0.05", False),
        ("0.05 < stderr <= 0.06", True),
        ("stderr / abs(mean) < 0.11", True),
        ("ci95 < 0.1", True),
        ("ci95 < 0.09", False),
        ("n >= 100 and stderr < 0.06", True),
        ("n > 100 or mean > 0.4", True),
        ("not n < 100", True),
        ("sqrt(std ** 2) / sqrt(n) < 0.06", True),
        ("-mean < +min", True),
        ("max - min >= 1", True),
        ("stderr / (mean - 0.5) < 1", False),
        ("log(min) < 0", False),
    ],
)
def test_a_condition_is_evaluated_over_the_figures(text: str, true: bool) -> None:
    assert read_condition(text).holds(COINS) is true


def test_what_is_not_known_yet_is_not_true_either_way() -> None:
    one = {"": moments_of([1.0])}
    assert not read_condition("stderr < 1").holds(one)
    assert not read_condition("not stderr < 1").holds(one)
    assert read_condition("n >= 1").holds(one)


def test_figures_can_be_those_of_a_named_metric() -> None:
    condition = read_condition('stderr(price) < 0.1 and mean("delta 2") > 1')
    assert condition.metrics == ("price", "delta 2")
    assert not condition.bare
    assert condition.holds({"price": moments_of([0.0, 0.01]), "delta 2": moments_of([2.0, 2.0])})
    assert not condition.holds({"price": moments_of([0.0, 10.0]), "delta 2": moments_of([2.0, 2.0])})


@pytest.mark.parametrize(
    ("text", "problem", "pointed"),
    [
        ("stdrr < 0.01", "did you mean stderr?", "^^^^^"),
        ("n > 3 and variance < 1", "there is no 'variance'", "          ^^^^^^^^"),
        ("stderr", "a comparison is needed", "^^^^^^"),
        ("stderr = 0.1", "this is no condition", ""),
        ("stderr < ", "this is no condition", ""),
        ("stderr == 0.1", "compared with", "^^^^^^^^^^^^^"),
        ("1 < 2", "names no figure", "^^^^^"),
        ("mean.real < 1", "is needed here", "^^^^^^^^^"),
        ("__import__('os').system('x') < 1", "is needed here", "^^^"),
        ("eval('1') < 1", "there is no 'eval'", "^^^^"),
        ("[1 for a in b] < 1", "is needed here", "^^^"),
        ("stderr(1) < 1", "the name of a metric", "       ^"),
        ("abs(mean, 1) < 1", "is needed here", "^^^"),
        ("True < mean", "is needed here", "^^^^"),
        ("café < 1 and stdrr < 1", "there is no 'café'", "^^^^\n"),
        ("", "needs a condition", ""),
    ],
)
def test_what_is_no_condition_is_refused_with_its_place(text: str, problem: str, pointed: str) -> None:
    with pytest.raises(SweepError) as caught:
        read_condition(text)
    message = f"{caught.value}\n"
    assert problem in message
    assert pointed in message


def test_how_many_it_may_take_follows_the_root() -> None:
    condition = read_condition("stderr < 0.01")
    needed = condition.needs(COINS, 1_000_000)
    assert needed == pytest.approx((0.502519 / 0.01) ** 2, abs=2)
    assert condition.needs(COINS, 1000) == 1000
    assert read_condition("mean < 0").needs(COINS, 5000) == 5000
    assert read_condition("n >= 150").needs(COINS, 5000) == 150


def test_a_bare_number_of_copies_is_of_whatever_is_looked_at() -> None:
    condition = read_condition("stderr(price) < 10 and n >= 3")
    assert (condition.metrics, condition.bare) == (("price",), False)
    assert not condition.holds({"price": moments_of([1.0, 2.0])})
    assert condition.holds({"price": moments_of([1.0, 2.0, 3.0])})
    assert read_condition("n >= 3").bare
