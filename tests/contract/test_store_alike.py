"""Tasks that ended alike, told in one fact: as if each had been told for itself, whatever the store is made of."""

from __future__ import annotations

from msgspec.structs import replace

from cellburst.abc import RunStore
from cellburst.model.events import (
    RunDeleted,
    RunStateChanged,
    RunSubmitted,
    TasksEnded,
    TasksEndedAlike,
    TasksRetried,
    TasksStarted,
)
from cellburst.model.outcome import ErrorInfo, OutcomeKind, Span, TaskResult
from cellburst.model.run import Counts, RunState
from tests.contract.stores import Case, states
from tests.unit.store.builders import T0, make_result, make_run, run_id

RUN, LONG = run_id(1), run_id(2)
LIKE = TaskResult(0, 1, 0, OutcomeKind.CANCELLED, T0 + 9, 0.0, error=ErrorInfo("RunCancelled", "before it was started"))


def alike(run: str, *spans: Span, at: float = T0 + 9) -> TasksEndedAlike:
    return TasksEndedAlike(run, spans, LIKE, at)


def test_each_has_the_outcome_that_it_would_have_alone(case: Case) -> None:
    case.store.commit([RunSubmitted(make_run(2, 5000)), TasksEnded(LONG, (make_result(7),), T0)])
    case.store.commit([alike(LONG, Span(0, 7, 1, 0), Span(8, 4990, 1, 0), Span(4990, 5000, 1, 2))])
    for store in case.before_and_after():
        assert store.status(LONG).counts == Counts(succeeded=1, cancelled=4999)
        expected = [replace(LIKE, index=index, attempt=2 * (index >= 4990)) for index in range(5000)]
        expected[7] = make_result(7)
        assert list(store.results(LONG)) == expected
        assert list(store.results(LONG, [4995, 3, 7])) == [expected[3], expected[7], expected[4995]]
        assert [store.result(LONG, index) for index in (6, 4999)] == [expected[6], expected[4999]]
        assert store.outputs(LONG, 6) == []
        (row,) = store.tasks(LONG, 4999)
        assert (row.state, row.attempt, row.started, row.seconds) == ("cancelled", 2, T0 + 9, 0.0)
        assert (row.error, row.params) == ("RunCancelled: before it was started", {"x": 4999})
        assert [line.message for line in store.timeline(LONG)][1:] == ["4999 tasks: 4999 cancelled"]
        assert store.load_run(LONG).ended == frozenset(range(5000))


def test_who_has_an_outcome_keeps_it(case: Case, store: RunStore) -> None:
    store.commit([TasksEnded(RUN, (make_result(1),), T0), alike(RUN, Span(0, 3, 1, 0))])
    store.commit([TasksEnded(RUN, (make_result(0), make_result(2)), T0 + 20), alike(RUN, Span(-4, 9, 1, 1))])
    for after in case.before_and_after():
        assert states(after) == ["cancelled", "succeeded", "cancelled", "cancelled"]
        assert [result.attempt for result in after.results(RUN)] == [0, 1, 0, 1]
        assert after.status(RUN).counts == Counts(succeeded=1, cancelled=3)


def test_a_repeated_fact_changes_nothing(case: Case, store: RunStore) -> None:
    for after in case.before_and_after():
        after.commit([alike(RUN, Span(0, 4, 1, 0)), alike(run_id(3), Span(0, 4, 1, 0)), alike(RUN, Span(2, 2, 1, 0))])
        assert after.status(RUN).counts == Counts(cancelled=4)
        assert len(after.timeline(RUN)) == 2


def test_one_alone_is_told_by_its_index(store: RunStore) -> None:
    store.commit([alike(RUN, Span(2, 3, 1, 0))])
    line = store.timeline(RUN)[-1]
    assert (line.index, line.message) == (2, "task 2 cancelled: RunCancelled: before it was started")


def test_nobody_holds_it_any_more(case: Case, store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0, 1, 2), 1, "w1", T0 + 1), alike(RUN, Span(1, 3, 1, 0))])
    for after in case.before_and_after():
        assert states(after) == ["running", "cancelled", "cancelled", "queued"]
        assert after.load_run(RUN).leased == {0: 1}
        assert after.status(RUN).counts == Counts(queued=1, running=1, cancelled=2)


def test_it_is_run_again_and_ends_otherwise(case: Case, store: RunStore) -> None:
    store.commit([alike(RUN, Span(0, 4, 1, 0)), RunStateChanged(RUN, RunState.CANCELLED, T0 + 9)])
    store.commit([TasksRetried(RUN, (1, 2), T0 + 10)])
    assert states(store) == ["cancelled", "queued", "queued", "cancelled"]
    store.commit([TasksEnded(RUN, (make_result(1, 2),), T0 + 11), alike(RUN, Span(0, 4, 1, 0), Span(0, 4, 2, 3))])
    for after in case.before_and_after():
        assert states(after) == ["cancelled", "succeeded", "cancelled", "cancelled"]
        assert after.result(RUN, 2) == replace(LIKE, index=2, generation=2, attempt=3)
        assert after.status(RUN).counts == Counts(succeeded=1, cancelled=3)
        assert after.load_run(RUN).generations == {1: 2, 2: 2}


def test_a_late_outcome_of_an_earlier_generation_does_not_replace_it(case: Case, store: RunStore) -> None:
    store.commit([alike(RUN, Span(0, 2, 1, 0)), TasksRetried(RUN, (0, 1), T0 + 10)])
    for after in case.before_and_after():
        after.commit([TasksEnded(RUN, (make_result(0), make_result(1, 2)), T0 + 11)])
        assert states(after)[:2] == ["queued", "succeeded"]
        assert after.result(RUN, 0) is None


def test_what_its_last_attempt_printed_is_found(case: Case, store: RunStore) -> None:
    store.append_outputs(RUN, 1, 2, [{"output_type": "stream", "name": "stdout", "text": "half"}])
    store.commit([alike(RUN, Span(1, 2, 1, 2))])
    for after in case.before_and_after():
        assert [record["text"] for record in after.outputs(RUN, 1)] == ["half"]


def test_it_goes_with_its_run(case: Case, store: RunStore) -> None:
    store.commit([alike(RUN, Span(0, 4, 1, 0)), RunDeleted(RUN, T0 + 10), RunSubmitted(make_run(1))])
    for after in case.before_and_after():
        assert after.status(RUN).counts == Counts(queued=4)
        assert list(after.results(RUN)) == []
