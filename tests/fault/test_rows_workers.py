"""Rows 6 to 8, 30 and 33: tasks that do their worst, seen from a client of a real controller."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cellburst.model.outcome import OutcomeKind
from cellburst.model.run import RunState
from cellburst.wire import client as wire
from tests.fault.plant import Plant, cell_run
from tests.unit.pool.driver import eventually


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    plant.start()
    yield plant
    plant.stop()


class Unpickled:
    """Calls a function wherever it is unpickled."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


WAYS = {
    "segfault": ("__import__('ctypes').string_at(0)", Unpickled(ctypes.string_at, 0), "killed by SIGSEGV"),
    "exit": ("__import__('os')._exit(0)", Unpickled(os._exit, 0), "exited with code 0"),
    "kill": (
        "__import__('signal').raise_signal(9)",
        Unpickled(signal.raise_signal, signal.SIGKILL),
        "killed by SIGKILL",
    ),
    "abort": ("__import__('os').abort()", Unpickled(os.abort), "killed by SIGABRT"),
}


@pytest.mark.parametrize("way", WAYS)
def test_dying_while_executing_costs_that_task_only(plant: Plant, way: str) -> None:
    dying, _, message = WAYS[way]
    results = plant.finish(f"if task.index == 3: {dying}\ntask.index", 8)
    kinds = [result.kind for result in results]
    assert kinds == [OutcomeKind.SUCCEEDED] * 3 + [OutcomeKind.FAILED] + [OutcomeKind.SUCCEEDED] * 4
    error = results[3].error
    assert error is not None
    assert error.ename == "WorkerLost"
    assert error.evalue.startswith(f"killed 3 workers, the last one: {message}")
    assert "while" not in error.evalue
    assert results[3].attempt == 3
    assert {result.attempt for result in results if result.index != 3} == {1}


@pytest.mark.parametrize("way", WAYS)
def test_dying_while_inputs_are_unpickled_says_so(plant: Plant, way: str) -> None:
    _, bomb, message = WAYS[way]
    (result,) = plant.finish("1", names={"bomb": bomb})
    assert result.error is not None
    assert result.error.evalue.startswith(f"killed 3 workers, the last one: {message}")
    assert result.error.evalue.endswith(" while the task's inputs were unpickled")


@pytest.mark.parametrize("way", WAYS)
def test_dying_while_the_result_is_pickled_says_so(plant: Plant, way: str) -> None:
    dying, _, message = WAYS[way]
    source = f"class Bomb:\n    def __reduce__(self): {dying}\nBomb() if task.index == 1 else task.index"
    results = plant.finish(source, 3)
    assert [result.kind.value for result in results] == ["succeeded", "failed", "succeeded"]
    error = results[1].error
    assert error is not None
    assert error.evalue.startswith(f"killed 3 workers, the last one: {message}")
    assert error.evalue.endswith(" while the task's result was pickled")


def test_dying_in_a_finaliser_blames_the_right_task(plant: Plant) -> None:
    source = (
        "class Last:\n    def __del__(self): __import__('os')._exit(3)\nif task.index == 2: kept = Last()\ntask.index"
    )
    results = plant.finish(source, 5)
    assert [result.index for result in results if result.kind is OutcomeKind.FAILED] == [2]
    assert results[2].error is not None
    assert "exited with code 3" in results[2].error.evalue


def test_inputs_that_raise_reject_every_task_and_no_worker_dies(plant: Plant) -> None:
    results = plant.finish("1", 3, names={"bomb": Unpickled(eval, "1 / 0")})
    assert {result.kind for result in results} == {OutcomeKind.REJECTED}
    assert all("ZeroDivisionError" in result.note for result in results)
    assert plant.finish("__import__('os').getpid()")[0].worker in {"w1", "w2"}


def test_a_result_that_raises_when_pickled_is_done_without_its_value(plant: Plant) -> None:
    source = (
        "class Bomb:\n    def __reduce__(self): raise RuntimeError('no')\n"
        "print('kept')\nBomb() if task.index else (i for i in ())"
    )
    results = plant.finish(source, 2)
    assert [result.kind for result in results] == [OutcomeKind.SUCCEEDED] * 2
    assert [result.attempt for result in results] == [1, 1], "not a retry"
    assert "generator" in results[0].note
    assert "RuntimeError: no" in results[1].note
    assert all(result.note.startswith("value not returned: ") for result in results)


def test_the_count_of_killed_workers_survives_a_killed_controller(plant: Plant, tmp_path: Path) -> None:
    ran, pid = tmp_path / "ran", tmp_path / "pid"
    source = (
        f"import os, signal, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        f"open({str(ran)!r}, 'ab').write(b'x')\n"
        f"if os.path.getsize({str(ran)!r}) == 2: time.sleep(3600)\nsignal.raise_signal(9)"
    )
    channel = plant.connect()
    run = plant.submit(channel, cell_run(source))
    eventually(lambda: ran.exists() and ran.stat().st_size == 2)
    plant.started[-1].kill()
    plant.started[-1].wait()
    plant.start()
    channel = plant.connect()
    plant.follow(channel, run)
    os.kill(int(pid.read_text()), signal.SIGKILL)
    plant.wait(channel, run)
    (result,) = plant.results(run)
    assert (result.kind, result.attempt) == (OutcomeKind.FAILED, 3)
    assert result.error is not None
    assert result.error.evalue.startswith("killed 3 workers")
    assert ran.stat().st_size == 3


EVIL = {
    "blocks in C": "import ctypes\nctypes.CDLL(None).pause()",
    "holds the interpreter": "import re\nbegin()\nre.match(r'(a+)+$', 'a' * 60 + 'b')",
    "catches everything": "begin()\nwhile True:\n    try: time.sleep(3600)\n    except BaseException: pass",
    "blocks all signals": "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nbegin()\ntime.sleep(3600)",
    "is stopped": "begin()\nos.kill(os.getpid(), signal.SIGSTOP)",
}


@pytest.mark.parametrize("evil", EVIL)
def test_a_task_that_will_not_end_is_cancelled_soon_after_the_grace_time(tmp_path: Path, evil: str) -> None:
    plant = Plant(tmp_path, CELLBURST_CANCEL_GRACE="0.3")
    try:
        plant.start()
        channel = plant.connect()
        begun = tmp_path / "begun"
        head = f"import os, signal, time\nbegin = open({str(begun)!r}, 'x').close\n"
        run = plant.submit(channel, cell_run(head + EVIL[evil]))
        eventually(begun.exists)
        asked = time.monotonic()
        channel.send(wire.Cancel(3, run))
        status = plant.wait(channel, run)
        assert status.state is RunState.CANCELLED
        assert time.monotonic() - asked < 0.3 + 2.0
        assert plant.finish("6 * 7")[0].summary == 42
    finally:
        plant.stop()


def test_a_bounded_fork_bomb_is_gone_with_its_cancel_and_the_next_task_runs(plant: Plant, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    source = (
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "for _ in range(6):\n    os.fork()\n"  # 64 processes, each in the task's code
        f"open({str(ready)!r}, 'a').write('x')\ntime.sleep(3600)"
    )
    channel = plant.connect()
    run = plant.submit(channel, cell_run(source))
    eventually(lambda: ready.exists() and ready.stat().st_size == 64)
    pool = psutil.Process(plant.pool_pid())
    assert len(pool.children(recursive=True)) >= 64
    channel.send(wire.Cancel(3, run))
    assert plant.wait(channel, run).state is RunState.CANCELLED
    assert len(pool.children(recursive=True)) <= 2, "nobody but the workers"
    assert plant.finish("1")[0].kind is OutcomeKind.SUCCEEDED


def test_an_endless_fork_bomb_is_ended_without_being_asked_and_said(tmp_path: Path) -> None:
    plant = Plant(tmp_path, CELLBURST_TASK_PROCESSES="50")
    try:
        plant.start()
        source = (
            "import os, time\n"
            "for _ in range(8):\n    os.fork()\n"  # 256 processes
            "time.sleep(3600)"
        )
        (result,) = plant.finish(source)
        assert (result.kind, result.attempt) == (OutcomeKind.FAILED, 1), "not tried again"
        assert result.error is not None
        assert re.match(r"it had \d+ processes of its own, more than the 50 .*CELLBURST_TASK_", result.error.evalue)
        assert len(psutil.Process(plant.pool_pid()).children(recursive=True)) <= 2, "nobody but the workers"
        assert plant.finish("1")[0].kind is OutcomeKind.SUCCEEDED
    finally:
        plant.stop()
