"""What a notebook has registered with the standard library: how objects are pickled, and kept in a database."""

from __future__ import annotations

import copyreg
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


STATES = (State("ways of pickling", "", _get_pickling, _set_pickling, holds=True),)
