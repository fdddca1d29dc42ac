"""Output in a store, whatever it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.abc import RunStore
from cellburst.errors import UnknownRunError
from cellburst.model.events import (
    AttemptEnded,
    TasksEnded,
    TasksRetried,
    TasksStarted,
)
from tests.contract.stores import Case
from tests.unit.store.builders import (
    T0,
    make_failure,
    make_result,
    picture,
    run_id,
    text,
)

RUN = run_id(1)


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
