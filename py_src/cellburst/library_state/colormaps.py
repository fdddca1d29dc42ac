"""The colour maps that the notebook has registered with matplotlib."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State

_looked_through: tuple[int, str] = (0, "")  # how many there were without one of the notebook's, and the last
_OF_LIBRARIES = ("cmo.", "cet_", "cmr.")  # which cmocean, colorcet and cmasher register when they are imported


def _registry() -> Any:
    return sys.modules["matplotlib"].colormaps


def _get() -> dict[str, Any] | None:
    global _looked_through
    registry = _registry()
    state = len(registry._cmaps), next(reversed(registry._cmaps))
    if state[0] == len(registry._builtin_cmaps) or state == _looked_through:
        return None
    built_in = set(registry._builtin_cmaps)
    seaborn = vars(sys.modules["seaborn.cm"]) if "seaborn.cm" in sys.modules else {}
    found = {
        name: colours
        for name, colours in registry._cmaps.items()
        if name not in built_in and name not in seaborn and not name.startswith(_OF_LIBRARIES)
    }
    if not found:
        _looked_through = state
    return found or None


def _set(value: dict[str, Any] | None) -> None:
    registry, wanted = _registry(), value or {}
    for name in (_get() or {}).keys() - wanted.keys():
        registry.unregister(name)
    registry._cmaps.update(wanted)


STATES = (State("colour maps", "matplotlib", _get, _set),)
