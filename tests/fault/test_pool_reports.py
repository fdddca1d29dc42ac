"""Reports of running tasks, and their early end, through pools whose workers and controllers are killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.model.outcome import OutcomeKind
from cellburst.model.payload import Payload
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack
from cellburst.pool import launch
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from cellburst.wire.worker import Reported
from tests.processes import gone
from tests.unit.pool.driver import Controller, eventually, running_pool

_LOOP = "import itertools, time\nfor step in itertools.count(): task.report(step, x); time.sleep(0.002)"


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, settings, launch.WORKER) as controller:
        yield controller


def assign(pool: Controller, folders: Folders, settings: Settings, source: str, *xs: float) -> str:
    """A worker with a task for each x; its name."""
    (worker,) = pool.start_workers()
    blobs = BlobFolder(folders.blobs)
    pool.send(wire.DefineRun("r", Payload("cell", pack({}, blobs, settings), source=source), len(xs), 1, None))
    given = tuple(pack({"x": x}, blobs, settings) for x in xs)
    pool.send(wire.Assign(worker, "r", tuple(range(len(xs))), (1,) * len(xs), 1, given))
    return worker


def steps_of(pool: Controller) -> list[int]:
    messages = [message for message in pool.heard if isinstance(message, Reported)]
    return [report.step for message in messages for report in message.reports]


def test_only_the_pruned_task_ends_and_its_reports_are_there(
    pool: Controller, folders: Folders, settings: Settings
) -> None:
    assign(pool, folders, settings, _LOOP, 1.5, 2.5)
    assert pool.wait_for(Reported).reports[0].values == {"value": 1.5}
    pool.send(wire.PruneTasks("r", (1,)), wire.PruneTasks("other", (0,)))  # which is not running, and another run
    pool.send(wire.PruneTasks("r", (0,)))
    (first,) = pool.results()
    assert (first.index, first.kind, first.note) == (0, OutcomeKind.PRUNED, f"pruned at step {steps_of(pool)[-1]}")
    pool.wait_for(Reported, lambda message: message.index == 1)
    pool.send(wire.PruneTasks("r", (0, 1)))
    assert [result.kind for result in pool.results()] == [OutcomeKind.PRUNED]


def test_a_task_that_never_reports_is_not_ended(pool: Controller, folders: Folders, settings: Settings) -> None:
    assign(pool, folders, settings, "task.report(0, x)\nwhile not task.should_stop: pass\nx", 3)
    pool.wait_for(Reported)
    pool.send(wire.PruneTasks("r", (0,)))
    assert [result.kind for result in pool.results()] == [OutcomeKind.SUCCEEDED]


def test_a_cancelled_task_and_one_that_took_too_long_keep_their_reports(
    pool: Controller, folders: Folders, settings: Settings
) -> None:
    assign(pool, folders, settings, _LOOP, 1.0)
    pool.wait_for(Reported)
    pool.send(wire.CancelTasks("r", (0,)))
    assert pool.results()[0].kind is OutcomeKind.CANCELLED
    steps = steps_of(pool)
    assert steps == sorted(set(steps))


def test_a_killed_worker_has_sent_what_it_reported(pool: Controller, folders: Folders, settings: Settings) -> None:
    assign(pool, folders, settings, _LOOP, 1.0, 2.0)
    pool.wait_for(Reported, lambda message: message.reports[-1].step > 20)
    started = next(message for message in pool.heard if isinstance(message, wire.WorkerStarted))
    os.kill(started.pid, signal.SIGKILL)
    ended = pool.wait_for(wire.WorkerEnded)
    assert (ended.index, ended.unstarted) == (0, (1,))
    steps = steps_of(pool)
    assert steps == list(range(len(steps)))


def test_reports_wait_for_the_next_controller(
    pool: Controller, folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    source = f"import os, time\ntask.report(0, x)\nwhile not os.path.exists({str(go)!r}): time.sleep(0.002)\n"
    source += "for step in range(1, 80): task.report(step, x)\n'end'"
    assign(pool, folders, settings, source, 1.0)
    pool.wait_for(Reported)
    pool.send(wire.StartWorkers(1))
    idle = pool.wait_for(wire.WorkerStarted)
    pool.leave()
    eventually(lambda: gone(idle.pid), "idle workers are ended, since nobody is there")
    go.touch()
    eventually(lambda: list(folders.spool.iterdir()), "the outcome is on disk")
    again = Controller(folders, epoch=2)
    assert again.results()[0].kind is OutcomeKind.SUCCEEDED
    assert steps_of(again) == list(range(1, 80))  # before the outcome
    again.leave()
