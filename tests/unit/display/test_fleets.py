"""Machines and money in words."""

from __future__ import annotations

import pytest

from cellburst.display.fleets import fleet_words
from cellburst.model.machine import Fleet


@pytest.mark.parametrize(
    ("states", "rate", "cost", "limit", "words"),
    [
        ({"running": 5}, 1.5, 0.42, 4.0, ["5 machines running", "$0.42, $1.50 an hour, at most $4.00"]),
        ({"running": 3, "booting": 2, "ended": 1}, 0.9, 0.1, None,
         ["3 of 5 machines running, 2 booting", "$0.10, $0.90 an hour"]),
        ({"requesting": 1}, 0.0, 0.0, 2.0, ["1 machine requesting", "$0.00, at most $2.00"]),
        ({"ended": 4}, 0.0, 0.375, 2.0, ["$0.38"]),
        ({}, 0.0, 0.0, 2.0, []),
    ],
)  # fmt: skip
def test_machines_are_counted_by_how_far_they_are(
    states: dict[str, int], rate: float, cost: float, limit: float | None, words: list[str]
) -> None:
    assert fleet_words(Fleet(states, rate, cost, 0.1, 100.0, limit=limit), 100.0) == words


def test_the_cost_goes_on_between_two_messages() -> None:
    fleet = Fleet({"running": 1}, 3.6, 1.0, 0.1, 100.0)
    assert fleet_words(fleet, 1100.0)[1].startswith("$2.00")
    assert fleet_words(fleet, 90.0)[1].startswith("$1.00")
    assert fleet_words(None, 90.0) == []
