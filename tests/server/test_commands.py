"""Commands over the server to real controllers, and what is said where there is none to ask."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import cellburst
from cellburst.client import launch, link
from cellburst.client.record import find_controller
from cellburst.client.run import Run
from cellburst.library_state import environment
from cellburst.model.events import RunStateChanged, RunSubmitted
from cellburst.model.payload import Payload
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.server.service import Service
from cellburst.settings import Settings
from cellburst.store.sqlite import SqliteStore
from cellburst.wire import client as wire
from tests.integration.test_client_functions import await_file, hold, odd_only
from tests.unit.client.scripted import Scripted, write_state
from tests.unit.store.builders import T0, make_run, run_id

FOREIGN = "0123456789ab"
RUN = run_id(1)
Post = Callable[..., Any]


@pytest.fixture
def post(jp_fetch: Callable[..., Any], service: Service) -> Post:
    """Send a command; its HTTP status, and its answer or its error."""

    async def sent(*path: str, body: Any = b"") -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await jp_fetch("cellburst", "api", "v1", *path, method="POST", body=data, raise_error=False)
        assert answer.headers["Content-Type"].startswith("application/json")
        found = json.loads(answer.body)
        if answer.code == 200:
            assert found["ok"] is True
            return 200, found["data"]
        assert list(found) == ["error"]
        assert {"type", "message"} <= set(found["error"])
        return answer.code, found["error"]

    return sent


@pytest.fixture
def foreign(folders: Folders) -> Folders:
    """An environment with a live and an ended run, and no controller."""
    there = dataclasses.replace(folders, env=FOREIGN)
    there.create()
    with SqliteStore(there.store, there.outputs, None) as store:
        ended = RunStateChanged(run_id(2), RunState.FAILED, T0)
        store.commit([RunSubmitted(make_run(1)), RunSubmitted(make_run(2)), ended])
    return there


@pytest.fixture
def scripted(foreign: Folders) -> Iterator[Callable[..., Scripted]]:
    """A controller of the foreign environment that says what a test wants."""
    made: list[Scripted] = []

    def start(handle: Callable[..., None], **more: Any) -> Scripted:
        made.append(Scripted(foreign, handle, **more))
        return made[-1]

    yield start
    for one in made:
        one.stop()


async def ended(run: Run) -> RunState:
    await asyncio.to_thread(run.wait, 30)
    return run.state


def no_controller(folders: Folders) -> bool:
    return not list(folders.runtime.glob("*.json"))


# with a real controller


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


# where there is nobody to ask


@pytest.mark.parametrize(
    ("run", "command", "body", "advice"),
    [
        (1, "cancel", {}, f"cellburst cancel {run_id(1)}"),
        (2, "retry", {"which": "failed"}, f"cellburst retry {run_id(2)} --failed"),
        (2, "rerun", {}, f"cellburst rerun {run_id(2)}"),
        (2, "rename", {"name": "it's"}, f'cellburst.attach("{run_id(2)}").rename("it\'s")'),
        (2, "delete", {}, f"cellburst delete {run_id(2)}"),
    ],
)
async def test_another_environments_controller_is_not_started(
    post: Post, foreign: Folders, run: int, command: str, body: dict[str, str], advice: str
) -> None:
    status, error = await post("runs", run_id(run), command, body=body)
    assert (status, error["type"]) == (503, "ControllerError")
    assert f"no controller runs for the Python environment {FOREIGN}" in error["message"]
    assert advice in error["message"]
    assert no_controller(foreign)


async def test_what_needs_no_controller_is_answered_without_one(post: Post, foreign: Folders) -> None:
    assert await post("runs", run_id(2), "cancel") == (200, {"tasks": 0})
    assert await post("runs", run_id(1), "cancel", body={"tasks": []}) == (200, {"tasks": 0})
    assert no_controller(foreign)


async def test_prune_says_which_environments_it_left_out(post: Post, foreign: Folders) -> None:
    status, data = await post("prune", body={})
    assert (status, data["runs"], data["bytes"]) == (200, [], 0)
    assert [one["env"] for one in data["skipped"]] == [FOREIGN]
    assert "cellburst prune" in data["skipped"][0]["reason"]
    assert no_controller(foreign)


async def test_a_controller_of_another_version_is_named(post: Post, scripted: Callable[..., Scripted]) -> None:
    scripted(lambda *_: None, protocol=wire.PROTOCOL + 1)
    status, error = await post("runs", run_id(2), "delete")
    assert (status, error["type"]) == (503, "VersionSkewError")
    assert f"cellburst 0.0.1, pid {os.getpid()}" in error["message"]
    assert "this Jupyter server" in error["message"]
    assert "cellburst doctor --restart" in error["message"]


async def test_a_controller_that_is_stuck_is_named(
    post: Post, scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "ANSWER", 0.2)
    scripted(lambda *_: None)
    status, error = await post("runs", run_id(2), "delete")
    assert (status, error["type"]) == (503, "ControllerError")
    assert f"pid {os.getpid()}" in error["message"]
    assert "cellburst doctor" in error["message"]


async def test_a_stopped_controller_is_named_and_its_advice_helps(
    post: Post, folders: Folders, foreign: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "GREETING", 0.5)
    run = cellburst.submit(odd_only, 1)
    await ended(run)
    record = find_controller(folders)
    assert record is not None
    os.kill(record.pid, signal.SIGSTOP)
    asked = asyncio.create_task(post("runs", run.id, "delete"))
    assert await post("runs", run_id(2), "cancel") == (200, {"tasks": 0})  # others go on
    status, error = await asked
    assert (status, error["type"]) == (503, "ControllerError")
    assert f"`kill -9 {record.pid}` lets the next one take its runs over" in error["message"]
    os.kill(record.pid, signal.SIGKILL)
    assert await post("runs", run.id, "delete") == (200, {})


async def test_a_controller_that_is_gone_without_a_word(post: Post, foreign: Folders) -> None:
    write_state(foreign, os.getpid(), wire.PROTOCOL)  # a process that lives and listens nowhere
    status, error = await post("runs", run_id(2), "delete")
    assert (status, error["type"]) == (503, "ControllerError")
    assert "try again" in error["message"]


async def test_values_that_were_never_stored_are_not_made_up(
    post: Post, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has a variable of that name too: it is not what the notebook had."""
    monkeypatch.setenv("API_KEY", "the server's own")
    folders.create()
    run = make_run(1)
    payload = Payload("cell", run.payload.inputs, source="1", env={"API_KEY": "the notebook's"})
    with SqliteStore(folders.store, folders.outputs, None) as store:
        store.commit([RunSubmitted(make_run(1, payload=payload)), RunStateChanged(RUN, RunState.FAILED, T0)])
    status, error = await post("runs", RUN, "retry")
    assert (status, error["type"]) == (400, "UsageError")
    assert "values of API_KEY" in error["message"]
    assert f"cellburst.attach(\"{RUN}\").retry('unfinished')" in error["message"]
    assert "server's own" not in error["message"]
    status, error = await post("runs", RUN, "rerun")
    assert (status, error["type"]) == (400, "UsageError")
    assert f'cellburst.attach("{RUN}").rerun()' in error["message"]
    assert no_controller(folders)


async def test_a_damaged_run_is_not_run_again(post: Post, foreign: Folders) -> None:
    with closing(sqlite3.connect(foreign.store)) as db, db:
        db.execute("UPDATE submissions SET body = x'00'")
    status, error = await post("runs", run_id(2), "retry")
    assert (status, error["type"]) == (409, "DamagedBlobError")
    assert "submit the run again" in error["message"]


# hostile questions

BAD_BODIES = [
    b"[]",
    b"null",
    b"1",
    b'"cancel"',
    b"{",
    b"\xff\xfe",
    b"<xml/>",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"name": "x", "extra": 1}',
    b'{"__proto__": {}}',
    b'{"tasks": "all"}',
    b'{"tasks": [-1]}',
    b'{"tasks": [1.5]}',
    b'{"tasks": [true]}',
    b'{"tasks": [99999999999999999999]}',
    b'{"tasks": {"0": 1}}',
    b'{"which": "everything"}',
    b'{"which": ["failed"]}',
    b'{"which": null}',
    b'{"name": null}',
    b'{"name": 5}',
    b'{"name": ""}',
    b'{"name": "  \\n "}',
    b'{"name": "\\ud800"}',
    b'{"name": "' + b"x" * 201 + b'"}',
]


@pytest.mark.parametrize("command", ["cancel", "retry", "rerun", "rename", "delete"])
async def test_hostile_bodies_are_refused_and_no_controller_hears_of_them(
    post: Post, scripted: Callable[..., Scripted], command: str
) -> None:
    controller = scripted(lambda *_: None)
    for body in BAD_BODIES:
        status, error = await post("runs", run_id(1), command, body=body)
        assert (status, error["type"]) == (400, "UsageError"), body[:40]
        assert len(error["message"]) < 500
    assert controller.got == []


NO_IDS = ["last", "..", "%2e%2e", "0000001-abc", "0000001-abcd%0a", "0000001-ABCD", "<script>", "\u0660000001-abcd"]


@pytest.mark.parametrize("run", [*NO_IDS, "x" * 5000])
async def test_what_is_no_run_id_is_refused(post: Post, foreign: Folders, run: str) -> None:
    status, error = await post("runs", run, "delete")
    assert (status, error["type"]) in ((400, "UsageError"), (404, "NotFound"))
    assert len(error["message"]) < 200


async def test_a_run_that_is_not_there(post: Post, foreign: Folders) -> None:
    for command, body in (("cancel", {}), ("retry", {}), ("rerun", {}), ("rename", {"name": "x"}), ("delete", {})):
        status, error = await post("runs", "0000009-abcd", command, body=body)
        assert (status, error["type"]) == (404, "UnknownRunError")
    assert no_controller(foreign)
