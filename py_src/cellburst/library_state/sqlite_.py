"""The adapters and converters of sqlite3 that a notebook has registered."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State

_Tables = tuple[dict[Any, Any], dict[str, Any]]
_own: _Tables | None = None


def _tables() -> _Tables:
    sqlite3: Any = sys.modules["sqlite3"]
    return sqlite3.adapters, sqlite3.converters


def _after_import() -> _Tables:
    """The module's own entries: those whose functions are its own."""
    global _own
    if _own is None:
        adapters, converters = _tables()
        _own = (
            {key: made for key, made in adapters.items() if made.__module__ == "sqlite3.dbapi2"},
            {key: made for key, made in converters.items() if made.__module__ == "sqlite3.dbapi2"},
        )
    return _own


def _is_the_shells(made: Any) -> bool:
    """IPython reads its history with a converter of its own, wherever it is loaded."""
    return getattr(made, "__module__", None) == "IPython.core.history"


def _get() -> _Tables | None:
    added = tuple(
        {key: made for key, made in now.items() if own.get(key) is not made and not _is_the_shells(made)}
        for now, own in zip(_tables(), _after_import(), strict=True)
    )
    return (added[0], added[1]) if any(added) else None


def _set(value: _Tables | None) -> None:
    for now, own, added in zip(_tables(), _after_import(), value or ({}, {}), strict=True):
        wanted: dict[Any, Any] = {**own, **{key: made for key, made in now.items() if _is_the_shells(made)}, **added}
        if now != wanted:
            now.clear()
            now.update(wanted)


STATES = (State("adapters of sqlite3", "sqlite3", _get, _set, holds=True, calls=True),)
