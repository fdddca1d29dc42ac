from __future__ import annotations

import pytest

from cellburst.errors import SweepError
from cellburst.sweeps.ranges import RANGES
from cellburst.sweeps.spacing import arange, geomspace, linspace


def test_numbers_are_those_that_a_person_means() -> None:
    assert arange(0, 1, 0.1) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert linspace(0, 1, 11)[3] == 0.3
    assert geomspace(1e-4, 0.1, 4) == [0.0001, 0.001, 0.01, 0.1]


def test_they_are_numpys_but_for_the_last_digits() -> None:
    numpy = pytest.importorskip("numpy")
    assert linspace(-3, 8.5, 29) == pytest.approx(list(numpy.linspace(-3, 8.5, 29)))
    assert geomspace(0.02, 700, 17) == pytest.approx(list(numpy.geomspace(0.02, 700, 17)))
    assert list(arange(-1, 2, 0.25)) == pytest.approx(list(numpy.arange(-1, 2, 0.25)))
    assert list(arange(10, 0, -0.5)) == pytest.approx(list(numpy.arange(10, 0, -0.5)))


def test_whole_numbers_are_a_range_of_any_length() -> None:
    assert arange(3, 8) == range(3, 8)
    assert len(arange(0, 9_000_000)) == 9_000_000


def test_ends_are_exact_also_alone() -> None:
    assert linspace(2, 7, 1) == [2.0]
    assert geomspace(2, 7, 1) == [2.0]
    assert geomspace(0.3, 0.7, 5)[-1] == 0.7


@pytest.mark.parametrize(
    ("make", "arguments", "said"),
    [
        (arange, (0, 1, 0), "step is 0"),
        (arange, (1, 0, 0.1), "no value lies from 1"),
        (arange, (0, 1, 1e-9), "the limit is"),
        (linspace, (0, 1, 99_000_000), "the limit is"),
        (linspace, (0, 1, 2.5), "whole number"),
        (geomspace, (0, 1, 3), "above 0"),
    ],
)
def test_what_gives_no_values_is_said(make: object, arguments: tuple[float, ...], said: str) -> None:
    with pytest.raises(SweepError, match=said):
        make(*arguments)  # type: ignore[operator]


def test_the_line_of_a_cell_knows_them() -> None:
    assert {"arange", "linspace", "geomspace"} <= set(RANGES)
