"""Results that are found by a key, and files that tasks left, in a store of any kind."""

from __future__ import annotations

import msgspec
import pytest

from cellburst.abc import RunStore
from cellburst.errors import UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.events import RunDeleted, RunStateChanged, RunSubmitted, TasksAdded, TasksEnded, TasksRetried
from cellburst.model.outcome import FileEntry, OutcomeKind
from cellburst.model.run import RunState
from cellburst.model.sweep import SweepPart, SweepView
from tests.contract.stores import Case
from tests.unit.store.builders import T0, make_failure, make_result, make_run, ref, run_id

RUN, NEW = run_id(1), run_id(2)
A, B, C, D = (bytes([letter]) * 16 for letter in b"abcd")
FILES = (FileEntry("model.bin", ref(1)), FileEntry("plots/läuft.png", ref(2, 0)))


def test_a_success_is_found_by_its_key(case: Case, store: RunStore) -> None:
    store.commit([TasksEnded(RUN, (make_result(2, key=A), make_result(3)), T0)])
    for now in case.before_and_after():
        assert now.cached([A, B, b""]) == {A: (RUN, 2)}
        assert now.result(RUN, 2) == make_result(2, key=A)


def test_only_successes_are(store: RunStore) -> None:
    pruned = make_result(1, key=B, kind=OutcomeKind.PRUNED)
    store.commit([TasksEnded(RUN, (make_failure(0, key=A), pruned), T0)])
    assert store.cached([A, B]) == {}


def test_the_newest_one_wins_and_goes_with_its_run(case: Case, store: RunStore) -> None:
    store.commit([RunSubmitted(make_run(2))])
    store.commit([TasksEnded(RUN, (make_result(0, key=A), make_result(1, key=B)), T0 + 5)])
    store.commit([TasksEnded(NEW, (make_result(3, key=A),), T0 + 9), TasksEnded(NEW, (make_result(0, key=B),), T0)])
    for now in case.before_and_after():
        assert now.cached([B, A]) == {A: (NEW, 3), B: (RUN, 1)}
    case.store.commit([RunStateChanged(NEW, RunState.CANCELLED, T0), RunDeleted(NEW, T0)])
    for now in case.before_and_after():
        assert now.cached([A]) == {A: (RUN, 0)}


def test_a_task_that_is_run_again_is_not_found_until_it_has_succeeded(case: Case, store: RunStore) -> None:
    store.commit([TasksEnded(RUN, (make_result(0, key=A),), T0), TasksRetried(RUN, (0,), T0)])
    for now in case.before_and_after():
        assert now.cached([A]) == {}
    late = make_result(0, key=B)
    case.store.commit([TasksEnded(RUN, (make_result(0, 2, key=A), late), T0)])
    for now in case.before_and_after():
        assert now.cached([A, B]) == {A: (RUN, 0)}


def test_what_was_taken_over_and_what_was_left_is_shown(case: Case, store: RunStore) -> None:
    store.commit([TasksEnded(RUN, (make_result(0, files=FILES), make_result(1, 1, 0, cached=f"{NEW}/3", key=A)), T0)])
    for now in case.before_and_after():
        first, second, third, _ = now.tasks(RUN)
        assert (first.files, first.cached) == (FILES, "")
        assert (second.files, second.cached, second.attempt) == ((), f"{NEW}/3", 0)
        assert (third.files, third.cached) == ((), "")
        assert now.result(RUN, 0) == make_result(0, files=FILES)
        assert next(now.results(RUN, [1])).cached == f"{NEW}/3"


def test_successes_are_read_together(case: Case, store: RunStore) -> None:
    printed = {"output_type": "stream", "name": "stdout", "text": "hello\n"}
    whole = make_result(2, key=A, outputs=(printed,))
    store.commit([TasksEnded(RUN, (whole, make_failure(0), make_result(3)), T0)])
    for now in case.before_and_after():
        assert now.successes(RUN, [3, 2, 1, 0, 99]) == {2: whole, 3: make_result(3)}
        with pytest.raises(UnknownRunError):
            now.successes(NEW, [0])


def test_output_that_is_long_is_read_with_them(store: RunStore) -> None:
    long = {"output_type": "stream", "name": "stdout", "text": "long\n" * 20_000}
    store.commit([TasksEnded(RUN, (make_result(1, outputs=(long,)),), T0)])
    assert store.successes(RUN, [1]) == {1: store.result(RUN, 1)}
    assert store.successes(RUN, [1])[1].outputs


def test_the_keys_of_tasks_are_known_also_of_those_that_were_added(case: Case, store: RunStore) -> None:
    submitted = make_run(2, 2)
    payload = msgspec.structs.replace(submitted.payload, keys=Packed(A + B))
    options = msgspec.structs.replace(submitted.options, cache="use")
    store.commit([RunSubmitted(msgspec.structs.replace(submitted, payload=payload, options=options))])
    bare = SweepPart(2, SweepView("copies", 1))
    part = SweepPart(3, SweepView("copies", 2), (Packed(b"one"), Packed(b"two")), "key", C + D)
    store.commit([TasksAdded(NEW, bare, T0), TasksAdded(NEW, part, T0)])
    store.commit([TasksEnded(NEW, (make_result(3, key=C),), T0)])
    for now in case.before_and_after():
        assert now.keys(NEW, range(6)) == {0: A, 1: B, 3: C, 4: D}
        assert now.keys(NEW, [4]) == {4: D}
        assert now.given(NEW, range(6)) == {3: Packed(b"one"), 4: Packed(b"two")}
        live = now.load_run(NEW)
        assert (live.given, live.keys) == ({4: Packed(b"two")}, {4: D})
        assert now.run(NEW).count == 5


def test_a_part_with_too_few_keys_is_none(store: RunStore) -> None:
    store.commit([TasksAdded(RUN, SweepPart(4, SweepView("copies", 2), keys=A), T0)])
    assert store.run(RUN).count == 4
