"""How long Python looks for garbage: it begins by a count of its own, so that this falls on any cell."""

from __future__ import annotations

import gc
import time

_spent = 0.0
_begun = 0.0


def listen() -> None:
    """Count from now on."""
    gc.callbacks.append(_note)


def take() -> float:
    """Seconds since this was last called."""
    global _spent
    spent, _spent = _spent, 0.0
    return spent


def _note(phase: str, info: dict[str, int]) -> None:
    global _spent, _begun
    if phase == "start":
        _begun = time.perf_counter()
    else:
        _spent += time.perf_counter() - _begun
