"""What every run store does, whatever it is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cellburst.abc import RunStore
from cellburst.errors import StoreFencedError, UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.events import (
    AttemptEnded,
    Event,
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
from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.model.payload import Payload
from cellburst.model.run import Counts, RunState
from cellburst.settings import Settings
from cellburst.store.memory import MemoryStore
from tests.unit.store.builders import (
    T0,
    make_failure,
    make_result,
    make_run,
    open_sqlite,
    picture,
    ref,
    run_id,
    text,
)

SMALL = Settings(output_head=4000, output_tail=4000, output_inline=1000)
RUN = run_id(1)


class Case:
    """A store that can be opened again, by the same or the next controller."""

    def __init__(self, opening: Callable[[], RunStore]) -> None:
        self._opening = opening
        self.store = opening()

    def next_controller(self) -> RunStore:
        self.store.close()
        self.store = self._opening()
        return self.store

    def before_and_after(self) -> Iterator[RunStore]:
        """This controller's store, then the next one's."""
        yield self.store
        yield self.next_controller()

    def second_controller(self) -> RunStore:
        """One that comes while the first is still there."""
        return self._opening()


@pytest.fixture(params=["sqlite", "memory"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    if request.param == "sqlite":
        case = Case(lambda: open_sqlite(tmp_path, settings=SMALL))
    else:
        stores = [MemoryStore(SMALL)]

        def opening() -> RunStore:
            stores.append(stores[-1].reopened())
            return stores[-1]

        case = Case(opening)
    yield case
    case.store.close()


@pytest.fixture
def store(case: Case) -> RunStore:
    case.store.commit([RunSubmitted(make_run())])
    return case.store


def states(store: RunStore, run: str = RUN) -> list[str]:
    return [task.state for task in store.tasks(run)]


# submission


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


# lists


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


# tasks and outcomes


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


# attempts and generations


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


# the run as a whole


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


# the timeline


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


# epochs


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


# output


def test_output_of_a_running_attempt(case: Case, store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0)])
    store.append_outputs(RUN, 0, 1, [text("a\n"), text("b\n"), text("oh", "stderr")])
    store.append_outputs(RUN, 0, 1, [picture(), text("c\n")])
    expected = [text("a\nb\n"), text("oh", "stderr"), picture(), text("c\n")]
    assert store.outputs(RUN, 0) == expected
    assert store.outputs(RUN, 0, 1) == expected
    assert store.outputs(RUN, 0, 2) == []
    assert store.outputs(RUN, 1) == []
    assert case.next_controller().outputs(RUN, 0) == expected
    case.store.append_outputs(RUN, 0, 1, [text("d\n")])
    assert case.store.outputs(RUN, 0)[-1] == text("c\nd\n")


@pytest.mark.parametrize("size", [1, 900, 3000])
@pytest.mark.parametrize("streamed", [0, 10, 900, 3000])
def test_output_that_came_with_the_outcome(case: Case, store: RunStore, size: int, streamed: int) -> None:
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0)])
    store.append_outputs(RUN, 0, 1, [text("s" * streamed)] if streamed else [])
    last = (text("e" * size, "stderr"), picture())
    store.commit([TasksEnded(RUN, (make_result(0, outputs=last),), T0)])
    expected = ([text("s" * streamed)] if streamed else []) + list(last)
    for now in case.before_and_after():
        assert now.outputs(RUN, 0) == expected
        found = now.result(RUN, 0)
        assert found is not None
        assert list(found.outputs) == expected
        assert next(now.results(RUN)).outputs == ()


def test_neighbouring_text_is_one_record(store: RunStore) -> None:
    outputs = (text("a"), text("b"), text("c", "stderr"), text("d"))
    store.commit([TasksEnded(RUN, (make_result(0, outputs=outputs),), T0)])
    assert store.outputs(RUN, 0) == [text("ab"), text("c", "stderr"), text("d")]


def test_output_of_the_last_attempt_and_of_earlier_ones(store: RunStore) -> None:
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0)])
    store.append_outputs(RUN, 0, 1, [text("one")])
    store.commit([AttemptEnded(RUN, 0, 1, 1, "w1", None, "no", T0)])
    assert store.outputs(RUN, 0) == [text("one")]
    store.commit([TasksStarted(RUN, (0,), 2, "w1", T0 + 1)])
    assert store.outputs(RUN, 0) == []
    store.commit([TasksEnded(RUN, (make_result(0, 1, 2, outputs=(text("two"),)),), T0 + 2)])
    assert store.outputs(RUN, 0) == [text("two")]
    assert store.outputs(RUN, 0, 1) == [text("one")]


def test_a_new_generation_begins_with_no_output(store: RunStore) -> None:
    store.append_outputs(RUN, 0, 1, [text("old" * 500)])
    store.commit([TasksEnded(RUN, (make_failure(0, outputs=(text("old"),)),), T0), TasksRetried(RUN, (0,), T0 + 1)])
    assert store.outputs(RUN, 0) == []
    store.commit([TasksStarted(RUN, (0,), 1, "w1", T0 + 2)])
    store.append_outputs(RUN, 0, 1, [text("new")])
    assert store.outputs(RUN, 0) == [text("new")]


def test_long_output_is_kept_at_both_ends_and_the_rest_is_counted(case: Case, store: RunStore) -> None:
    written = b""
    for number in range(1000):
        words = f"line {number} é\n"
        written += words.encode()
        store.append_outputs(RUN, 0, 1, [text(words)])
    store.commit([TasksEnded(RUN, (make_result(0, outputs=(text("the end\n"),)),), T0)])
    written += b"the end\n"
    for now in case.before_and_after():
        records = now.outputs(RUN, 0)
        gaps = [record for record in records if "dropped" in record]
        assert len(gaps) == 1
        before, after = records[: records.index(gaps[0])], records[records.index(gaps[0]) + 1 :]
        first = "".join(record["text"] for record in before).encode()
        last = "".join(record["text"] for record in after).encode()
        assert written.startswith(first)
        assert written.endswith(last)
        assert len(first) + gaps[0]["dropped"] + len(last) == len(written)
        assert 1000 < len(first) <= 4000
        assert 1000 < len(last) <= 3 * 4000
        assert f"{gaps[0]['dropped']:,} bytes" in gaps[0]["text"]


@pytest.mark.parametrize("run", ["../../x", "", "0000001-abcd/..", "\0"])
def test_output_for_what_is_no_run_id_is_refused(store: RunStore, run: str) -> None:
    with pytest.raises(UnknownRunError):
        store.append_outputs(run, 0, 1, [text("x")])


def test_output_for_what_is_not_there_is_dropped(store: RunStore, tmp_path: Path) -> None:
    for run, index, attempt in ((run_id(9), 0, 1), (RUN, 4, 1), (RUN, -1, 1), (RUN, 0, 0)):
        store.append_outputs(run, index, attempt, [text("x")])
    assert not list(tmp_path.glob("outputs/env/*/*"))
    assert store.outputs(RUN, 0) == []
    assert store.outputs(RUN, 77) == []


def test_ids_made_by_us_are_taken(case: Case) -> None:
    made = new_run_id(T0)
    case.store.commit([RunSubmitted(make_run(id=made))])
    assert case.store.find(made[:7]) == [made]


def test_nothing_to_commit_is_no_commit(store: RunStore) -> None:
    before = store.timeline(RUN)
    store.commit([])
    assert store.timeline(RUN) == before


def test_disk_use_names_three_kinds(store: RunStore) -> None:
    assert set(store.disk_use()) == {"database", "blobs", "outputs"}
