"""The pool with the workers that it is made for."""

from __future__ import annotations

import os
import random
import signal
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cellburst.model.outcome import LossReason, OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.pool import launch, spool
from cellburst.pool.marker import marked
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from tests.processes import gone
from tests.unit.pool.driver import Controller, eventually, running_pool

_HOSTILE = """
import os, signal, subprocess, time
for number in range(count):
    if os.fork():
        os.wait()
        continue
    os.setsid()
    if os.fork():
        os._exit(0)
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    if number % 2:
        os.execv("/bin/sleep", ["sleep", "3600"])
    while True:
        time.sleep(3600)
"""
Define = Callable[..., None]


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, replace(settings, cancel_grace=1.0), launch.WORKER) as controller:
        yield controller


@pytest.fixture
def define(pool: Controller, folders: Folders, settings: Settings) -> Define:
    """Tell the pool of a run of cells."""
    blobs = BlobFolder(folders.blobs)

    def send(source: str, inputs: dict[str, object] | None = None, *, run: str = "r", **more: object) -> None:
        limit = more.pop("timeout", None)
        payload = Payload("cell", pack(inputs or {}, blobs, settings), source=source, **more)  # type: ignore[arg-type]
        pool.send(wire.DefineRun(run, payload, 10_000, 1, limit))  # type: ignore[arg-type]

    return send


def _value(folders: Folders, result: TaskResult) -> object:
    assert result.kind is OutcomeKind.SUCCEEDED, result
    assert result.value is not None, result.note
    return unpack(result.value, BlobFolder(folders.blobs), namespace={})


def _marked(folders: Folders) -> list[int]:
    """What was started by workers of the pool, workers themselves left out."""
    found = launch.find(folders)
    assert found is not None
    workers = {child.pid for child in psutil.Process(found.pid).children()}
    return [p.pid for p, marker in marked() if marker.pid == found.pid and p.pid not in {found.pid, *workers}]


def test_values_come_back(pool: Controller, define: Define, folders: Folders) -> None:
    (worker,) = pool.start_workers()
    define("[task.index, x]", {"x": {"a": 1}})
    pool.assign(worker, 3, 4)
    assert [_value(folders, result) for result in pool.results(2)] == [[3, {"a": 1}], [4, {"a": 1}]]


def test_raw_output_belongs_to_the_task_that_wrote_it(pool: Controller, define: Define) -> None:
    (worker,) = pool.start_workers()
    define("import os\nprint(f'python {task.index}', end='')\nos.system(f'printf child%d {task.index}');")
    pool.assign(worker, *range(30))
    results = pool.results(30)
    for result in results:
        texts = [*pool.output(result.index), *result.outputs]
        assert sorted(record["text"] for record in texts) == [f"child{result.index}", f"python {result.index}"]


def test_tasks_are_taken_back_from_behind_a_long_one(pool: Controller, define: Define, tmp_path: Path) -> None:
    (worker,) = pool.start_workers()
    started, go = str(tmp_path / "started"), str(tmp_path / "go")
    define(
        "import os, time\nif task.index == 0:\n    open(started, 'w').close()\n"
        "    while not os.path.exists(go): time.sleep(0.002)",
        {"started": started, "go": go},
    )
    pool.assign(worker, *range(200))
    eventually(lambda: os.path.exists(started))
    pool.send(wire.Recall(worker))
    assert pool.wait_for(wire.Returned).indices == tuple(range(1, 200))
    pool.assign(worker, 5, 6)
    Path(go).touch()
    assert [result.index for result in pool.results(3)] == [0, 5, 6]


def test_taking_back_again_and_again_loses_and_doubles_nothing(pool: Controller, define: Define) -> None:
    (worker,) = pool.start_workers()
    define("task.index")
    dice = random.Random(1)
    done: list[int] = []
    waiting = list(range(10_000))
    recalls = 0
    while waiting:
        pool.assign(worker, *waiting)
        time.sleep(dice.random() * 0.01)  # at any moment of its work
        pool.send(wire.Recall(worker))
        recalls += 1
        waiting = []
        while not waiting and len(done) < 10_000:
            message = pool.wait_for((wire.Returned, wire.Outcomes))  # type: ignore[arg-type]
            if isinstance(message, wire.Returned):
                waiting = list(message.indices)
            else:
                done += [result.index for result in message.results]
                pool.send(wire.Acknowledge(message.serial))
    while len(done) < 10_000:
        done += [result.index for result in pool.results()]
    assert sorted(done) == list(range(10_000))
    assert recalls > 3


def test_an_interrupted_task_keeps_its_worker(pool: Controller, define: Define, tmp_path: Path) -> None:
    (worker,) = pool.start_workers()
    pid = _pid(pool, define, worker)
    started = str(tmp_path / "started")
    define("import time\nopen(started, 'w').close()\ntime.sleep(3600)", {"started": started})
    pool.assign(worker, 0, 1)
    eventually(lambda: os.path.exists(started))
    pool.send(wire.CancelTasks("r"))
    assert pool.wait_for(wire.Returned).indices == (1,)
    (result,) = pool.results()
    assert result.kind is OutcomeKind.CANCELLED
    assert _pid(pool, define, worker, "again") == pid


@pytest.mark.slow
def test_cancel_leaves_none_of_two_hundred_hostile_children(
    pool: Controller, define: Define, folders: Folders, tmp_path: Path
) -> None:
    (worker,) = pool.start_workers()
    started = str(tmp_path / "started")
    define(f"{_HOSTILE}\nopen(started, 'w').close()\ntime.sleep(3600)", {"started": started, "count": 200})
    pool.assign(worker, 0)
    eventually(lambda: os.path.exists(started))
    assert len(_marked(folders)) == 200
    pool.send(wire.CancelTasks("r"))
    assert pool.results()[0].kind is OutcomeKind.CANCELLED
    assert _marked(folders) == []


@pytest.mark.slow
def test_success_leaves_no_hostile_children_either(pool: Controller, define: Define, folders: Folders) -> None:
    (worker,) = pool.start_workers()
    define(_HOSTILE, {"count": 40})
    pool.assign(worker, 0)
    assert pool.results()[0].kind is OutcomeKind.SUCCEEDED
    assert _marked(folders) == []


@pytest.mark.slow
def test_a_task_that_ignores_everything_is_ended_with_its_children(
    pool: Controller, define: Define, folders: Folders, tmp_path: Path
) -> None:
    (worker,) = pool.start_workers()
    started = str(tmp_path / "started")
    stubborn = (
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\nopen(started, 'w').close()\n"
        "while True:\n    try: time.sleep(3600)\n    except BaseException: pass"
    )
    define(f"{_HOSTILE}\n{stubborn}", {"started": started, "count": 50})
    pool.assign(worker, 0)
    eventually(lambda: os.path.exists(started))
    pool.send(wire.CancelTasks("r"))
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.index, ended.cancelled, ended.reason) == (0, True, None)
    assert _marked(folders) == []


@pytest.mark.parametrize(
    ("source", "reason", "message"),
    [
        ("import os; os._exit(7)", LossReason.EXITED, "exited with code 7"),
        ("import ctypes; ctypes.string_at(0)", LossReason.SIGNALLED, "killed by SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", LossReason.SIGNALLED, "killed by SIGKILL"),
        ("import os; os.abort()", LossReason.SIGNALLED, "killed by SIGABRT"),
        ("import os; os.closerange(3, 64)\nimport time; time.sleep(3600)", LossReason.UNRESPONSIVE, "its connection"),
    ],
)
def test_a_task_that_kills_its_worker_is_the_only_one_lost(
    pool: Controller, define: Define, source: str, reason: LossReason, message: str
) -> None:
    (worker,) = pool.start_workers()
    define("if task.index == 2:\n" + textwrap.indent(source, "    "))
    pool.assign(worker, 0, 1, 2, 3, 4)
    ended = pool.wait_for(wire.WorkerEnded)
    done = [result.index for m in pool.heard if isinstance(m, wire.Outcomes) for result in m.results]
    assert (ended.index, ended.reason) == (2, reason)
    assert ended.message.startswith(message)
    assert sorted([*done, *ended.unstarted]) == [0, 1, 3, 4], "tasks whose outcome died with the worker run again"


def test_a_time_limit(pool: Controller, define: Define) -> None:
    (worker,) = pool.start_workers()
    define("while True: pass", timeout=0.4)
    pool.assign(worker, 0)
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.index, ended.timed_out) == (0, True)


def test_what_the_user_wants_to_keep_is_kept(pool: Controller, define: Define, folders: Folders) -> None:
    (worker,) = pool.start_workers()
    define("import subprocess\nsubprocess.Popen(['sleep', '3600'], start_new_session=True).pid", keep_children=True)
    pool.assign(worker, 0)
    child = _value(folders, pool.results()[0])
    assert isinstance(child, int)
    try:
        pool.send(wire.ClosePool())
        pool.wait_for(wire.WorkerEnded)
        eventually(lambda: launch.find(folders) is None)
        with running_pool(folders, Settings.load(), launch.WORKER):
            assert not gone(child)
    finally:
        os.kill(child, signal.SIGKILL)


def test_the_outcome_of_a_task_that_nobody_waited_for(
    pool: Controller, define: Define, folders: Folders, tmp_path: Path
) -> None:
    (worker,) = pool.start_workers()
    started, go = str(tmp_path / "started"), str(tmp_path / "go")
    define(
        "import os, time\nprint('before')\nopen(started, 'w').close()\n"
        "while not os.path.exists(go): time.sleep(0.002)\nprint('after')\n6 * 7",
        {"started": started, "go": go},
    )
    pool.assign(worker, 0)
    eventually(lambda: os.path.exists(started))
    pool.leave()
    Path(go).touch()
    ((_, message),) = eventually(lambda: list(spool.read(folders.spool)))
    assert _value(folders, message.results[0]) == 42
    assert "".join(record["text"] for record in message.results[0].outputs if "text" in record).endswith("after\n")


def test_an_idle_pool_does_nothing(pool: Controller, define: Define, folders: Folders) -> None:
    (worker,) = pool.start_workers()
    _pid(pool, define, worker)
    found = launch.find(folders)
    assert found is not None
    process = psutil.Process(found.pid)
    time.sleep(0.5)  # the last look at the worker, and its chores
    before = process.num_ctx_switches().voluntary
    time.sleep(1.0)
    assert process.num_ctx_switches().voluntary - before < 5
    assert process.num_threads() == 1


def _pid(pool: Controller, define: Define, worker: str, run: str = "pid") -> object:
    define("import os\nos.getpid()", run=run)
    pool.assign(worker, 0, run=run)
    (result,) = pool.results()
    return result.summary
