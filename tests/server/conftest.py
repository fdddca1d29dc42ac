"""A Jupyter server with the extension, in this test's folders."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403

from cellburst.model.events import RunStateChanged, RunSubmitted
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.server.service import SETTING, Service
from cellburst.store.sqlite import SqliteStore
from tests.server.listening import Opened, pages
from tests.server.sending import FOREIGN, Post
from tests.unit.client.scripted import Scripted
from tests.unit.store.builders import T0, make_run, run_id


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """With our extension, and nobody let in without a token."""
    return {"ServerApp": {"jpserver_extensions": {"cellburst.server": True}, "allow_unauthenticated_access": False}}


@pytest.fixture
def service(jp_serverapp: Any) -> Iterator[Service]:
    """What the extension works with, closed in the end."""
    found: Service = jp_serverapp.web_app.settings[SETTING]
    yield found
    found.close()


@pytest.fixture
def page(jp_fetch: Callable[..., Any], jp_ws_fetch: Callable[..., Any], service: Service) -> Opened:
    """Opens a page that listens."""
    return pages(jp_fetch, jp_ws_fetch)


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
