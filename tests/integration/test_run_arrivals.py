"""Waiting for the tasks of real runs one by one, in loops and in event loops."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from pathlib import Path

import pytest

import cellburst
from cellburst.client.connecting.record import find_controller
from cellburst.client.runs.run import Run
from cellburst.model.run import RunState
from tests.integration.shared import shared_folders  # noqa: F401
from tests.integration.test_client_functions import hold, odd_only


def double(n: int) -> int:
    return 2 * n


def held_from(folder: str, n: int) -> int:
    """Tasks above 0 wait until the one before has been let go."""
    path = Path(folder) / str(n)
    while n and not path.exists():
        time.sleep(0.005)
    return n


def ladder(tmp_path: Path, count: int) -> Run:
    return cellburst.map(held_from, [{"n": n, "folder": str(tmp_path)} for n in range(count)], parallel=2)


def test_tasks_come_while_the_run_goes_on(tmp_path: Path) -> None:
    run = ladder(tmp_path, 4)
    came = []
    for task in run.as_completed(timeout=60):
        came.append((task.index, task.value, task.state))
        (tmp_path / str(task.index + 1)).touch()
    assert came == [(n, n, "succeeded") for n in range(4)]
    assert run.state is RunState.SUCCEEDED


def test_an_ended_run_gives_all_its_tasks_in_the_order_of_their_ends() -> None:
    run = cellburst.map(odd_only, range(6)).wait(60)
    tasks = list(run.as_completed())
    assert sorted(task.index for task in tasks) == list(range(6))
    assert {task.index for task in tasks if task.error} == {0, 2, 4}
    rows = {row.index: row for row in run.results.rows()}
    ends = [(rows[task.index].started or 0) + (rows[task.index].seconds or 0) for task in tasks]
    assert ends == sorted(ends)


def test_a_single_run_is_one_task() -> None:
    assert [task.value for task in cellburst.submit(double, 4).as_completed()] == [8]


def test_a_loop_that_is_left_leaves_the_run(tmp_path: Path) -> None:
    run = ladder(tmp_path, 3)
    for task in run.as_completed():
        assert task.index == 0
        break
    assert run.state is RunState.RUNNING
    for n in (1, 2):
        (tmp_path / str(n)).touch()
    assert list(run.wait(60).results) == [0, 1, 2]


def test_a_time_limit_ends_the_loop_and_not_the_run(tmp_path: Path) -> None:
    path = tmp_path / "held"
    run = cellburst.submit(hold, str(path))
    with pytest.raises(TimeoutError, match="has not ended yet; it goes on"):
        list(run.as_completed(timeout=0.2))
    Path(f"{path}.go").touch()
    assert run.result(60) == "held"


def test_an_interrupt_of_the_loop_cancels_the_run(tmp_path: Path) -> None:
    run = ladder(tmp_path, 2)
    tasks = run.as_completed()
    assert next(tasks).index == 0
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt, match="was cancelled, 1 of 2 results are kept"):
        next(tasks)
    assert run.wait(30).state is RunState.CANCELLED


def test_await_gives_the_value_the_results_or_the_error() -> None:
    async def main() -> None:
        assert await cellburst.submit(double, 4) == 8
        assert list(await cellburst.map(double, [1, 2])) == [2, 4]
        with pytest.raises(ValueError, match="2 is even"):
            await cellburst.submit(odd_only, 2)

    asyncio.run(main())


def test_an_event_loop_goes_on_while_a_run_is_awaited(tmp_path: Path) -> None:
    path = tmp_path / "held"

    async def let_go() -> None:
        while not Path(f"{path}.running").exists():
            await asyncio.sleep(0.005)
        Path(f"{path}.go").touch()

    async def main() -> str:
        value, _ = await asyncio.gather(cellburst.submit(hold, str(path)).awaited(60), let_go())
        return str(value)

    assert asyncio.run(main()) == "held"


def test_async_for_gives_tasks_as_they_end(tmp_path: Path) -> None:
    async def main() -> list[int]:
        came = []
        async for task in ladder(tmp_path, 3):
            came.append(task.value)
            (tmp_path / str(task.index + 1)).touch()
        return came

    assert asyncio.run(main()) == [0, 1, 2]


@pytest.mark.parametrize("cancel", [False, True])
def test_cancelling_who_awaits_cancels_the_run_only_if_asked(tmp_path: Path, cancel: bool) -> None:
    path = tmp_path / "held"
    run = cellburst.submit(hold, str(path))

    async def main() -> None:
        waiting = asyncio.ensure_future(run.awaited(cancel=cancel))
        await asyncio.sleep(0)  # it has begun
        while not Path(f"{path}.running").exists():
            await asyncio.sleep(0.005)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(main())
    if not cancel:
        Path(f"{path}.go").touch()
    assert run.wait(30).state is (RunState.CANCELLED if cancel else RunState.SUCCEEDED)


def test_a_limit_on_awaiting_leaves_the_run(tmp_path: Path) -> None:
    path = tmp_path / "held"
    run = cellburst.submit(hold, str(path))
    with pytest.raises(TimeoutError, match="it goes on"):
        asyncio.run(run.awaited(0.2))
    Path(f"{path}.go").touch()
    assert run.result(60) == "held"


def test_what_failed_is_missing_until_it_is_run_again(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    run = cellburst.map(fails_until, [{"n": n, "flag": str(flag)} for n in range(4)]).wait(60)
    assert run.missing() == [1, 3]
    flag.touch()
    assert run.retry_failed() is run
    assert list(run.wait(60).results) == [0, 1, 2, 3]
    assert (run.missing(), run.best().index, run.best(mode="min").index) == ([], 3, 0)


def fails_until(n: int, flag: str) -> int:
    if n % 2 and not os.path.exists(flag):
        raise ValueError("not yet")
    return n


def test_a_controller_that_dies_loses_no_task_of_the_loop(tmp_path: Path) -> None:
    run = ladder(tmp_path, 4)
    came = []
    for task in run.as_completed(timeout=60):
        came.append((task.index, task.value))
        if task.index == 1:
            record = find_controller(run.connection.folders)
            assert record is not None
            os.kill(record.pid, signal.SIGKILL)
        (tmp_path / str(task.index + 1)).touch()
    assert came == [(n, n) for n in range(4)]
