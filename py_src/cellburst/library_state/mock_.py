"""The patches of `unittest.mock` that have been started and not stopped: `stop` does nothing for others."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State


def _active() -> list[Any]:
    patch: Any = sys.modules["unittest.mock"]._patch
    found: list[Any] = patch._active_patches
    return found


def _get() -> tuple[Any, ...] | None:
    return tuple(_active()) or None


def _set(value: tuple[Any, ...] | None) -> None:
    _active()[:] = value or ()


STATES = (State("patches of unittest.mock", "unittest.mock", _get, _set, holds=True),)
