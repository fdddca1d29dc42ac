"""In which order the pool is told that outcomes are kept."""

from __future__ import annotations

from functools import partial

from cellburst.agent.receipts import Receipts


def test_none_overtakes_another() -> None:
    told: list[str] = []
    receipts = Receipts()
    receipts.expect([(0, 1), (1, 1)], partial(told.append, "a"))
    receipts.expect([], partial(told.append, "b"))
    receipts.expect([(2, 1)], partial(told.append, "c"))
    receipts.settle([(2, 1), (1, 1)])
    assert told == []
    receipts.settle([(0, 1), (5, 1)])
    assert told == ["a", "b", "c"]
    receipts.expect((), partial(told.append, "d"))
    assert told[-1] == "d"


def test_an_outcome_that_is_told_again_is_acknowledged_with_the_first() -> None:
    told: list[str] = []
    receipts = Receipts()
    receipts.expect([(0, 1)], partial(told.append, "spool"))
    receipts.expect([(0, 1)], partial(told.append, "pool"))
    receipts.settle([(0, 1)])
    assert told == ["spool", "pool"]
