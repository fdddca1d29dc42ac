"""How multiprocessing starts processes, once the notebook has said it."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State


def _context() -> Any:
    module: Any = sys.modules["multiprocessing.context"]
    return module._default_context


def _get() -> str | None:
    chosen = _context()._actual_context
    return None if chosen is None or chosen is _context()._default_context else str(chosen._name)


def _set(value: str | None) -> None:
    context = _context()
    if _get() != value:
        context.set_start_method(value, force=True)


STATES = (State("start of processes", "multiprocessing.context", _get, _set),)
