"""Iterators of Python's own that have come to their end: pickle has several words for that."""

from __future__ import annotations

import itertools
from typing import Any

_OF_PYTHON = frozenset({"builtins", "itertools", "array", "collections"})
_FIXED = (tuple, str, bytes, range)


def has_ended(obj: Any) -> bool:
    """Whether an iterator will never give anything again. Raises what pickling it raises."""
    kind = type(obj)
    if kind.__module__ not in _OF_PYTHON or not hasattr(kind, "__next__"):
        return False
    _, arguments, *state = obj.__reduce__()
    if kind is itertools.chain:
        return not arguments and all(map(has_ended, state[0] if state else ()))
    if kind.__name__ == "_grouper":
        return _is_past(*arguments)
    if kind.__module__ == "itertools" or len(arguments) != 1:
        return False
    over = arguments[0]
    if isinstance(over, _FIXED):
        return (state[0] if state and isinstance(state[0], int) else 0) >= len(over)
    made_for_pickle = over is not obj.__reduce__()[1][0]  # a list that is still there may grow
    return made_for_pickle and isinstance(over, list) and not over


def _is_past(groups: Any, *key: Any) -> bool:
    """Whether a `groupby` has gone on from the group with this key."""
    if not key:
        return not groups
    state = groups.__reduce__()[2:]
    return bool(state) and state[0][0] != key[0]
