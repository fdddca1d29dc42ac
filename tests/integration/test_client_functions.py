"""Functions on real workers, through a real controller and store."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import cellburst
from cellburst.client.connecting import discover
from cellburst.client.following.follow import NullListener
from cellburst.errors import RunCancelled, RunError, UnpicklableError, UsageError
from cellburst.model.run import RunState
from cellburst.paths import Folders
from tests.integration.shared import shared_folders  # noqa: F401


def add(a: int, b: int = 0) -> int:
    return a + b


def odd_only(n: int) -> int:
    if n % 2 == 0:
        raise ValueError(f"{n} is even")
    return n


def hold(path: str) -> str:
    """Say that it runs, and wait until it is let go."""
    Path(f"{path}.running").touch()
    while not os.path.exists(f"{path}.go"):
        time.sleep(0.01)
    return "held"


def await_file(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.01)


def test_a_function_runs_and_its_value_comes_back() -> None:
    run = cellburst.submit(add, 2, b=3)
    assert run.result(30) == 5
    assert (run.state, run.value, run.name, run.error) == (RunState.SUCCEEDED, 5, "add", None)
    assert "return a + b" in run.code


def test_an_exception_is_raised_as_its_own_type() -> None:
    run = cellburst.submit(odd_only, 2).wait(30)
    assert run.state is RunState.FAILED
    with pytest.raises(ValueError, match="2 is even") as caught:
        _ = run.value
    assert caught.traceback[-1].name == "odd_only"
    assert str(caught.traceback[-1].path) == __file__
    assert str(run.error) == "2 is even"


def test_a_grid_runs_every_combination() -> None:
    run = cellburst.map(add, {"a": [1, 2], "b": [10, 20]}).wait(30)
    assert list(run.results) == [11, 21, 12, 22]
    assert list(run.frame()["value"]) == [11, 21, 12, 22]
    assert run.results.best().params == {"a": 2, "b": 20}


def test_dicts_and_plain_values_are_tables() -> None:
    rows = cellburst.map(add, [{"a": 1, "b": 2}, {"a": 3, "b": 4}])
    plain = cellburst.map(add, range(3), b=100)
    assert list(rows.wait(30).results) == [3, 7]
    assert list(plain.wait(30).results) == [100, 101, 102]
    assert list(plain.frame()["a"]) == [0, 1, 2]


def test_failures_are_values_and_the_good_ones_are_kept() -> None:
    run = cellburst.map(odd_only, range(6)).wait(30)
    assert run.state is RunState.FAILED
    assert [value if isinstance(value, int) else str(value) for value in run.results] == [
        "0 is even", 1, "2 is even", 3, "4 is even", 5,
    ]  # fmt: skip
    assert list(run.results.ok) == [1, 3, 5]
    assert sorted(run.errors) == [0, 2, 4]
    with pytest.raises(ValueError, match="2 is even"):
        run.results[2]


def test_a_lambda_and_its_closure_travel() -> None:
    factor = 3
    assert cellburst.map(lambda n: n * factor, [1, 2]).result(30)[1] == 6


def test_copies_run_with_parallel() -> None:
    @cellburst.remote(parallel=3, seed=5)
    def index() -> int:
        from cellburst import task

        return task.index

    assert list(index.submit().result(30)) == [0, 1, 2]


def test_a_remote_function_still_runs_here() -> None:
    assert cellburst.remote(add)(1, 2) == 3


def test_large_results_are_read_lazily_and_are_right() -> None:
    import numpy as np

    def block(n: int) -> Any:
        return np.full(200_000, n)

    results = cellburst.map(block, range(4)).result(30)
    assert [int(results[n][0]) for n in range(4)] == [0, 1, 2, 3]
    assert results[2].flags.writeable


def test_options_that_the_function_has_too_are_refused() -> None:
    def fit(seed: int) -> int:
        return seed

    with pytest.raises(UsageError, match="has a parameter 'seed'"):
        cellburst.submit(fit, seed=1)
    assert cellburst.remote(fit).submit(seed=7).result(30) == 7


def test_what_cannot_travel_is_no_run() -> None:
    before = cellburst.runs()
    with open(__file__) as file, pytest.raises(UnpicklableError, match="file"):
        cellburst.submit(add, file)
    assert cellburst.runs() == before


def test_an_unknown_target_is_refused_in_one_line() -> None:
    with pytest.raises(UsageError, match="no target 'moon'"):
        cellburst.submit(add, 1, target="moon")


def test_a_running_task_is_cancelled(tmp_path: Path) -> None:
    run = cellburst.submit(hold, str(tmp_path / "x"))
    await_file(tmp_path / "x.running")
    with pytest.raises(RunError, match="has not ended"):
        _ = run.value
    run.cancel().wait(30)
    assert run.state is RunState.CANCELLED
    with pytest.raises(RunCancelled, match="remote retry"):
        _ = run.value


def test_cancelling_keeps_what_is_finished_and_retry_runs_the_rest(tmp_path: Path) -> None:
    def work(n: int) -> int:
        if n:
            hold(str(tmp_path / "x"))
        return n

    run = cellburst.map(work, range(4), parallel=1)
    await_file(tmp_path / "x.running")
    run.cancel().wait(30)
    assert run.counts.succeeded == 1
    (tmp_path / "x.go").touch()
    run.retry().wait(30)
    assert run.state is RunState.SUCCEEDED
    assert list(run.results) == [0, 1, 2, 3]
    with pytest.raises(UsageError, match="nothing to run again: 4 succeeded"):
        run.retry()


def test_a_failed_task_is_run_again_with_the_same_parameters(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")

    def once(n: int) -> int:
        if n == 1 and not os.path.exists(mark):
            open(mark, "w").close()
            raise OSError("first time")
        return n

    run = cellburst.map(once, range(3)).wait(30)
    assert list(run.results.failed.indices) == [1]
    assert list(run.retry("failed").wait(30).results) == [0, 1, 2]


def test_all_of_a_run_is_run_again_with_its_own_inputs_and_seed() -> None:
    scale = [1]

    def draw(n: int) -> tuple[int, float]:
        return n * scale[0], random.random()

    first = cellburst.map(draw, range(3), name="draws").wait(30)
    scale[0] = 100
    again = first.rerun().wait(30)
    assert again.id != first.id
    assert (again.name, again.record.options.seed) == ("draws", first.record.options.seed)
    assert list(again.results) == list(first.results)
    first.delete()
    assert list(again.rerun().wait(30).results) == list(again.results)


def test_another_process_attaches_by_id_by_its_start_and_by_last() -> None:
    run = cellburst.map(add, range(3)).wait(30)
    discover.disconnect()
    for name in (run.id, run.id[:10], "last"):
        assert list(cellburst.attach(name).results) == [0, 1, 2]
    assert cellburst.runs()[0] == run


def test_printed_text_is_kept() -> None:
    def say(n: int) -> None:
        print("number", n)

    run = cellburst.map(say, range(2)).wait(30)
    assert run.logs(1) == "number 1\n"
    assert run.outputs(0)[0]["output_type"] == "stream"


def test_an_ended_run_is_renamed_and_deleted() -> None:
    run = cellburst.submit(add, 1).wait(30)
    assert run.rename("better").name == "better"
    run.delete()
    with pytest.raises(cellburst.errors.UnknownRunError):
        cellburst.attach(run.id)


def test_an_interrupted_wait_cancels_and_says_how_to_go_on(tmp_path: Path) -> None:
    run = cellburst.map(hold, [str(tmp_path / name) for name in "ab"])
    await_file(tmp_path / "a.running")
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt, match=f"0 of 2 results are kept; `%remote retry {run.id}`"):
        run.wait()
    timer.join()
    assert run.state is RunState.CANCELLED


def test_an_interrupted_wait_leaves_a_run_that_is_to_go_on(tmp_path: Path) -> None:
    run = cellburst.submit(hold, str(tmp_path / "x"), on_interrupt="detach")
    await_file(tmp_path / "x.running")

    class Interrupting(NullListener):
        def tick(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="goes on; `%remote attach"):
        run.wait(listener=Interrupting())
    (tmp_path / "x.go").touch()
    assert run.result(30) == "held"


def test_a_time_limit_on_waiting_leaves_the_run_alone(tmp_path: Path) -> None:
    run = cellburst.submit(hold, str(tmp_path / "x"))
    with pytest.raises(TimeoutError, match="it goes on"):
        run.wait(0.1)
    (tmp_path / "x.go").touch()
    assert run.result(30) == "held"


def test_a_controller_killed_during_the_wait_is_replaced(tmp_path: Path, folders: Folders) -> None:
    from cellburst.client.connecting.record import find_controller

    run = cellburst.map(hold, [str(tmp_path / name) for name in "ab"])
    await_file(tmp_path / "b.running")
    record = find_controller(folders)
    assert record is not None

    class Killing(NullListener):
        killed = False

        def tick(self) -> None:
            if not self.killed:
                self.killed = True
                os.kill(record.pid, signal.SIGKILL)
                for name in "ab":
                    (tmp_path / f"{name}.go").touch()

    run.wait(30, Killing())
    assert list(run.results) == ["held", "held"]
    after = find_controller(folders)
    assert after is not None
    assert after.pid != record.pid


def test_many_tiny_tasks_come_back_in_order() -> None:
    results = cellburst.map(add, range(2000), b=1).result(50)
    assert list(results) == list(range(1, 2001))


@pytest.mark.slow
def test_a_task_of_some_seconds_has_a_curve_of_what_it_used() -> None:
    def work() -> int:
        import time

        kept = bytearray(50_000_000)
        began = time.process_time()
        while time.process_time() - began < 2.5:
            pass
        return len(kept)

    run = cellburst.submit(work).wait(60)
    samples = run.connection.reader.usage(run.id, 0, 1)
    assert len(samples) >= 2
    spent = sum(after.cpu * (after.at - before.at) for before, after in pairwise(samples))
    assert 0.3 < spent < 5.0  # of 2.5 s of a core, however long that took beside other tests
    assert samples[-1].rss > 50_000_000
