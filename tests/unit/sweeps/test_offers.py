"""What says a whole sweep itself, as the parameter grid does."""

from __future__ import annotations

import pytest

from cellburst.errors import SweepError
from cellburst.sweeps.build import build
from cellburst.sweeps.given import unfolded
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.preview import describe
from cellburst.sweeps.ranges import uniform
from cellburst.sweeps.space import space_of


class Says:
    def __init__(self, **said: object) -> None:
        self.said = SweepOptions(**said)  # type: ignore[arg-type]

    def sweep_options(self) -> SweepOptions:
        return self.said


def test_over_takes_it_with_its_conditions_and_constants() -> None:
    grid = Says(params={"a": [1, 2, 3], "b": [0, 1]}, when={"b": "a > 1"}, where=("a < 3",), const={"c": 9})
    points, view = build(SweepOptions(over=grid))
    assert points is not None
    assert [points[index] for index in range(view.count)] == [
        {"a": 1, "c": 9},
        {"a": 2, "b": 0, "c": 9},
        {"a": 2, "b": 1, "c": 9},
    ]
    assert describe(SweepOptions(over=grid)).count == 3


def test_options_of_the_line_add_to_it() -> None:
    both = unfolded(SweepOptions(over=Says(params={"a": [1]}, where=("a > 0",)), params={"b": [2]}, where=("b > 0",)))
    assert dict(both.params) == {"a": [1], "b": [2]}
    assert both.where == ("b > 0", "a > 0")
    assert both.over is None


def test_the_line_says_its_own_sample() -> None:
    grid = Says(params={"a": range(100)}, sample=5, sampler="lhs", seed=3)
    assert unfolded(SweepOptions(over=grid, seed=8)).sample == 5
    assert unfolded(SweepOptions(over=grid, seed=8)).seed == 3
    assert unfolded(SweepOptions(over=grid, sample=7)).sample == 7


def test_a_name_that_both_have_is_refused() -> None:
    with pytest.raises(SweepError, match="a: bound by --over and by -p"):
        build(SweepOptions(over=Says(params={"a": [1]}), params={"a": [2]}))


def test_a_search_takes_its_space_and_not_its_sample() -> None:
    space = space_of(SweepOptions(over=Says(params={"lr": uniform(0, 1)}, sample=5)))
    assert space.names == ("lr",)


def test_rows_and_nothing_are_as_before() -> None:
    rows = SweepOptions(over=[{"a": 1}])
    assert unfolded(rows) is rows
