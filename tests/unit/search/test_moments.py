from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.sweeps.moments import Moments


def moments_of(values: list[float]) -> Moments:
    found = Moments()
    for value in values:
        found.add(value)
    return found


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=200))
def test_one_pass_gives_what_numpy_gives_with_two(values: list[float]) -> None:
    found = moments_of(values)
    # the naive way is the one that loses digits
    assert found.n == len(values)
    assert found.mean == pytest.approx(np.mean(values), rel=1e-9, abs=1e-7)
    assert found.std == pytest.approx(np.std(values, ddof=1), rel=1e-6, abs=1e-6)
    assert found.stderr == pytest.approx(np.std(values, ddof=1) / math.sqrt(len(values)), rel=1e-6, abs=1e-6)
    assert (found.min, found.max) == (min(values), max(values))


def test_a_small_spread_far_from_zero_keeps_its_digits() -> None:
    values = [1e9 + place for place in (4.0, 7.0, 13.0, 16.0)]
    assert moments_of(values).std == pytest.approx(np.std([4.0, 7.0, 13.0, 16.0], ddof=1), rel=1e-9)


def test_one_number_has_no_spread() -> None:
    found = moments_of([3.0])
    assert (found.n, found.mean, found.min, found.max) == (1, 3.0, 3.0, 3.0)
    assert math.isnan(found.std)
    assert math.isnan(found.stderr)
    assert math.isnan(Moments().mean)


def test_with_more_numbers_of_the_same_kind_the_error_shrinks_with_the_root() -> None:
    found = moments_of([0.0, 1.0] * 50)
    assert found.figures(400)["stderr"] == pytest.approx(found.stderr / 2)
    assert found.figures(400)["mean"] == found.mean
    assert found.figures()["ci95"] == pytest.approx(1.96 * found.stderr, rel=1e-4)
