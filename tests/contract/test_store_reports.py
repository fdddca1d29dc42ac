"""What attempts reported, in a store of any kind."""

from __future__ import annotations

import pytest

from cellburst.abc import RunStore
from cellburst.errors import StoreFencedError, UnknownRunError
from cellburst.model.events import RunDeleted, RunStateChanged, TasksEnded, TasksRetried, TasksStarted
from cellburst.model.report import Report
from cellburst.model.run import RunState
from tests.contract.stores import Case
from tests.unit.store.builders import T0, make_failure, make_result, run_id, text

RUN = run_id(1)
ONE, TWO, THREE = (Report(place / 2, place, {"loss": 1 / place}) for place in (1, 2, 3))


def test_reports_are_kept_beyond_the_attempt_and_the_controller(case: Case, store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0)])
    assert store.reports(RUN, 0, 1) == []
    store.append_reports(RUN, 0, 1, [ONE, TWO])
    case.next_controller().append_reports(RUN, 0, 1, [THREE])
    case.store.commit([TasksEnded(RUN, (make_result(0, outputs=(text("said"),)),), T0)])
    for now in case.before_and_after():
        assert now.reports(RUN, 0, 1) == [ONE, TWO, THREE]
        assert (now.reports(RUN, 0, 2), now.reports(RUN, 1, 1)) == ([], [])
        assert now.outputs(RUN, 0) == [text("said")]


def test_what_is_told_again_is_kept_once(case: Case, store: RunStore) -> None:
    store.append_reports(RUN, 0, 1, [ONE, TWO])
    for now in case.before_and_after():
        now.append_reports(RUN, 0, 1, [ONE, TWO])
        assert now.reports(RUN, 0, 1) == [ONE, TWO]


def test_reports_of_two_threads_may_be_out_of_order(store: RunStore) -> None:
    store.append_reports(RUN, 0, 1, [TWO, ONE])
    store.append_reports(RUN, 0, 1, [ONE, THREE, TWO])
    assert store.reports(RUN, 0, 1) == [TWO, ONE, THREE]


def test_another_generation_begins_anew(store: RunStore) -> None:
    store.append_reports(RUN, 0, 1, [TWO])
    store.commit([TasksEnded(RUN, (make_failure(0),), T0), TasksRetried(RUN, (0,), T0)])
    assert store.reports(RUN, 0, 1) == []
    store.append_reports(RUN, 0, 1, [ONE])
    assert store.reports(RUN, 0, 1) == [ONE]


def test_they_go_with_the_run(case: Case, store: RunStore) -> None:
    store.append_reports(RUN, 0, 1, [ONE])
    store.commit([RunStateChanged(RUN, RunState.CANCELLED, T0), RunDeleted(RUN, T0)])
    with pytest.raises(UnknownRunError):
        store.reports(RUN, 0, 1)
    store.append_reports(RUN, 0, 1, [ONE])  # one that was on its way
    with pytest.raises(UnknownRunError):
        store.append_reports("../elsewhere", 0, 1, [ONE])
    newer = case.second_controller()
    with pytest.raises(StoreFencedError):
        store.append_reports(RUN, 0, 1, [ONE])
    newer.close()
