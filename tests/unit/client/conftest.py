"""Connections without the real store, and scripted controllers that are always ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cellburst.client.connecting import discover
from cellburst.client.connecting.connection import Connection
from cellburst.paths import Folders
from cellburst.settings import Settings
from tests.unit.client.scripted import Handle, Scripted, Stored, make_run


@pytest.fixture
def script(folders: Folders) -> Iterator[Callable[..., Scripted]]:
    """Start a scripted controller; one after another in the same folders."""
    made: list[Scripted] = []

    def start(handle: Handle, **more: Any) -> Scripted:
        made.append(Scripted(folders, handle, **more))
        return made[-1]

    yield start
    for one in made:
        try:
            one.stop()
        except OSError:
            continue


@pytest.fixture
def connection(folders: Folders, settings: Settings) -> Iterator[Connection]:
    """Starts nothing: only what a test puts there is found."""
    connection = Connection(folders, settings, may_start=False)
    yield connection
    connection.close()


@pytest.fixture
def stored(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """A store that holds one single run; the test fills it."""
    stored = Stored(make_run())
    monkeypatch.setattr("cellburst.wiring.open_reader", lambda folders: stored)
    return stored


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    discover.disconnect()
