from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from cellburst.client.collecting.outcomes import Outcomes
from cellburst.client.connecting.connection import Connection
from cellburst.client.runs.results import Results
from cellburst.errors import PayloadError, RemoteError, RunCancelled, RunError, UsageError
from cellburst.model.blob import Packed
from cellburst.model.outcome import ErrorInfo, OutcomeKind
from cellburst.model.payload import Payload
from cellburst.model.run import Counts, Origin, RunState, RunStatus
from cellburst.model.search import Until
from cellburst.model.sweep import Axis, SweepView
from cellburst.payload.pickling import pack
from tests.unit.client.scripted import RUN, Stored, make_run, result

GRID = SweepView("grid", 4, axes=(Axis("lr", (0.1, 0.01)), Axis("depth", (1, 2))))
Fill = Callable[..., Results]


@pytest.fixture
def fill(stored: Stored, connection: Connection) -> Fill:
    """Results of a grid of four tasks; each of ``values`` is a value, an exception, or None for "not yet"."""

    def fill(values: list[Any], *, state: RunState = RunState.SUCCEEDED, **more: Any) -> Results:
        stored.whole = make_run(more.pop("view", GRID), **more)
        failed = sum(isinstance(value, BaseException) and not isinstance(value, RunCancelled) for value in values)
        cancelled = sum(isinstance(value, RunCancelled) for value in values)
        ended = sum(value is not None for value in values)
        counts = Counts(stored.whole.count - ended, 0, ended - failed - cancelled, failed, cancelled)
        stored.status_now = RunStatus(RUN, state, counts)
        for index, value in enumerate(values):
            if value is not None:
                stored.results_now[index] = recorded(index, value, connection)
        return Results(Outcomes(stored.whole, connection))

    return fill


def recorded(index: int, value: Any, connection: Connection) -> Any:
    def packed(thing: Any) -> Packed:
        return pack(thing, connection.blobs, connection.settings)

    if isinstance(value, RunCancelled):
        return result(OutcomeKind.CANCELLED, index)
    if isinstance(value, BaseException):
        error = ErrorInfo(type(value).__name__, str(value), exception=packed(value))
        return result(OutcomeKind.FAILED, index, error=error)
    summary = value if isinstance(value, (int, float)) else None
    return result(OutcomeKind.SUCCEEDED, index, value=packed(value), summary=summary, metrics={"loss": 10 - index})


def test_values_are_in_task_order(fill: Fill) -> None:
    results = fill([1, 2, 3, 4])
    assert list(results) == [1, 2, 3, 4]
    assert len(results) == 4
    assert results[0] == 1
    assert results[-1] == 4
    assert list(results[1:3]) == [2, 3]


def test_a_value_is_unpickled_when_it_is_read_and_once(fill: Fill, stored: Stored) -> None:
    results = fill([[1], [2], [3], [4]])
    asked: list[int] = []
    stored.result = lambda run, index: asked.append(index) or Stored.result(stored, run, index)  # type: ignore[method-assign,func-returns-value]
    assert asked == []
    assert results[2] is results[2]
    assert asked == [2]


def test_a_failure_is_raised_by_index_and_is_a_value_in_a_loop(fill: Fill) -> None:
    results = fill([1, ValueError("two"), 3, 4])
    with pytest.raises(ValueError, match="two"):
        results[1]
    assert [type(value) for value in results] == [int, ValueError, int, int]
    assert list(results.ok) == [1, 3, 4]
    assert results.failed.indices == (1,)
    assert {index: str(error) for index, error in results.errors.items()} == {1: "two"}


def test_raising_an_error_twice_does_not_make_its_traceback_longer(fill: Fill) -> None:
    results = fill([ValueError("x"), 2, 3, 4])
    depths = []
    for _ in range(3):
        with pytest.raises(ValueError, match="x") as caught:
            results[0]
        depths.append(len(caught.traceback))
    assert len(set(depths)) == 1


def test_an_error_that_cannot_be_rebuilt_keeps_its_name(fill: Fill, stored: Stored) -> None:
    results = fill([1, 2, 3, 4])
    info = ErrorInfo("TheirError", "text", exception=Packed(b"not a pickle"))
    stored.results_now[1] = result(OutcomeKind.FAILED, 1, error=info)
    with pytest.raises(RemoteError, match="TheirError: text"):
        results[1]


def test_our_own_errors_are_rebuilt_by_name(fill: Fill, stored: Stored) -> None:
    results = fill([1, 2, 3, 4])
    stored.results_now[1] = result(OutcomeKind.FAILED, 1, error=ErrorInfo("TaskTimeout", "over"))
    with pytest.raises(RunError, match="over") as caught:
        results[1]
    assert type(caught.value).__name__ == "TaskTimeout"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (OutcomeKind.CANCELLED, "was cancelled.*remote retry"),
        (OutcomeKind.LOST, "lost its worker: segfault"),
        (OutcomeKind.UNKNOWN, "not run again"),
        (OutcomeKind.REJECTED, "could not be started"),
    ],
)
def test_endings_without_an_exception_are_told(fill: Fill, stored: Stored, kind: OutcomeKind, said: str) -> None:
    results = fill([1, 2, 3, 4])
    stored.results_now[1] = result(kind, 1, note="segfault")
    with pytest.raises((RunError, PayloadError), match=said):
        results[1]


def test_a_task_that_has_not_ended_is_not_waited_for(fill: Fill) -> None:
    results = fill([1, None, 3, 4], state=RunState.RUNNING)
    with pytest.raises(RunError, match=r"has not ended \(queued\)"):
        results[1]
    assert results.task(1).error is None


def test_a_value_that_was_not_returned_says_why(fill: Fill, stored: Stored) -> None:
    results = fill([1, 2, 3, 4])
    stored.results_now[1] = result(OutcomeKind.SUCCEEDED, 1, note="value not returned: it is an open file")
    with pytest.raises(PayloadError, match="open file"):
        results[1]
    assert isinstance(list(results)[1], PayloadError)


def test_a_value_of_another_python_is_refused_with_both_versions(fill: Fill) -> None:
    results = fill([1, 2, 3, 4], origin=Origin(python="2.7.18"))
    with pytest.raises(PayloadError, match=r"Python 2\.7\.18, and this is Python 3"):
        results[0]


def test_a_value_that_cannot_be_unpickled_says_what_is_missing(fill: Fill, stored: Stored) -> None:
    results = fill([1, 2, 3, 4])
    stored.results_now[0] = result(OutcomeKind.SUCCEEDED, value=Packed(b"cno_such_module\nThing\n."))
    with pytest.raises(PayloadError, match="no_such_module"):
        results[0]


def test_named_variables_come_with_the_value(fill: Fill) -> None:
    payload = Payload("cell", Packed(), collect="value", out=("model",))
    results = fill([(1, {"model": "a"}), ValueError("x"), (3, {"model": "c"}), (4, {"model": "d"})], payload=payload)
    assert results[0] == 1
    assert results.variables(2) == {"model": "c"}
    assert results.out("model") == ["a", None, "c", "d"]
    with pytest.raises(UsageError, match="--out named: model"):
        results.out("other")


def test_the_frame_has_a_row_for_each_task(fill: Fill) -> None:
    frame = fill([0.5, ValueError("no"), None, RunCancelled()], state=RunState.RUNNING).frame()
    names = ["lr", "depth", "value", "loss", "state", "seconds", "peak_rss", "attempt", "error"]
    assert list(frame.columns) == names
    assert frame.index.name == "task"
    assert list(frame["lr"]) == [0.1, 0.1, 0.01, 0.01]
    assert list(frame["state"]) == ["succeeded", "failed", "queued", "cancelled"]
    assert frame["value"][0] == 0.5
    assert math.isnan(frame["value"][1])
    assert frame["error"][1] == "ValueError: no"


def test_values_that_are_dicts_become_columns(fill: Fill) -> None:
    frame = fill([{"score": n, "lr": "own"} for n in range(4)]).frame()
    assert list(frame["score"]) == [0, 1, 2, 3]
    assert list(frame["lr"]) == [0.1, 0.1, 0.01, 0.01]
    assert list(frame["value.lr"]) == ["own"] * 4


def test_values_that_are_lists_stay_whole_in_a_frame(fill: Fill) -> None:
    frame = fill([[1, 2], (3,), {"a": 1}, "text"]).frame()
    assert list(frame["value"]) == [[1, 2], (3,), {"a": 1}, "text"]


def test_a_frame_without_values_unpickles_nothing(fill: Fill, stored: Stored) -> None:
    results = fill([1, 2, 3, 4])
    stored.results_now[0] = result(OutcomeKind.SUCCEEDED, value=Packed(b"not a pickle"))
    assert "value" not in results.frame(values=False).columns


@pytest.mark.parametrize(
    ("metric", "mode", "index"), [("value", "max", 2), ("value", "min", 3), ("loss", "min", 3), ("loss", "max", 0)]
)
def test_the_best_task_is_found(fill: Fill, metric: str, mode: Any, index: int) -> None:
    assert fill([2, ValueError("x"), 9, 1]).best(metric, mode).index == index


def test_the_best_task_by_an_entry_of_its_value(fill: Fill) -> None:
    best = fill([{"score": s} for s in (0.1, 0.9, math.nan, 0.5)]).best("score")
    assert (best.index, best.score, best.params) == (1, 0.9, {"lr": 0.1, "depth": 2})
    assert best.value == {"score": 0.9}
    assert repr(best).startswith("<Task 1: 0.9, lr=0.1, depth=2, succeeded")


def test_a_metric_that_is_not_there_names_those_that_are(fill: Fill) -> None:
    with pytest.raises(UsageError, match=r"no task of run .* has a number 'accuracy'; there is: loss"):
        fill(["a", "b", "c", "d"]).best("accuracy")
    with pytest.raises(UsageError, match="mode must be"):
        fill([1, 2, 3, 4]).best(mode="most")  # type: ignore[arg-type]


def test_the_parameters_are_the_objects_themselves(fill: Fill, connection: Connection) -> None:
    sweep = [{"f": complex(1, 2)}, {"f": complex(3, 4)}]
    payload = Payload("cell", Packed(), sweep=pack(sweep, connection.blobs, connection.settings))
    view = SweepView("table", 2, columns=("f",), rows=(("(1+2j)",), ("(3+4j)",)))
    results = fill([1, 2], payload=payload, view=view)
    assert results.params(1) == {"f": complex(3, 4)}


def test_parameters_that_cannot_be_rebuilt_are_as_shown(fill: Fill) -> None:
    payload = Payload("cell", Packed(), sweep=Packed(b"cno_such_module\nThing\n."))
    results = fill([1, 2, 3, 4], payload=payload)
    assert results.params(3) == {"lr": 0.01, "depth": 2}


def test_the_repr_counts_and_reads_no_value(fill: Fill, stored: Stored) -> None:
    results = fill([1, ValueError("x"), 3, 4])
    stored.results_now[0] = result(OutcomeKind.SUCCEEDED, value=Packed(b"not a pickle"))
    assert repr(results) == f"<Results of run {RUN}: 3 succeeded, 1 failed>"


def test_copies_that_were_added_until_enough_is_known_are_a_histogram(fill: Fill) -> None:
    until = Until("stderr < 0.1", 10)
    results = fill(
        [1.0, 2.0, 1.5], view=SweepView("search", 3, parts=(SweepView("copies", 3),)), options={"search": until}
    )
    assert "of 3 tasks" in repr(results.plot())


def test_seconds_and_memory_are_numbers_to_compare_by(fill: Fill) -> None:
    results = fill(["a", "b", "c", "d"])
    assert results.best("seconds").score == min(row.seconds or 0.0 for row in results.rows())
    assert results.best("peak_rss", "max").score == max(row.peak_rss for row in results.rows())
    with pytest.raises(UsageError, match="has a number 'nothing'"):
        results.best("nothing")


def test_nothing_can_be_compared_before_a_task_has_succeeded(fill: Fill) -> None:
    results = fill([None, ValueError("x"), None, None], state=RunState.RUNNING)
    for ask in (results.best, results.plot):
        with pytest.raises(UsageError, match="has succeeded so far"):
            ask()
    assert results.missing() == [0, 1, 2, 3]


def test_results_are_drawn_over_their_parameters(fill: Fill) -> None:
    plot = fill([0.5, ValueError("x"), 0.75, None], state=RunState.RUNNING).plot()
    assert (plot.kind, plot.spec["title"]["text"]) == ("heat", "value by lr, depth")
    assert [row["score"] for row in plot.spec["data"]["values"]] == [0.5, None, 0.75, None]
    assert fill([{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]).plot("a", kind="line").kind == "line"
