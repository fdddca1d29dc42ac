"""Connections without the real store, and scripted controllers that are always ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cellburst.client import discover
from cellburst.client.connection import Connection
from cellburst.paths import Places
from cellburst.settings import Settings
from tests.unit.client.scripted import Handle, Scripted, Stored, make_run


@pytest.fixture
def script(places: Places) -> Iterator[Callable[..., Scripted]]:
    """Start a scripted controller; one after another in the same places."""
    made: list[Scripted] = []

    def start(handle: Handle, **more: Any) -> Scripted:
        made.append(Scripted(places, handle, **more))
        return made[-1]

    yield start
    for one in made:
        try:
            one.stop()
        except OSError:
            continue


@pytest.fixture
def connection(places: Places, settings: Settings) -> Iterator[Connection]:
    """Starts nothing: only what a test puts there is found."""
    connection = Connection(places, settings, may_start=False)
    yield connection
    connection.close()


@pytest.fixture
def stored(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Stored:
    """A store that holds one single run; the test fills it."""
    stored = Stored(make_run())
    monkeypatch.setattr("cellburst.wiring.open_reader", lambda places: stored)
    return stored


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    discover.disconnect()
