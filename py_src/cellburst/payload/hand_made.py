"""Modules that a notebook has made itself: they travel by value, with their functions and classes in them.

A function of such a module may be rebuilt before the module itself: the module is made when either asks for it.
"""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType
from typing import Any

_MARK = ":"  # in front of the name of a module that is not imported
_IMPORTED = frozenset({"__builtins__", "__loader__", "__spec__", "__name__"})
travelling: set[str] = set()
"""Names of those that the other side does not have."""
_empty: set[str] = set()
_made: set[str] = set()


def travels(obj: Any) -> bool:
    """Whether a function or class is part of such a module, so that no import gives it."""
    return isinstance(obj, (FunctionType, type)) and obj.__module__ in travelling


def mark(name: str) -> str:
    """The name of a module's globals for ``globals_of``."""
    return _MARK + name


def globals_of(marked: str) -> dict[str, Any] | None:
    """The globals of such a module; None if the name is not marked as that of one."""
    return make(marked[1:]).__dict__ if marked.startswith(_MARK) else None


def reduce_module(module: ModuleType) -> tuple[Any, ...] | None:
    """How to rebuild one of them, for pickle; None for other modules."""
    name = module.__name__
    if name not in travelling or sys.modules.get(name) is not module:
        return None
    variables = {key: value for key, value in vars(module).items() if key not in _IMPORTED}
    return make, (name,), variables, None, None, fill


def make(name: str) -> ModuleType:
    """The module of this name, an empty one if there is none."""
    found = sys.modules.get(name)
    if found is None:
        found = sys.modules[name] = ModuleType(name)
        _empty.add(name)
        _made.add(name)
    return found


def fill(module: ModuleType, variables: dict[str, Any]) -> None:
    """Give one that ``make`` has made what is in it; one that was here before knows better."""
    if module.__name__ in _empty:
        _empty.discard(module.__name__)
        vars(module).update(variables)


def was_made_here(name: str) -> bool:
    """Whether an unpickler has made it."""
    return name in _made


def forget(name: str) -> None:
    """It is gone, or the user's own from now on."""
    _made.discard(name)
    _empty.discard(name)
