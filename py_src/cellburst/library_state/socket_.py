"""The time that sockets wait by default."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State


def _get() -> float | None:
    socket: Any = sys.modules["socket"]
    found: float | None = socket.getdefaulttimeout()
    return found


def _set(value: float | None) -> None:
    socket: Any = sys.modules["socket"]
    socket.setdefaulttimeout(value)


STATES = (State("timeout of sockets", "socket", _get, _set),)
