"""Runs in a store: submitted, listed, moved, deleted, whatever the store is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cellburst.abc import RunStore
from cellburst.errors import UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.events import (
    AttemptEnded,
    RunDeleted,
    RunNoted,
    RunRenamed,
    RunStateChanged,
    RunSubmitted,
    TasksEnded,
    TasksRetried,
    TasksStarted,
)
from cellburst.model.ids import new_run_id
from cellburst.model.payload import Payload
from cellburst.model.run import Counts, RunState
from tests.contract.stores import Case, states
from tests.unit.store.builders import (
    T0,
    make_result,
    make_run,
    run_id,
    text,
)

RUN = run_id(1)


def test_a_submitted_run_is_what_was_submitted(store: RunStore) -> None:
    assert store.run(RUN) == make_run()
    status = store.status(RUN)
    assert (status.state, status.counts) == (RunState.QUEUED, Counts(queued=4))
    (summary,) = store.runs()
    assert (summary.id, summary.name, summary.notebook) == (RUN, "run 1", "study.ipynb")
    assert (summary.code, summary.submitted, summary.counts) == ("# cell 1\nx + 1", T0 + 1, Counts(queued=4))


def test_the_same_key_is_the_same_run(store: RunStore) -> None:
    store.commit([RunSubmitted(make_run(2, key="key-1"))])
    assert store.by_key("key-1") == RUN
    assert [run.id for run in store.runs()] == [RUN]
    assert store.by_key("other") is None


def test_runs_without_a_key_are_many(store: RunStore) -> None:
    store.commit([RunSubmitted(make_run(2, key="")), RunSubmitted(make_run(3, key=""))])
    assert len(store.runs()) == 3
    assert store.by_key("") is None


def test_the_environment_is_not_stored(case: Case) -> None:
    payload = Payload(
        "cell",
        Packed(b"x"),
        env={"TOKEN": "secret", "TERM": "xterm-color"},
        ambient={"A": "1"},
        seal=b"key",
        unset=("GONE",),
    )
    case.store.commit([RunSubmitted(make_run(payload=payload))])
    for stored in (case.store.run(RUN).payload, case.store.load_run(RUN).run.payload):
        assert (stored.env, stored.ambient, stored.seal, stored.unset) == ({}, {}, b"", ("GONE",))
        assert stored.dropped == ("TOKEN",)  # the other is every kernel's
        assert stored.completed({"TOKEN": "again", "MORE": ""}).env == {"TOKEN": "again"}
        assert stored.completed({"TOKEN": "again"}).dropped == ()
        assert stored.completed({}).dropped == ("TOKEN",)


def test_a_run_of_any_size_and_alphabet(case: Case) -> None:
    odd = make_run(1, 0, name="läuft ☃\0\n'\"; DROP TABLE runs", code="é" * 100_000)
    case.store.commit([RunSubmitted(odd)])
    assert case.next_controller().run(RUN) == odd
    assert list(case.store.tasks(RUN)) == []
    assert case.store.status(RUN).counts == Counts()


def test_runs_are_listed_newest_first_and_in_pages(case: Case) -> None:
    case.store.commit([RunSubmitted(make_run(number)) for number in (2, 1, 3)])
    assert [run.id for run in case.store.runs()] == [run_id(3), run_id(2), run_id(1)]
    assert [run.id for run in case.store.runs(limit=1, offset=1)] == [run_id(2)]
    assert case.store.runs(limit=0) == []
    assert case.store.runs(offset=9) == []


def test_find_by_the_beginning_of_an_id(case: Case) -> None:
    case.store.commit([RunSubmitted(make_run(number)) for number in range(1, 13)])
    assert case.store.find("0000012") == [run_id(12)]
    assert case.store.find(run_id(3)) == [run_id(3)]
    assert case.store.find("") == [run_id(number) for number in range(12, 2, -1)]
    for nothing in ("zzz", "%", "_", "0000001-abcde", "../", "\0"):
        assert case.store.find(nothing) == []


@pytest.mark.parametrize(
    "name", ["0000009-abcd", "", "../../etc", "0000001-abcd\n", "0000001-ABCD", "\0", "\u0661" * 7]
)
def test_what_is_not_there_is_unknown(store: RunStore, name: str) -> None:
    reads: list[Callable[[], Any]] = [
        lambda: store.run(name),
        lambda: store.status(name),
        lambda: list(store.tasks(name)),
        lambda: store.result(name, 0),
        lambda: list(store.results(name)),
        lambda: store.outputs(name, 0),
        lambda: store.timeline(name),
        lambda: store.load_run(name),
    ]
    for read in reads:
        with pytest.raises(UnknownRunError):
            read()


def test_facts_about_what_is_not_there_change_nothing(store: RunStore) -> None:
    gone = run_id(9)
    store.commit(
        [
            TasksStarted(gone, (0,), 1, "w1", T0),
            TasksEnded(gone, (make_result(),), T0),
            AttemptEnded(gone, 0, 1, 1, "w1", None, "", T0),
            TasksRetried(gone, (0,), T0),
            RunStateChanged(gone, RunState.RUNNING, T0),
            RunRenamed(gone, "x", T0),
            RunNoted(gone, "x", T0),
            RunDeleted(gone, T0),
            TasksStarted(RUN, (-1, 4), 1, "w1", T0),
            TasksEnded(RUN, (make_result(4), make_result(-1), make_result(0, 2), make_result(0, 0)), T0),
            AttemptEnded(RUN, 4, 1, 1, "w1", None, "", T0),
            AttemptEnded(RUN, 0, 2, 1, "w1", None, "", T0),
            TasksRetried(RUN, (4, -1), T0),
        ]
    )
    assert [run.id for run in store.runs()] == [RUN]
    assert store.status(RUN).counts == Counts(queued=4)
    assert len(store.timeline(RUN)) == 1
    assert store.load_run(RUN).generations == {}


def test_a_run_moves(store: RunStore) -> None:
    store.commit([RunStateChanged(RUN, RunState.QUEUED, T0, "no worker is free")])
    assert store.status(RUN).reason == "no worker is free"
    store.commit([RunStateChanged(RUN, RunState.RUNNING, T0 + 1)])
    store.commit([RunStateChanged(RUN, RunState.QUEUED, T0 + 2), RunStateChanged(RUN, RunState.RUNNING, T0 + 3)])
    status = store.status(RUN)
    assert (status.state, status.started, status.ended, status.reason) == (RunState.RUNNING, T0 + 1, None, "")
    store.commit([RunStateChanged(RUN, RunState.FAILED, T0 + 4, "2 tasks failed")])
    assert (store.status(RUN).ended, store.status(RUN).reason) == (T0 + 4, "2 tasks failed")
    store.commit([RunStateChanged(RUN, RunState.RUNNING, T0 + 5)])
    assert (store.status(RUN).started, store.status(RUN).ended) == (T0 + 1, None)
    summary = store.runs()[0]
    assert (summary.state, summary.started, summary.ended) == (RunState.RUNNING, T0 + 1, None)


def test_nothing_runs_in_a_run_that_has_ended(case: Case, store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0, 1), 1, "w1", T0), RunStateChanged(RUN, RunState.CANCELLED, T0 + 1)])
    assert store.status(RUN).counts == Counts(queued=4)
    late = make_result(0)
    store.commit([TasksEnded(RUN, (late,), T0 + 2)])
    assert case.next_controller().result(RUN, 0) == late


def test_live_runs_are_what_the_next_controller_needs(case: Case, store: RunStore) -> None:
    store.commit([RunSubmitted(make_run(2)), RunSubmitted(make_run(3))])
    store.commit(
        [
            RunStateChanged(run_id(3), RunState.SUCCEEDED, T0),
            RunStateChanged(RUN, RunState.RUNNING, T0),
            TasksStarted(RUN, (0, 1, 2), 1, "w1", T0),
            TasksEnded(RUN, (make_result(0),), T0 + 1),
            RunRenamed(RUN, "better", T0 + 2),
        ]
    )
    live = case.next_controller().live_runs()
    assert [found.run.id for found in live] == [RUN, run_id(2)]
    assert live[0].run == make_run(name="better")
    assert live[0].status.state is RunState.RUNNING
    assert (live[0].ended, live[0].leased) == (frozenset({0}), {1: 1, 2: 1})
    assert case.store.load_run(run_id(3)).status.state is RunState.SUCCEEDED


def test_a_deleted_run_is_gone_with_all_that_belongs_to_it(case: Case, store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0)])
    store.append_outputs(RUN, 0, 1, [text("x" * 5000)])
    store.commit([TasksEnded(RUN, (make_result(0),), T0), RunDeleted(RUN, T0 + 1)])
    assert store.runs() == []
    assert store.by_key("key-1") is None
    with pytest.raises(UnknownRunError):
        store.status(RUN)
    store.commit([TasksEnded(RUN, (make_result(1),), T0 + 2)])
    store.append_outputs(RUN, 0, 1, [text("late")])
    store.commit([RunSubmitted(make_run())])
    after = case.next_controller()
    assert states(after) == ["queued"] * 4
    assert after.outputs(RUN, 0) == []
    assert after.outputs(RUN, 0, 1) == []


def test_prune_by_age_takes_ended_runs_only(case: Case) -> None:
    case.store.commit([RunSubmitted(make_run(number)) for number in (1, 2, 3)])
    case.store.commit(
        [
            RunStateChanged(run_id(1), RunState.SUCCEEDED, T0),
            RunStateChanged(run_id(2), RunState.FAILED, T0 + 86400 * 2),
            RunStateChanged(run_id(3), RunState.RUNNING, T0),
        ]
    )
    now = T0 + 86400 * 3.5
    assert case.store.prune(30, 1 << 60, now) == []
    assert case.store.prune(2, 1 << 60, now) == [run_id(1)]
    assert [run.id for run in case.store.runs()] == [run_id(3), run_id(2)]


def test_ids_made_by_us_are_taken(case: Case) -> None:
    made = new_run_id(T0)
    case.store.commit([RunSubmitted(make_run(id=made))])
    assert case.store.find(made[:7]) == [made]


def test_disk_use_names_three_kinds(store: RunStore) -> None:
    assert set(store.disk_use()) == {"database", "blobs", "outputs"}
