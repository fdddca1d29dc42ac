"""Mocks of the standard library: each has a class of its own, and both ask themselves for every attribute."""

from __future__ import annotations

import sys
from typing import Any


def reducer_of(kind: type) -> Any:
    """How to pickle a mock, or a call that one remembers; None for other types."""
    module = sys.modules.get("unittest.mock")
    if module is None:
        return None
    if issubclass(kind, module.NonCallableMock):
        return _reduce_mock
    return _reduce_call if issubclass(kind, module._Call) else None


def _reduce_mock(mock: Any, _: Any) -> Any:
    return make_mock, (type(mock),), object.__getattribute__(mock, "__dict__"), None, None, fill


def _reduce_call(call: Any, _: Any) -> Any:
    state = object.__getattribute__(call, "__dict__")
    return make_call, (type(call), tuple(tuple.__iter__(call))), state, None, None, fill


def make_mock(kind: Any) -> Any:
    """A mock of just this class: its own ``__new__`` would make another one."""
    return object.__new__(kind)


def make_call(kind: Any, items: tuple[Any, ...]) -> Any:
    """A call without its attributes."""
    return tuple.__new__(kind, items)


def fill(obj: Any, state: dict[str, Any]) -> None:
    """Give it its attributes without asking it."""
    object.__getattribute__(obj, "__dict__").update(state)
