"""What a notebook has registered with the standard library: how objects are pickled, and kept in a database."""

from __future__ import annotations

import copyreg
import sys
from importlib.machinery import PathFinder
from typing import Any

from cellburst.library_state.interpreter import is_users
from cellburst.library_state.registry import State


def _pickled() -> dict[Any, Any]:
    table: dict[Any, Any] = copyreg.dispatch_table
    return {kind: reduce for kind, reduce in table.items() if is_users(kind) or is_users(reduce)}


def _get_pickling() -> dict[Any, Any] | None:
    return _pickled() or None


def _set_pickling(value: dict[Any, Any] | None) -> None:
    wanted = value or {}
    for kind in _pickled():
        if kind not in wanted:
            del copyreg.dispatch_table[kind]
    copyreg.dispatch_table.update(wanted)


def _get_finders() -> tuple[list[Any], list[Any]] | None:
    """The notebook's own, before and after the one for files."""
    own = [place for place, finder in enumerate(sys.meta_path) if is_users(finder)]
    if not own:
        return None
    files = next((place for place, finder in enumerate(sys.meta_path) if finder is PathFinder), len(sys.meta_path))
    finders = sys.meta_path
    return [finders[place] for place in own if place < files], [finders[place] for place in own if place > files]


def _set_finders(value: tuple[list[Any], list[Any]] | None) -> None:
    before, after = value or ([], [])
    others = [finder for finder in sys.meta_path if not is_users(finder)]
    sys.meta_path[:] = [*before, *others, *after]


STATES = (
    State("ways of pickling", "", _get_pickling, _set_pickling, holds=True, calls=True),
    State("finders of modules", "", _get_finders, _set_finders, holds=True, calls=True),
)
