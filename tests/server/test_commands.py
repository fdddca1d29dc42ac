"""Commands over the server to real controllers."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from pathlib import Path

import pytest

import cellburst
from cellburst.client.connecting import launch
from cellburst.client.connecting.record import find_controller
from cellburst.library_state import environment
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.server.service import Service
from cellburst.settings import Settings
from tests.integration.test_client_functions import await_file, hold, odd_only
from tests.server.sending import Post, ended
from tests.unit.store.builders import run_id


async def test_a_running_run_is_cancelled(post: Post, tmp_path: Path) -> None:
    run = cellburst.submit(hold, str(tmp_path / "x"))
    await_file(tmp_path / "x.running")
    assert await post("runs", run.id, "cancel") == (200, {"tasks": 1})
    assert await ended(run) is RunState.CANCELLED
    assert await post("runs", run.id, "cancel") == (200, {"tasks": 0})


@pytest.mark.slow
async def test_chosen_tasks_are_cancelled_and_no_others(post: Post, tmp_path: Path) -> None:
    run = cellburst.map(hold, [str(tmp_path / str(n)) for n in range(3)], parallel=1)
    await_file(tmp_path / "0.running")
    assert await post("runs", run.id, "cancel", body={"tasks": []}) == (200, {"tasks": 0})
    assert await post("runs", run.id, "cancel", body={"tasks": [2]}) == (200, {"tasks": 1})
    status, error = await post("runs", run.id, "cancel", body={"tasks": [1, 3]})
    assert (status, error["type"]) == (404, "UnknownRunError")
    for n in range(3):
        (tmp_path / f"{n}.go").touch()
    assert await ended(run) is RunState.CANCELLED
    assert (run.counts.succeeded, run.counts.cancelled) == (2, 1)


@pytest.mark.slow
async def test_a_failed_run_is_run_again_renamed_and_deleted(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_at_start", dict(os.environ))  # what pytest has set is no notebook's doing
    mark = str(tmp_path / "mark")

    def once(n: int) -> int:
        if n and not os.path.exists(mark):
            raise ValueError("not yet")
        return n

    run = cellburst.map(once, [0, 1, 2])
    assert await ended(run) is RunState.FAILED
    Path(mark).touch()
    assert await post("runs", run.id, "retry", body={"which": "missing"}) == (
        400,
        {"type": "UsageError", "message": f"run {run.id} has no task to run again", "hint": ""},
    )
    assert await post("runs", run.id, "retry", body={"which": "failed"}) == (200, {"tasks": 2})
    assert await ended(run) is RunState.SUCCEEDED
    assert list(run.results) == [0, 1, 2]
    status, said = await post("runs", run.id, "rerun")
    assert status == 200
    again = cellburst.attach(said["run"])
    assert again.id != run.id
    assert await ended(again) is RunState.SUCCEEDED
    assert list(again.results) == [0, 1, 2]
    assert await post("runs", run.id, "rename", body={"name": " better "}) == (200, {})
    assert cellburst.attach(run.id).name == "better"
    assert await post("runs", run.id, "delete") == (200, {})
    assert (await post("runs", run.id, "rename", body={"name": "x"}))[0] == 404


async def test_a_live_run_is_not_deleted(post: Post, tmp_path: Path) -> None:
    run = cellburst.submit(hold, str(tmp_path / "x"))
    await_file(tmp_path / "x.running")
    status, error = await post("runs", run.id, "delete", body={})
    assert (status, error["type"]) == (400, "UsageError")
    assert "still live" in error["message"]
    (tmp_path / "x.go").touch()
    assert await ended(run) is RunState.SUCCEEDED


async def test_a_killed_controller_is_replaced_and_the_command_carried_out(
    post: Post, folders: Folders, tmp_path: Path
) -> None:
    run = cellburst.submit(hold, str(tmp_path / "x"))
    await_file(tmp_path / "x.running")
    assert await post("runs", run.id, "rename", body={"name": "first"}) == (200, {})  # a connection is open now
    first = find_controller(folders)
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    assert await post("runs", run.id, "cancel") == (200, {"tasks": 1})
    second = find_controller(folders)
    assert second is not None
    assert second.pid != first.pid
    assert await ended(run) is RunState.CANCELLED


async def test_the_own_environments_controller_is_started_for_a_command(post: Post, folders: Folders) -> None:
    run = cellburst.submit(odd_only, 1)
    assert await ended(run) is RunState.SUCCEEDED
    record = find_controller(folders)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    assert await post("runs", run.id, "delete") == (200, {})
    assert await post("prune") == (200, {"runs": [], "bytes": 0, "skipped": []})


async def test_a_controller_of_another_environment_that_runs_is_asked(
    post: Post, foreign: Folders, settings: Settings
) -> None:
    started = launch.begin(foreign, settings)
    await asyncio.to_thread(started.wait, 20)
    assert await post("runs", run_id(2), "rename", body={"name": "theirs"}) == (200, {})
    assert await post("runs", run_id(2), "delete") == (200, {})
    assert (await post("runs", run_id(2), "delete"))[0] == 404


async def test_reading_long_logs_does_not_hold_up_the_cancel_button(
    post: Post, service: Service, tmp_path: Path
) -> None:
    run = cellburst.submit(hold, str(tmp_path / "x"))
    await_file(tmp_path / "x.running")
    enough = threading.Event()
    for _ in range(50):
        service.threads.submit(enough.wait, 30)
    try:
        assert await post("runs", run.id, "cancel") == (200, {"tasks": 1})
    finally:
        enough.set()
    assert await ended(run) is RunState.CANCELLED
