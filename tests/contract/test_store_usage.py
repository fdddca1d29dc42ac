"""What attempts used, in a store of any kind."""

from __future__ import annotations

import pytest

from cellburst.abc import RunStore
from cellburst.errors import UnknownRunError
from cellburst.model.events import RunDeleted, RunStateChanged, TasksEnded, TasksRetried, TasksStarted
from cellburst.model.run import RunState
from cellburst.model.usage import UsageSample
from tests.contract.stores import Case
from tests.unit.store.builders import T0, make_failure, make_result, run_id, text

RUN = run_id(1)
ONE, TWO, THREE = UsageSample(1.0, 0.5, 1 << 20), UsageSample(2.0, 3.25, 1 << 40, 1.5), UsageSample(3.0, 0.0, 0, 0.0)


def test_samples_are_kept_beyond_the_attempt_and_the_controller(case: Case, store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0)])
    assert store.usage(RUN, 0, 1) == []
    store.append_usage(RUN, 0, 1, [ONE, TWO])
    store.append_usage(RUN, 0, 1, [THREE])
    store.commit([TasksEnded(RUN, (make_result(0, outputs=(text("said"),)),), T0)])
    for now in case.before_and_after():
        assert now.usage(RUN, 0, 1) == [ONE, TWO, THREE]
        assert (now.usage(RUN, 0, 2), now.usage(RUN, 1, 1)) == ([], [])
        assert now.outputs(RUN, 0) == [text("said")]


def test_another_generation_begins_anew(store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0)])
    store.append_usage(RUN, 0, 1, [ONE])
    store.commit([TasksEnded(RUN, (make_failure(0),), T0), TasksRetried(RUN, (0,), T0)])
    assert store.usage(RUN, 0, 1) == []
    store.append_usage(RUN, 0, 1, [TWO])
    assert store.usage(RUN, 0, 1) == [TWO]


def test_it_goes_with_the_run(store: RunStore) -> None:
    store.append_usage(RUN, 0, 1, [ONE])
    store.commit([RunStateChanged(RUN, RunState.CANCELLED, T0), RunDeleted(RUN, T0)])
    with pytest.raises(UnknownRunError):
        store.usage(RUN, 0, 1)
    store.append_usage(RUN, 0, 1, [ONE])  # one that was on its way
    with pytest.raises(UnknownRunError):
        store.append_usage("../elsewhere", 0, 1, [ONE])
