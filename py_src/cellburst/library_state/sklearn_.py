"""The configuration of scikit-learn."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State


def _get() -> dict[str, Any] | None:
    sklearn = sys.modules["sklearn"]
    fresh = _fresh()
    return {name: value for name, value in sklearn.get_config().items() if fresh.get(name) != value} or None


def _set(value: dict[str, Any] | None) -> None:
    sys.modules["sklearn"].set_config(**{**_fresh(), **(value or {})})


def _fresh() -> dict[str, Any]:
    """What threads start with."""
    found: dict[str, Any] = sys.modules["sklearn._config"]._global_config
    return found


STATES = (State("scikit-learn configuration", "sklearn", _get, _set),)
