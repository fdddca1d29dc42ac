"""Folders of tasks when workers, pools and controllers are killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cellburst.model.outcome import OutcomeKind
from cellburst.model.payload import Payload
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack
from cellburst.pool import launch
from cellburst.pool.task_files import drop_gone
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from tests.unit.pool.driver import Controller, eventually, running_pool

_LEAVE = """
import os, time
(task.output_dir / "half").write_text("half")
step = task.checkpoint_dir / "step"
found = step.read_text() if step.exists() else ""
step.write_text(f"{found}{task.attempt}")
while task.attempt == 1:
    open(started, "w").close()
    time.sleep(0.01)
found
"""


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, replace(settings, cancel_grace=0.3), launch.WORKER) as controller:
        yield controller


def define(pool: Controller, folders: Folders, settings: Settings, started: Path, timeout: float | None = None) -> None:
    inputs = pack({"started": str(started)}, BlobFolder(folders.blobs), settings)
    pool.send(wire.DefineRun("r", Payload("cell", inputs, source=_LEAVE), 2, 1, timeout))


def names(folders: Folders) -> list[str]:
    return sorted(str(path.relative_to(folders.files)) for path in folders.files.rglob("*"))


def test_a_killed_attempt_leaves_its_checkpoint_and_nothing_else(
    pool: Controller, folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    define(pool, folders, settings, tmp_path / "started")
    first, second = pool.start_workers(2)
    pool.assign(first, 1)
    eventually((tmp_path / "started").exists)
    assert names(folders) == ["r", "r/1.checkpoint", "r/1.checkpoint/step", "r/1.out-1.1", "r/1.out-1.1/half"]
    assert {path.stat().st_mode & 0o077 for path in folders.files.rglob("*") if path.is_dir()} == {0}
    pids = {message.worker: message.pid for message in pool.heard if isinstance(message, wire.WorkerStarted)}
    os.kill(pids[first], signal.SIGKILL)
    pool.wait_for(wire.WorkerEnded)
    assert names(folders) == ["r", "r/1.checkpoint", "r/1.checkpoint/step"]
    pool.assign(second, 1, attempt=2)
    (result,) = pool.results(acknowledge=False)
    assert (result.kind, [file.path for file in result.files]) == (OutcomeKind.SUCCEEDED, ["half"])
    assert names(folders) == ["r", "r/1.checkpoint", "r/1.checkpoint/step"]  # until it is committed
    pool.send(wire.Acknowledge(max(message.serial for message in pool.heard if isinstance(message, wire.Outcomes))))
    eventually(lambda: names(folders) == ["r"])
    pool.send(wire.ForgetRuns(("r",)))
    eventually(lambda: names(folders) == [])


def test_an_attempt_that_took_too_long_leaves_its_checkpoint(
    pool: Controller, folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    define(pool, folders, settings, tmp_path / "started", timeout=0.5)
    (worker,) = pool.start_workers()
    pool.assign(worker, 0)
    assert pool.wait_for(wire.WorkerEnded).timed_out
    assert names(folders) == ["r", "r/0.checkpoint", "r/0.checkpoint/step"]


def test_a_cancelled_task_keeps_its_files(
    pool: Controller, folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    define(pool, folders, settings, tmp_path / "started")
    (worker,) = pool.start_workers()
    pool.assign(worker, 0)
    eventually((tmp_path / "started").exists)
    pool.send(wire.CancelTasks("r", (0,)))
    (result,) = pool.results()
    assert (result.kind, [file.path for file in result.files]) == (OutcomeKind.CANCELLED, ["half"])


def test_a_new_pool_removes_what_a_killed_one_left(folders: Folders, settings: Settings, tmp_path: Path) -> None:
    with running_pool(folders, settings, launch.WORKER) as pool:
        define(pool, folders, settings, tmp_path / "started")
        (worker,) = pool.start_workers()
        pool.assign(worker, 0)
        eventually((tmp_path / "started").exists)
        found = launch.find(folders)
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)
        eventually(lambda: launch.find(folders) is None)
    with running_pool(folders, settings, launch.WORKER):
        eventually(lambda: names(folders) == ["r", "r/0.checkpoint", "r/0.checkpoint/step"])


def test_what_is_left_of_runs_that_are_gone_goes(folders: Folders) -> None:
    for run in ("known", "gone"):
        (folders.files / run / "0.checkpoint").mkdir(parents=True)
    drop_gone(folders.files, lambda run: run == "known")
    assert names(folders) == ["known", "known/0.checkpoint"]
    drop_gone(folders.files / "not there", lambda run: False)
