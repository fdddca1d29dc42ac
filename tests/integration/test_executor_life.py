"""How executors begin and end, and what ends them."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent import futures
from pathlib import Path

import pytest

import cellburst
from cellburst.client.connecting.discover import connect
from cellburst.client.connecting.record import find_controller
from cellburst.client.executors import threads
from cellburst.errors import UsageError, WorkerLost
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.wire.client import Hold
from tests.integration.called_functions import add, die, hold, nap
from tests.integration.shared import shared_folders  # noqa: F401
from tests.integration.waiting import await_file, await_true


def script(code: str, *, fails: bool = False) -> str:
    """What a program of its own prints, in the same folders."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    assert fails or not done.returncode, done.stderr
    return done.stdout + (done.stderr if fails else "")


def test_options_without_a_meaning_are_refused_at_once() -> None:
    with pytest.raises(UsageError, match="'max_workers'"):
        cellburst.Executor(max_workers=2)
    with pytest.raises(UsageError, match="parallel"):
        cellburst.Executor(parallel=0)


def test_an_executor_without_calls_leaves_no_run() -> None:
    before = len(cellburst.runs())
    with cellburst.Executor() as executor:
        assert executor.run is None
    assert len(cellburst.runs()) == before


def test_after_shutdown_no_call_is_taken() -> None:
    executor = cellburst.Executor()
    taken = executor.submit(nap, 0.2)
    executor.shutdown()
    assert taken.result(0) == 0.2
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(add, 1)
    executor.shutdown()
    assert executor.run is not None
    assert executor.run.status.state is RunState.SUCCEEDED


def test_shutdown_without_waiting_lets_calls_end(tmp_path: Path) -> None:
    executor = cellburst.Executor()
    taken = executor.submit(hold, str(tmp_path / "a"))
    executor.shutdown(wait=False)
    assert not taken.done()
    (tmp_path / "a.go").touch()
    assert taken.result(30) == "held"


def test_shutdown_may_cancel_what_waits(tmp_path: Path) -> None:
    executor = cellburst.Executor(parallel=1)
    held = executor.submit(hold, str(tmp_path / "a"))
    await_file(tmp_path / "a.running")
    await_true(held.running, "the news that it runs")
    waiting = [executor.submit(add, n) for n in range(50)]
    executor.shutdown(wait=False, cancel_futures=True)
    assert all(one.cancelled() for one in waiting)
    (tmp_path / "a.go").touch()
    executor.shutdown()
    assert held.result(0) == "held"


def test_a_cancelled_call_does_not_hold_up_the_end() -> None:
    executor = cellburst.Executor(parallel=1)
    executor.submit(add, 1).result(30)
    executor.submit(nap, 0.01).cancel()
    executor.shutdown()


def test_an_interrupted_block_cancels_what_runs(tmp_path: Path) -> None:
    def interrupted() -> None:
        with executor:
            raise KeyboardInterrupt

    executor = cellburst.Executor()
    held = executor.submit(hold, str(tmp_path / "a"))
    await_file(tmp_path / "a.running")
    await_true(held.running, "the news that it runs")
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert isinstance(held.exception(0), cellburst.errors.RunCancelled)


def test_who_forgets_an_executor_still_gets_the_results() -> None:
    executor = cellburst.Executor()
    results = executor.map(nap, [0.05] * 4)
    run = executor.run
    del executor
    gc.collect()
    assert list(results) == [0.05] * 4
    assert run is not None
    run.wait(30)


def test_parallel_bounds_how_many_calls_run_at_once(tmp_path: Path) -> None:
    def alone(number: int) -> bool:
        try:
            descriptor = os.open(str(tmp_path / "here"), os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            return False
        import time

        time.sleep(0.02)
        os.close(descriptor)
        os.unlink(str(tmp_path / "here"))
        return True

    with cellburst.Executor(parallel=1) as executor:
        assert all(executor.map(alone, range(10)))


def test_a_lost_worker_is_that_calls_own_error() -> None:
    with cellburst.Executor() as executor:
        lost = executor.submit(die)
        error = lost.exception(50)
        assert isinstance(error, WorkerLost)
        assert isinstance(error, futures.process.BrokenProcessPool)
        assert "SIGKILL" in str(error)
        assert executor.submit(add, 1).result(30) == 1


def test_calls_outlive_the_death_of_the_controller(folders: Folders, tmp_path: Path) -> None:
    with cellburst.Executor() as executor:
        held = executor.submit(hold, str(tmp_path / "a"))
        await_file(tmp_path / "a.running")
        record = find_controller(folders)
        assert record is not None
        os.kill(record.pid, signal.SIGKILL)
        after = [executor.submit(add, n) for n in range(10)]
        (tmp_path / "a.go").touch()
        assert held.result(50) == "held"
        assert [one.result(50) for one in after] == list(range(10))


def test_a_child_that_was_forked_has_no_executor() -> None:
    with cellburst.Executor() as executor:
        assert executor.submit(add, 1).result(30) == 1
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                executor.submit(add, 1)
            except RuntimeError as error:
                os.write(writing, str(error).encode())
            os._exit(0)
        os.close(writing)
        with open(reading, "rb") as pipe:
            assert b"forked" in pipe.read()
        os.waitpid(pid, 0)
        assert executor.submit(add, 2).result(30) == 2


def test_a_program_that_ends_waits_for_its_calls(tmp_path: Path) -> None:
    script(f"""
        import cellburst
        from tests.integration.called_functions import nap, touch
        executor = cellburst.Executor(parallel=1)
        executor.submit(nap, 0.5)
        executor.submit(touch, {str(tmp_path / "made")!r})
        executor.shutdown(wait=False)
    """)
    assert (tmp_path / "made").exists()


def test_the_calls_of_a_program_that_is_killed_go_on(tmp_path: Path) -> None:
    script(
        f"""
        import os, signal, cellburst
        from tests.integration.called_functions import nap, touch
        executor = cellburst.Executor(parallel=1, name="orphaned")
        first = executor.submit(nap, 0.5)
        executor.submit(touch, {str(tmp_path / "made")!r})
        while not first.running():
            pass
        os.kill(os.getpid(), signal.SIGKILL)
        """,
        fails=True,
    )
    run = cellburst.runs(limit=1)[0]
    assert run.name == "orphaned"
    assert run.wait(30).state is RunState.SUCCEEDED
    assert (tmp_path / "made").exists()


def test_a_program_that_ends_takes_no_more_calls() -> None:
    said = script(
        """
        import atexit

        @atexit.register
        def last():
            executor.submit(id, 1)

        import cellburst
        executor = cellburst.Executor()
        print(executor.submit(abs, -1).result(30))
        """,
        fails=True,
    )
    assert said.startswith("1\n")
    assert "RuntimeError: cannot schedule new futures after interpreter shutdown" in said


def test_a_task_is_told_that_it_cannot_wait_for_its_own_worker() -> None:
    def nested() -> int:
        with cellburst.Executor() as inner:
            return inner.submit(add, 1).result()  # type: ignore[no-any-return]

    with cellburst.Executor() as executor, pytest.raises(UsageError, match="ThreadPoolExecutor"):
        executor.submit(nested).result(30)


def test_a_run_that_somebody_cancels_takes_no_more_calls(tmp_path: Path) -> None:
    with cellburst.Executor(parallel=1) as executor:
        held = executor.submit(hold, str(tmp_path / "a"))
        waiting = executor.submit(add, 1)
        await_file(tmp_path / "a.running")
        await_true(held.running, "the news that it runs")
        assert executor.run is not None
        executor.run.cancel()
        assert isinstance(held.exception(30), cellburst.errors.RunCancelled)
        with pytest.raises((futures.CancelledError, cellburst.errors.RunCancelled)):
            waiting.result(30)
        with pytest.raises(futures.BrokenExecutor, match="closed"):
            executor.submit(add, 2).result(30)


def test_executors_do_not_disturb_each_other() -> None:
    with cellburst.Executor(name="one") as one, cellburst.Executor(name="two") as two:
        both = [executor.submit(add, n) for n in range(20) for executor in (one, two)]
        assert [call.result(30) for call in both] == [n for n in range(20) for _ in range(2)]
        assert one.run != two.run


def test_no_thread_is_left() -> None:
    before = set(threading.enumerate())
    with cellburst.Executor() as executor:
        executor.submit(add, 1).result(30)
    assert set(threading.enumerate()) == before


def test_an_idle_executor_tells_the_next_controller_that_it_is_there(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_HOLD_AGAIN", 0.05)
    with cellburst.Executor() as executor:
        assert executor.submit(add, 1).result() == add(1)
        record = find_controller(folders)
        assert record is not None
        os.kill(record.pid, signal.SIGKILL)
        cellburst.submit(add, 2).result()  # whoever else needs one starts it
        run = executor._run
        assert run is not None
        await_true(lambda: run.held_at not in (None, record.pid), "the executor at the next controller")
        with pytest.raises(UsageError, match="another process"):
            connect().request(Hold(0, run.id))
        assert executor.submit(add, 3).result() == add(3)
