"""Tasks in a store: their outcomes, attempts and generations, whatever the store is made of."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cellburst.abc import RunStore
from cellburst.errors import UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.events import (
    AttemptEnded,
    RunSubmitted,
    TasksEnded,
    TasksRetried,
    TasksStarted,
)
from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.model.run import Counts
from tests.contract.stores import Case, states
from tests.unit.store.builders import (
    T0,
    make_failure,
    make_result,
    make_run,
    ref,
    run_id,
)

RUN = run_id(1)


def test_a_task_on_its_way(store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0, 1, 2), 1, "w1", T0 + 5)])
    assert states(store) == ["running", "running", "running", "queued"]
    assert store.status(RUN).counts == Counts(queued=1, running=3)
    row = next(store.tasks(RUN))
    assert (row.index, row.params, row.attempt, row.started, row.worker) == (0, {"x": 0}, 1, T0 + 5, "w1")

    result = make_result(0, metrics={"loss": 0.5}, note="a note", summary=True)
    store.commit([TasksEnded(RUN, (result, make_failure(2)), T0 + 6)])
    assert states(store) == ["succeeded", "running", "failed", "queued"]
    assert store.status(RUN).counts == Counts(queued=1, running=1, succeeded=1, failed=1)
    done, _, failed, waiting = store.tasks(RUN)
    assert (done.seconds, done.peak_rss, done.summary, done.note) == (0.25, 50_000_000, True, "a note")
    assert (done.metrics, done.error, done.worker) == ({"loss": 0.5}, "", "w1")
    assert failed.error == "ValueError: no such thing"
    assert (waiting.attempt, waiting.started, waiting.worker) == (0, None, "")
    assert store.result(RUN, 0) == result
    assert store.result(RUN, 1) is None
    assert store.result(RUN, 99) is None


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (OutcomeKind.SUCCEEDED, "succeeded"),
        (OutcomeKind.FAILED, "failed"),
        (OutcomeKind.REJECTED, "failed"),
        (OutcomeKind.CANCELLED, "cancelled"),
        (OutcomeKind.UNKNOWN, "unknown"),
        (OutcomeKind.LOST, "unknown"),
    ],
)
def test_every_kind_of_outcome_has_a_state(store: RunStore, kind: OutcomeKind, state: str) -> None:
    store.commit([TasksEnded(RUN, (make_failure(1, kind=kind),), T0)])
    assert states(store)[1] == state
    assert getattr(store.status(RUN).counts, state) == 1
    found = store.result(RUN, 1)
    assert found is not None
    assert found.kind is kind


def test_the_first_outcome_stands(case: Case, store: RunStore) -> None:
    first = make_result(0, summary="first")
    store.commit([TasksEnded(RUN, (first,), T0)])
    store.commit([TasksEnded(RUN, (make_failure(0), make_result(0, summary="later")), T0 + 1)])
    assert store.result(RUN, 0) == first
    after = case.next_controller()
    after.commit([TasksEnded(RUN, (make_failure(0),), T0 + 2)])
    assert after.result(RUN, 0) == first
    assert after.status(RUN).counts == Counts(queued=3, succeeded=1)


def test_two_outcomes_of_one_task_in_one_fact(store: RunStore) -> None:
    store.commit([TasksEnded(RUN, (make_failure(0), make_result(0)), T0)])
    assert store.status(RUN).counts == Counts(queued=3, failed=1)


@pytest.mark.parametrize("summary", [None, True, 0, -1, 2**62, 1.5, math.inf, "text", "", "é\0"])
def test_summaries_keep_their_type(store: RunStore, summary: Any) -> None:
    store.commit([TasksEnded(RUN, (make_result(0, summary=summary),), T0)])
    row = next(store.tasks(RUN))
    assert (row.summary, type(row.summary)) == (summary, type(summary))


def test_values_are_the_bytes_that_they_were(case: Case, store: RunStore) -> None:
    packs = [
        Packed(b""),
        Packed(bytes(range(256)) * 300),
        Packed(b"", ref(1, 5_000_000), (ref(2), ref(3))),
        None,
    ]
    results = tuple(make_result(index, value=value) for index, value in enumerate(packs))
    store.commit([TasksEnded(RUN, results, T0)])
    assert list(case.next_controller().results(RUN)) == list(results)


def test_results_of_chosen_tasks_in_task_order(store: RunStore) -> None:
    store.commit([TasksEnded(RUN, tuple(make_result(index) for index in (3, 1, 0)), T0)])
    assert [result.index for result in store.results(RUN)] == [0, 1, 3]
    assert [result.index for result in store.results(RUN, [3, 2, 1, 3, 99])] == [1, 3]
    assert list(store.results(RUN, [])) == []


def test_a_long_run_is_read_in_pages(case: Case) -> None:
    count = 5003
    case.store.commit([RunSubmitted(make_run(1, count))])
    case.store.commit([TasksEnded(RUN, tuple(make_result(index) for index in range(0, count, 2)), T0)])
    assert [task.index for task in case.store.tasks(RUN)] == list(range(count))
    assert [task.index for task in case.store.tasks(RUN, 1990, 2010)] == list(range(1990, 2010))
    assert [task.index for task in case.store.tasks(RUN, -5, 2)] == [0, 1]
    assert [task.index for task in case.store.tasks(RUN, 5000, 9000)] == [5000, 5001, 5002]
    assert list(case.store.tasks(RUN, 3, 1)) == []
    assert [result.index for result in case.store.results(RUN)] == list(range(0, count, 2))
    assert [result.index for result in case.store.results(RUN, [4998, 2, 3, 4000])] == [2, 4000, 4998]
    assert case.store.status(RUN).counts == Counts(queued=2501, succeeded=2502)


def test_an_attempt_that_did_not_end_its_task(case: Case, store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0, 1), 1, "w1", T0)])
    store.commit(
        [
            AttemptEnded(RUN, 0, 1, 1, "w1", LossReason.SIGNALLED, "killed by SIGSEGV", T0 + 1),
            AttemptEnded(RUN, 1, 1, 1, "w1", None, "ValueError: no", T0 + 1),
        ]
    )
    assert states(store) == ["queued"] * 4
    assert [task.attempt for task in store.tasks(RUN)] == [1, 1, 0, 0]
    store.commit([TasksStarted(RUN, (0,), 2, "w2", T0 + 2)])
    store.commit([AttemptEnded(RUN, 0, 1, 2, "w2", LossReason.EXITED, "exited with code 3", T0 + 3)])
    live = case.next_controller().load_run(RUN)
    assert (live.losses, live.failures, live.leased) == ({0: 2}, {1: 1}, {})
    assert [line.index for line in case.store.timeline(RUN) if line.kind == "AttemptEnded"] == [0, 1, 0]


def test_the_end_of_an_earlier_attempt_leaves_a_later_lease(store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0,), 2, "w2", T0), AttemptEnded(RUN, 0, 1, 1, "w1", None, "late", T0 + 1)])
    assert store.load_run(RUN).leased == {0: 2}


def test_a_lease_moves_to_another_worker(case: Case, store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0, 1, 2), 1, "w1", T0), TasksStarted(RUN, (1, 2), 1, "w2", T0 + 1)])
    assert [task.worker for task in store.tasks(RUN)] == ["w1", "w2", "w2", ""]
    store.commit([AttemptEnded(RUN, 1, 1, 1, "w2", None, "no", T0 + 2), TasksEnded(RUN, (make_result(0),), T0 + 3)])
    after = case.next_controller()
    assert states(after) == ["succeeded", "queued", "running", "queued"]
    assert after.load_run(RUN).leased == {2: 1}


def test_tasks_run_again_have_a_new_generation(case: Case, store: RunStore) -> None:
    store.commit([TasksEnded(RUN, (make_failure(0), make_result(1)), T0)])
    store.commit([TasksRetried(RUN, (0,), T0 + 1)])
    assert states(store) == ["queued", "succeeded", "queued", "queued"]
    assert store.result(RUN, 0) is None
    assert [result.index for result in store.results(RUN)] == [1]
    assert store.load_run(RUN).generations == {0: 2}

    store.commit([TasksEnded(RUN, (make_result(0, 1, summary="late"),), T0 + 2)])  # of the old generation
    assert store.result(RUN, 0) is None
    again = make_result(0, 2)
    store.commit([TasksEnded(RUN, (again,), T0 + 3)])
    after = case.next_controller()
    assert after.result(RUN, 0) == again
    assert [(task.state, task.generation) for task in after.tasks(RUN, 0, 2)] == [("succeeded", 2), ("succeeded", 1)]
    assert after.status(RUN).counts == Counts(queued=2, succeeded=2)


def test_retrying_forgets_attempts_and_leases_of_the_old_generation(case: Case, store: RunStore) -> None:
    store.commit(
        [
            TasksStarted(RUN, (0, 1), 1, "w1", T0),
            AttemptEnded(RUN, 0, 1, 1, "w1", None, "no", T0 + 1),
            TasksStarted(RUN, (0,), 2, "w1", T0 + 2),
            TasksEnded(RUN, (make_failure(1),), T0 + 2),
            TasksRetried(RUN, (0, 1), T0 + 3),
        ]
    )
    for now in case.before_and_after():
        live = now.load_run(RUN)
        assert (live.losses, live.failures, live.leased, live.ended) == ({}, {}, {}, frozenset())
        assert live.generations == {0: 2, 1: 2}
        assert [task.attempt for task in now.tasks(RUN)] == [0, 0, 0, 0]


def test_who_asks_for_the_endings_of_no_run_is_told(store: RunStore) -> None:
    with pytest.raises(UnknownRunError):
        store.endings(run_id(99))
