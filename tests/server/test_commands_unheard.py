"""Commands over the server where there is no controller to ask, or none that could do it: what is said."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

import cellburst
from cellburst.client.connecting import link
from cellburst.client.connecting.record import find_controller
from cellburst.model.events import RunStateChanged, RunSubmitted
from cellburst.model.payload import Payload
from cellburst.model.plan import Plan
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.store.sqlite import SqliteStore
from cellburst.wire import client as wire
from tests.integration.test_client_functions import odd_only
from tests.server.library import keep, some_run
from tests.server.sending import FOREIGN, Post, ended, no_controller
from tests.unit.client.scripted import Scripted, write_state
from tests.unit.store.builders import T0, make_run, run_id

RUN = run_id(1)


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


async def test_machines_are_not_started_again_unasked(post: Post, folders: Folders) -> None:
    _, facts = some_run(plan=Plan("ec2", "us-east-1", (), 3, worst=5.0))
    keep(folders, *facts)
    status, error = await post("runs", RUN, "rerun")
    assert (status, error["type"]) == (400, "UsageError")
    assert "would start 3 machines for up to $5.00" in error["message"]
    assert f"cellburst rerun {RUN}" in error["message"]
    for worst in (4.5, 0):
        assert (await post("runs", RUN, "rerun", body={"worst": worst}))[0] == 400  # agreed to less than that
    assert no_controller(folders)


async def test_machines_are_started_again_by_who_agrees_to_their_cost(
    post: Post, foreign: Folders, scripted: Callable[..., Scripted]
) -> None:
    plan = Plan("ec2", "us-east-1", (), 3, worst=5.0)
    with SqliteStore(foreign.store, foreign.outputs, None) as store:
        store.commit([RunSubmitted(make_run(3, plan=plan)), RunStateChanged(run_id(3), RunState.FAILED, T0)])
    scripted(lambda _, channel, message: channel.send(wire.Done(message.request, run_id(4))))
    assert await post("runs", run_id(3), "rerun", body={"worst": 5.0}) == (200, {"run": run_id(4)})


async def test_a_damaged_run_is_not_run_again(post: Post, foreign: Folders) -> None:
    with closing(sqlite3.connect(foreign.store)) as db, db:
        db.execute("UPDATE submissions SET body = x'00'")
    (foreign.store.with_suffix(".runs") / run_id(2)).unlink()
    status, error = await post("runs", run_id(2), "retry")
    assert (status, error["type"]) == (409, "DamagedBlobError")
    assert "submit the run again" in error["message"]
