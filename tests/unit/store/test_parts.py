"""How what was added to a run becomes one view of it, without a part for each task."""

from __future__ import annotations

from cellburst.model.sweep import Axis, SweepView
from cellburst.store.parts import with_parts

NONE = SweepView("search", 0)


def row(value: int, *columns: str) -> SweepView:
    return SweepView("table", 1, columns=columns, rows=((value,) * len(columns),))


def test_ten_thousand_trials_one_at_a_time_are_few_parts_whenever_they_are_read() -> None:
    every = [row(index, "x") for index in range(10_000)]
    at_once = with_parts(NONE, every)
    one_by_one = NONE
    for view in every:
        one_by_one = with_parts(one_by_one, [view])
    assert at_once == one_by_one
    assert (at_once.count, len(at_once.parts)) == (10_000, 3)
    assert [at_once.params(index)["x"] for index in range(10_000)] == list(range(10_000))


def test_tasks_without_parameters_are_one_part_however_many() -> None:
    for kind in ("copies", "calls"):
        grown = with_parts(NONE, [SweepView(kind, 3000)] * 10)
        assert grown.parts == (SweepView(kind, 30_000),)


def test_what_is_not_alike_stays_apart_and_is_found() -> None:
    lazy = SweepView("table", 2, columns=("x",))
    grid = SweepView("grid", 2, (Axis("x", (1, 2)),))
    nested = SweepView("grid", 3, (Axis("x", (5, 6)),), parts=(row(7, "x"),))
    views = [row(0, "x"), row(1, "y"), lazy, lazy, grid, grid, nested, row(8, "x", "y")]
    grown = with_parts(SweepView("copies", 1), views)
    assert grown.parts == tuple(views)
    assert (grown.count, grown.own, grown.names) == (15, 1, ("x", "y"))
    shown = [grown.params(index).get("x") for index in range(16)]
    assert shown == [None, 0, None, None, None, None, None, 1, 2, 1, 2, 5, 6, 7, 8, None]
