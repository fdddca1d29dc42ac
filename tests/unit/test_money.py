"""Dollars in words; labextension/test/components/runCost.test.ts has the same amounts."""

from __future__ import annotations

import pytest

from cellburst.model.money import dollars


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0.00"),
        (0.00001, "<$0.0001"),
        (0.0042, "$0.0042"),
        (0.00996, "$0.010"),
        (0.042, "$0.042"),
        (0.0996, "$0.10"),
        (0.42, "$0.42"),
        (12, "$12.00"),
        (1234.5, "$1,234.50"),
        (-1, "$0.00"),
    ],
)
def test_an_amount_has_the_digits_that_tell_something(amount: float, text: str) -> None:
    assert dollars(amount) == text
