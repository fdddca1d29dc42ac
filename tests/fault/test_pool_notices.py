"""Tasks that are told that their machine, or pool, is about to end."""

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
from cellburst.wire.worker import Reported, Streamed
from tests.unit.pool.driver import Controller, eventually, running_pool

_SAVING = """import time
called = []
@task.on_interrupt
def save(): {saves}
task.report(0, 1.0)
while not {until}: {waits}
'seen'
"""


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, settings, launch.WORKER) as controller:
        yield controller


def assign(pool: Controller, folders: Folders, settings: Settings, source: str) -> None:
    (worker,) = pool.start_workers()
    blobs = BlobFolder(folders.blobs)
    pool.send(
        wire.DefineRun("r", Payload("cell", pack({}, blobs, settings), source=source, collect="value"), 1, 1, None)
    )
    pool.send(wire.Assign(worker, "r", (0,), (1,), 1, (pack({}, blobs, settings),)))


def test_the_function_is_called_in_the_middle_of_a_wait(
    pool: Controller, folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    source = _SAVING.format(
        saves=f"open({str(saved)!r}, 'a').write('x')", until="task.interrupted", waits="time.sleep(60)"
    )
    assign(pool, folders, settings, source + "\ntime.sleep(0.3)")  # it is called once, however often it is poked
    pool.wait_for(Reported)
    pool.send(wire.GiveNotice())
    eventually(saved.exists, "it was called while the task slept")
    pool.send(wire.CancelTasks("r", (0,)))
    assert pool.results()[0].kind is OutcomeKind.CANCELLED
    assert saved.read_text() == "x"


def test_a_function_that_fails_is_printed_and_the_task_goes_on(
    pool: Controller, folders: Folders, settings: Settings
) -> None:
    source = _SAVING.format(saves="called.append(1), 1 / 0", until="called", waits="pass")
    assign(pool, folders, settings, source)
    pool.wait_for(Reported)
    pool.send(wire.GiveNotice())
    (result,) = pool.results()
    assert (result.kind, result.summary) == (OutcomeKind.SUCCEEDED, "seen")
    said = [
        *result.outputs,
        *(out for message in pool.heard if isinstance(message, Streamed) for out in message.outputs),
    ]
    assert "ZeroDivisionError" in "".join(record.get("text", "") for record in said)


def test_who_asks_after_the_notice_is_called_at_once(pool: Controller, folders: Folders, settings: Settings) -> None:
    source = "import time\ntask.report(0, 1.0)\nwhile not task.interrupted: time.sleep(0.001)\nsaid = []\n"
    assign(pool, folders, settings, source + "task.on_interrupt(lambda: said.append(1))\nlen(said)")
    pool.wait_for(Reported)
    pool.send(wire.GiveNotice())
    assert pool.results()[0].summary == 1


def test_a_pool_that_is_told_to_end_waits_for_the_function(
    pool: Controller, folders: Folders, settings: Settings, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    saves = f"time.sleep(0.5), open({str(saved)!r}, 'a').write('x')"
    assign(pool, folders, settings, _SAVING.format(saves=saves, until="False", waits="time.sleep(60)"))
    pool.wait_for(Reported)
    found = launch.find(folders)
    assert found is not None
    os.kill(found.pid, signal.SIGTERM)
    ended = pool.wait_for(wire.WorkerEnded)
    assert ended.index == 0
    assert saved.read_text() == "x"
