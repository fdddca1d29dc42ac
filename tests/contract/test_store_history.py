"""What a store tells of a run's history, and whose words it takes, whatever it is made of."""

from __future__ import annotations

from typing import Any

import pytest

from cellburst.abc import RunStore
from cellburst.errors import StoreFencedError
from cellburst.model.events import (
    AttemptEnded,
    Event,
    RunNoted,
    RunRenamed,
    RunStateChanged,
    RunSubmitted,
    TasksEnded,
    TasksRetried,
    TasksStarted,
)
from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.model.run import RunState
from tests.contract.stores import Case
from tests.unit.store.builders import (
    T0,
    make_failure,
    make_result,
    make_run,
    run_id,
    text,
)

RUN = run_id(1)


def test_the_timeline_reads_as_a_story(store: RunStore) -> None:
    store.commit(
        [
            RunStateChanged(RUN, RunState.RUNNING, T0 + 2),
            TasksStarted(RUN, (0, 1), 1, "w1", T0 + 2),
            TasksEnded(RUN, (make_result(0),), T0 + 3),
            TasksEnded(RUN, (make_failure(1),), T0 + 4),
            TasksEnded(RUN, (make_failure(2), make_failure(3, kind=OutcomeKind.CANCELLED)), T0 + 5),
            TasksRetried(RUN, (1, 2), T0 + 6),
            RunRenamed(RUN, "better", T0 + 7),
            RunNoted(RUN, "the laptop slept", T0 + 8),
        ]
    )
    lines = store.timeline(RUN)
    assert [(line.kind, line.message) for line in lines] == [
        ("RunSubmitted", "submitted to local: 4 tasks"),
        ("RunStateChanged", "running"),
        ("TasksEnded", "task 1 failed: ValueError: no such thing"),
        ("TasksEnded", "2 tasks: 1 cancelled, 1 failed"),
        ("TasksRetried", "2 tasks are run again"),
        ("RunRenamed", "renamed to 'better'"),
        ("RunNoted", "the laptop slept"),
    ]
    assert [line.index for line in lines] == [None, None, 1, None, None, None, None]
    assert [line.run for line in lines] == [RUN] * 7
    assert store.timeline(RUN, after=lines[4].sequence) == lines[5:]


def test_a_repeated_fact_changes_nothing(case: Case) -> None:
    facts: list[Event] = [
        RunSubmitted(make_run()),
        RunStateChanged(RUN, RunState.RUNNING, T0, "go"),
        TasksStarted(RUN, (0, 1, 2), 1, "w1", T0),
        AttemptEnded(RUN, 2, 1, 1, "w1", LossReason.EXITED, "exited", T0 + 1),
        TasksEnded(RUN, (make_result(0), make_failure(1)), T0 + 2),
        TasksRetried(RUN, (1,), T0 + 3),
        RunRenamed(RUN, "better", T0 + 4),
        RunNoted(RUN, "noted", T0 + 5),
    ]

    def everything(store: RunStore) -> list[Any]:
        return [store.load_run(RUN), list(store.tasks(RUN)), store.timeline(RUN), list(store.results(RUN))]

    for fact in facts:
        case.store.commit([fact])
        once = everything(case.store)
        case.store.commit([fact, fact])
        assert everything(case.store) == once, fact
        assert everything(case.next_controller()) == once, fact


def test_nothing_to_commit_is_no_commit(store: RunStore) -> None:
    before = store.timeline(RUN)
    store.commit([])
    assert store.timeline(RUN) == before


def test_a_controller_that_was_replaced_is_refused(case: Case, store: RunStore) -> None:
    newer = case.second_controller()
    assert newer.epoch == store.epoch + 1
    for write in (
        lambda: store.commit([RunNoted(RUN, "late", T0)]),
        lambda: store.append_outputs(RUN, 0, 1, [text("late")]),
        lambda: store.prune(0, 0, T0),
        lambda: store.sweep_blobs(0, T0),
    ):
        with pytest.raises(StoreFencedError, match="epoch"):
            write()
    assert len(newer.timeline(RUN)) == 1
    assert newer.outputs(RUN, 0) == []
    newer.commit([RunNoted(RUN, "new", T0)])
    assert [run.id for run in store.runs()] == [RUN], "reading goes on"
    newer.close()
