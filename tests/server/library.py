"""Stores of a user with something in them, and how a test reads what the server answers."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from cellburst.model.events import Event, RunStateChanged, RunSubmitted, TasksEnded, TasksStarted
from cellburst.model.run import Run, RunState
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.store import sqlite
from cellburst.store.sqlite import SqliteStore
from tests.unit.store.builders import T0, make_failure, make_result, make_run, run_id

RUN = run_id(1)
OTHER_ENV = "0123456789ab"
API = ("cellburst", "api", "v1")


def elsewhere(folders: Folders, env: str = OTHER_ENV) -> Folders:
    """The folders of another Python environment of the same user."""
    return dataclasses.replace(folders, env=env)


def open_store(folders: Folders) -> SqliteStore:
    folders.create()
    return sqlite.open_store(folders, Settings.load())


def keep(folders: Folders, *facts: Event) -> None:
    """Write facts as a controller would, and close the store."""
    store = open_store(folders)
    store.commit(facts)
    store.close()


def some_run(number: int = 1, **changes: Any) -> tuple[Run, list[Event]]:
    """Four tasks: one succeeded, one failed, one runs, one waits."""
    run = make_run(number, **changes)
    return run, [
        RunSubmitted(run),
        RunStateChanged(run.id, RunState.RUNNING, T0 + 1),
        TasksEnded(run.id, (make_result(0), make_failure(1)), T0 + 2),
        TasksStarted(run.id, (2,), 1, "w2", T0 + 3),
    ]


async def get(jp_fetch: Any, *path: str, **query: str) -> Any:
    """The JSON of an answer below our interface."""
    answer = await jp_fetch(*API, *path, params=query)
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.body)


async def refused(jp_fetch: Any, *path: str, **query: str) -> tuple[int, dict[str, str]]:
    """The status and the error of a request that is refused."""
    answer = await jp_fetch(*API, *path, params=query, raise_error=False)
    assert answer.code >= 400, answer.body[:200]
    assert answer.headers["Content-Type"] == "application/json"
    body = json.loads(answer.body)
    assert set(body) == {"error"}
    assert set(body["error"]) >= {"type", "message"}
    return answer.code, body["error"]
