"""What code that was written for the standard library's executors does with ours."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import pytest

import cellburst
from cellburst.client.executors.errors import RemoteTraceback
from cellburst.errors import PayloadError, UnpicklableError
from tests.integration.called_functions import (
    Thing,
    Unpicklable,
    Unreadable,
    add,
    divide,
    everything,
    hold,
    make_thing,
    make_unreadable,
    nap,
    say,
)
from tests.integration.called_functions import make_unpicklable as unpicklable
from tests.integration.shared import shared_folders  # noqa: F401
from tests.integration.waiting import await_file, await_true


@pytest.fixture
def executor() -> Iterator[cellburst.Executor]:
    with cellburst.Executor() as executor:
        yield executor


@pytest.fixture
def busy(executor: cellburst.Executor, tmp_path: Path) -> Iterator[list[futures.Future[Any]]]:
    """Both workers hold a call until the test ends."""
    held = [executor.submit(hold, str(tmp_path / name)) for name in "ab"]
    for name in "ab":
        await_file(tmp_path / f"{name}.running")
    yield held
    for name in "ab":
        (tmp_path / f"{name}.go").touch()


def test_a_call_is_a_future(executor: cellburst.Executor) -> None:
    future = executor.submit(add, 2, b=3)
    assert isinstance(future, futures.Future)
    assert (future.result(30), future.done(), future.exception()) == (5, True, None)


def test_keywords_may_have_any_name(executor: cellburst.Executor) -> None:
    given = {"self": 1, "fn": 2, "target": 3, "timeout": 4}
    assert executor.submit(everything, 0, **given).result(30) == ((0,), given)
    with pytest.raises(TypeError):
        executor.submit(fn=add)  # type: ignore[call-arg]


def test_functions_of_every_kind_are_called(executor: cellburst.Executor) -> None:
    factor = 3

    def times(number: int) -> int:
        return number * factor

    calls = [executor.submit(times, n) for n in range(40)]
    assert [call.result(30) for call in calls] == [3 * n for n in range(40)]
    assert executor.submit(lambda: times(7)).result(30) == 21
    assert executor.submit(Thing().method).result(30) == "done"
    assert executor.submit(int, "12").result(30) == 12


def test_what_a_function_has_captured_may_change_between_calls(executor: cellburst.Executor) -> None:
    factor = 3

    def times(number: int) -> int:
        return number * factor

    assert executor.submit(times, 2).result(30) == 6
    factor = 5
    assert executor.submit(times, 2).result(30) == 10


def test_a_call_does_not_see_what_another_did_to_shared_objects(executor: cellburst.Executor) -> None:
    seen: list[int] = []

    def keep(number: int) -> list[int]:
        seen.append(number)
        return seen

    assert [call.result(30) for call in [executor.submit(keep, n) for n in range(20)]] == [[n] for n in range(20)]


def test_an_exception_has_the_remote_traceback_as_its_cause(executor: cellburst.Executor) -> None:
    error = executor.submit(divide, 1, 0).exception(30)
    assert isinstance(error, ZeroDivisionError)
    assert error.__traceback__ is None
    assert isinstance(error.__cause__, RemoteTraceback)
    assert "# the line that a traceback shows" in str(error.__cause__)
    assert "cellburst/worker" not in str(error.__cause__)


def test_what_cannot_travel_is_told_by_the_future(executor: cellburst.Executor) -> None:
    import pickle

    there = executor.submit(add, Unpicklable())
    back = executor.submit(unpicklable)
    well = executor.submit(add, 1)
    error = there.exception(30)
    assert isinstance(error, UnpicklableError)
    assert isinstance(error, pickle.PicklingError)
    assert "this stays here" in str(error)
    assert "this stays here" in str(back.exception(30))
    assert well.result(30) == 1


def test_what_cannot_be_made_anew_is_told_by_the_future(executor: cellburst.Executor) -> None:
    for call in (executor.submit(add, Unreadable()), executor.submit(make_unreadable)):
        error = call.exception(30)
        assert isinstance(error, PayloadError)
        assert isinstance(error, futures.process.BrokenProcessPool)
        assert "no number" in str(error)
    assert executor.submit(add, 1).result(30) == 1


def test_map_keeps_the_order(executor: cellburst.Executor) -> None:
    assert list(executor.map(add, range(50), range(50))) == [2 * n for n in range(50)]
    assert list(executor.map(add, range(50), range(7), chunksize=3)) == [2 * n for n in range(7)]
    assert list(executor.map(add, range(5), chunksize=50)) == list(range(5))
    assert list(executor.map(add, [])) == []


def test_map_raises_in_the_place_of_the_result(executor: cellburst.Executor) -> None:
    results = executor.map(divide, [4, 1, 2], [2, 0, 1])
    assert next(results) == 2
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert list(results) == []


def test_map_refuses_sizes_without_a_meaning(executor: cellburst.Executor) -> None:
    with pytest.raises(ValueError, match="chunksize"):
        executor.map(add, [1], chunksize=0)
    with pytest.raises(ValueError, match="buffersize"):
        executor.map(add, [1], buffersize=0)


def test_map_reads_no_further_ahead_than_asked(executor: cellburst.Executor) -> None:
    numbers = iter(range(100))
    results = executor.map(add, numbers, buffersize=4)
    assert next(numbers) == 4
    assert [next(results), next(results)] == [0, 1]
    assert next(numbers) == 7
    assert [next(results) for _ in range(4)] == [2, 3, 5, 6]


def test_map_gives_up_at_its_timeout(executor: cellburst.Executor, busy: list[futures.Future[Any]]) -> None:
    results = executor.map(add, [1], timeout=0.05)
    with pytest.raises(futures.TimeoutError):
        next(results)


def test_a_result_that_was_read_is_kept_nowhere(executor: cellburst.Executor) -> None:
    for thing in executor.map(make_thing, range(5)):
        gone = weakref.ref(thing)
        del thing
        await_true(lambda gone=gone: gone() is None, "the end of a result")  # type: ignore[misc]


def test_what_was_submitted_is_kept_nowhere(executor: cellburst.Executor) -> None:
    thing = Thing()
    gone = threading.Event()
    ref = weakref.ref(thing, lambda _: gone.set())
    executor.submit(thing.method)
    del thing
    assert gone.wait(30), ref


def test_a_waiting_call_can_be_cancelled(executor: cellburst.Executor, busy: list[futures.Future[Any]]) -> None:
    waiting = executor.submit(add, 1)
    assert waiting.cancel()
    assert waiting.cancel()
    assert (waiting.cancelled(), waiting.done(), waiting.running()) == (True, True, False)
    with pytest.raises(futures.CancelledError):
        waiting.result(0)
    assert futures.wait([waiting], timeout=5).done == {waiting}


def test_a_running_call_cannot_be_cancelled(executor: cellburst.Executor, busy: list[futures.Future[Any]]) -> None:
    await_true(busy[0].running, "the news that it runs")
    assert not busy[0].cancel()
    assert not busy[0].done()


def test_cancelled_calls_are_not_executed(
    executor: cellburst.Executor, busy: list[futures.Future[Any]], tmp_path: Path
) -> None:
    await_true(lambda: all(one.running() for one in busy), "the news that they run")
    waiting = [executor.submit(hold, str(tmp_path / f"never{n}")) for n in range(5)]
    assert all(one.cancel() for one in waiting)
    for name in "ab":
        (tmp_path / f"{name}.go").touch()
    assert executor.submit(add, 4).result(30) == 4
    assert not list(tmp_path.glob("never*"))


def test_callbacks_come_in_order_also_late_and_in_spite_of_each_other(
    executor: cellburst.Executor, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Any] = []
    ended = threading.Event()
    future = executor.submit(nap, 0.1)
    future.add_done_callback(lambda done: heard.append((1, done.result())))
    future.add_done_callback(lambda done: 1 / 0)
    future.add_done_callback(lambda done: heard.append(2))
    future.add_done_callback(lambda done: ended.set())
    assert ended.wait(30)
    future.add_done_callback(lambda done: heard.append(3))
    assert heard == [(1, 0.1), 2, 3]
    assert "exception calling callback" in caplog.text


def test_a_callback_may_submit(executor: cellburst.Executor) -> None:
    more: list[futures.Future[Any]] = []
    ended = threading.Event()

    def again(done: futures.Future[Any]) -> None:
        if done.result() < 5:
            more.append(executor.submit(add, done.result(), 1))
            more[-1].add_done_callback(again)
        else:
            ended.set()

    executor.submit(add, 0).add_done_callback(again)
    assert ended.wait(30)
    assert [one.result() for one in more] == [1, 2, 3, 4, 5]


def test_as_completed_and_the_three_ways_to_wait(executor: cellburst.Executor, tmp_path: Path) -> None:
    slow = executor.submit(hold, str(tmp_path / "a"))
    quick, wrong = executor.submit(add, 1), executor.submit(divide, 1, 0)
    assert next(futures.as_completed([slow, quick])) is quick
    assert slow in futures.wait([slow, quick], return_when=futures.FIRST_COMPLETED).not_done
    assert wrong in futures.wait([slow, wrong], return_when=futures.FIRST_EXCEPTION).done
    assert futures.wait([slow, wrong], timeout=0.01).not_done == {slow}
    with pytest.raises(futures.TimeoutError):
        list(futures.as_completed([slow], timeout=0.01))
    (tmp_path / "a.go").touch()
    assert futures.wait([slow, quick, wrong], timeout=30).not_done == set()
    assert list(futures.as_completed([slow, slow])) == [slow]


def test_many_threads_submit(executor: cellburst.Executor) -> None:
    sums: list[int] = []

    def some(first: int) -> None:
        calls = [executor.submit(add, first, n) for n in range(100)]
        sums.append(sum(call.result(30) for call in calls))

    threads = [threading.Thread(target=some, args=(1000 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sums) == [100_000 * n + 4950 for n in range(8)]


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_what_calls_print_is_printed_here(capsys: pytest.CaptureFixture[str], seconds: float) -> None:
    with cellburst.Executor() as executor, cellburst.Executor(quiet=True) as quiet:
        for name in ("one", "two"):
            executor.submit(say, name, seconds)
            quiet.submit(say, "nothing", seconds)
    said = capsys.readouterr()
    assert sorted(said.out.split()) == ["one", "two"]
    assert sorted(said.err.split()) == ["one!", "two!"]


def test_thousands_of_calls_are_one_run_of_few_parts() -> None:
    with cellburst.Executor(name="many") as executor:
        calls = [executor.submit(add, n, 1) for n in range(3000)]
        assert sum(call.result(50) for call in calls) == 3000 * 3001 // 2
        run = executor.run
    assert run is not None
    assert (run.name, run.status.state.value, run.status.counts.succeeded) == ("many", "succeeded", 3000)
    stored = run.connection.reader.run(run.id)
    assert stored.count == 3000
    assert len(stored.sweep.parts) < 100
    assert stored.sweep.params(2999) == {"call": "add"}
