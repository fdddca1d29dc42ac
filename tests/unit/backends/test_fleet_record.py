"""What the next process that looks after machines need not find out again."""

from __future__ import annotations

from cellburst.backends.fleet_record import Record
from cellburst.model.known import Known, Tried, ranges
from cellburst.model.outcome import LossReason
from cellburst.wire.fleet import TaskBack, TaskBegan

_LOST = LossReason.RECLAIMED


def _began(index: int, attempt: int = 1, generation: int = 1) -> TaskBegan:
    return TaskBegan("run", index, generation, attempt, f"m{attempt}.0", 0.0)


def _back(index: int, attempt: int = 1, loss: LossReason | None = _LOST) -> TaskBack:
    return TaskBack(0, "run", index, 1, attempt, f"m{attempt}.0", loss, "", 0.0)


def test_outcomes_are_named_by_ranges_with_those_of_older_generations() -> None:
    assert ranges([0, 1, 2, 5, 7, 8]) == ((0, 3), (5, 6), (7, 9))
    known = Known(((0, 2),), {1: 3, 4: 2})
    assert sorted(known.outcomes()) == [(0, 1), (1, 1), (1, 2), (1, 3), (4, 1)]


def test_open_tasks_keep_what_was_tried_and_ended_ones_do_not() -> None:
    record = Record.of(Known(((0, 2),), {}, (Tried(2, 1, 1, "m1.0", _LOST), Tried(1, 1, 1, "m1.0"))))
    record.began(_began(2, 2))
    record.began(_began(3))
    record.back(_back(3, loss=None))
    record.began(_began(4))
    record.back(_back(4))
    record.ended(5)
    assert record.known() == Known(
        ((0, 2), (5, 6)),
        {},
        (Tried(2, 1, 1, "m1.0", _LOST), Tried(2, 1, 2, "m2.0"), Tried(4, 1, 1, "m1.0", _LOST)),
    )
    record.ended(2)
    record.ended(4)
    assert record.known() == Known(((0, 3), (4, 6)))


def test_a_retry_begins_anew() -> None:
    record = Record()
    record.began(_began(0))
    record.back(_back(0))
    record.ended(0)
    record.waits(0, 2)
    record.back(_back(0))  # late, of the first generation
    assert record.known() == Known((), {0: 2})
