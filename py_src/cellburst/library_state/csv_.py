"""The limit and the dialects of the csv module."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State

_LIMIT = 131072
_OWN = frozenset({"excel", "excel-tab", "unix"})
_FIELDS = (
    *("delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"),
)


def _get() -> tuple[int, dict[str, dict[str, Any]]] | None:
    csv: Any = sys.modules["csv"]
    names = [name for name in csv.list_dialects() if name not in _OWN]
    limit = csv.field_size_limit()
    if limit == _LIMIT and not names:
        return None
    return limit, {name: {field: getattr(csv.get_dialect(name), field) for field in _FIELDS} for name in names}


def _set(value: tuple[int, dict[str, dict[str, Any]]] | None) -> None:
    csv: Any = sys.modules["csv"]
    limit, dialects = value or (_LIMIT, {})
    csv.field_size_limit(limit)
    for name in csv.list_dialects():
        if name not in _OWN and name not in dialects:
            csv.unregister_dialect(name)
    for name, fields in dialects.items():
        csv.register_dialect(name, **fields)


STATES = (State("csv limits and dialects", "csv", _get, _set),)
