"""The connection of this process to its environment's controller."""

from __future__ import annotations

import dataclasses

from cellburst.client.connecting.connection import Connection
from cellburst.paths import Folders
from cellburst.settings import Settings

_FOREIGN = "the run belongs to another Python environment; its controller is not running and must be started from there"

_connections: dict[tuple[Settings, str, bool], Connection] = {}


def connect(settings: Settings | None = None, *, start: bool = True) -> Connection:
    """A connection whose controller is there: found, or started if ``start``.

    Raises ControllerError, VersionSkewError.
    """
    connection = offline(settings, start=start)
    connection.give_back(connection.link())
    return connection


def offline(settings: Settings | None = None, *, start: bool = True, env: str | None = None) -> Connection:
    """A connection that reads the store and asks for the controller only when it must.

    ``env`` names another Python environment of the user; its controller cannot be started from here.
    Raises ValueError for an unreadable setting.
    """
    settings = settings or Settings.load()
    own = _connections.get((settings, "", start))
    if own is None:
        own = _connections[settings, "", start] = Connection(Folders.of(settings), settings, may_start=start)
    if env is None or env == own.folders.env:
        return own
    key = (settings, env, False)
    if key not in _connections:
        folders = dataclasses.replace(own.folders, env=env)
        _connections[key] = Connection(folders, settings, may_start=False, missing=_FOREIGN)
    return _connections[key]


def disconnect() -> None:
    """Close every connection of this process; the next use opens them again."""
    for connection in _connections.values():
        connection.close()
    _connections.clear()
