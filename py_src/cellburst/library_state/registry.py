"""The states that travel with a cell, and how a library adds its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class State:
    """One thing that a library remembers, such as its print options.

    ``get()`` is a picklable value, None if it is as right after the import; ``set(value)`` makes it so, also
    for None. Neither is called before ``module`` is loaded; an empty ``module`` means always. Two values that are equal
    mean the same state; what one ``get()`` has returned must not change afterwards, except for the caller's own objects
    in it. ``seeded`` states are random generators: tasks of a sweep have seeds of their own instead. ``holds`` says
    that the state may refer to objects of the cell, so that it is reset as soon as the task has ended. ``announced``
    says that objects enter the state by themselves when they are unpickled. ``calls`` says that libraries may call
    functions of the notebook that are in it, so that what those read is sent, too.
    """

    name: str
    module: str
    get: Callable[[], Any]
    set: Callable[[Any], None]
    seeded: bool = False
    holds: bool = False
    announced: bool = False
    calls: bool = False


# Modules of this package by the library whose states they have: each is imported once that library is loaded.
# States are set in this order.
_HOMES = (
    ("", "registered"),
    ("", "process"),
    ("", "surroundings"),
    ("", "interpreter"),
    ("", "registrations"),
    ("", "exits"),
    ("", "fault_handler"),
    ("", "random_"),
    ("", "warnings_"),
    ("", "warnings_display"),
    ("", "warnings_shown"),
    ("logging", "logging_"),
    ("decimal", "decimal_"),
    ("locale", "locale_"),
    ("csv", "csv_"),
    ("mimetypes", "mimetypes_"),
    ("socket", "socket_"),
    ("calendar", "calendar_"),
    ("xml.etree.ElementTree", "elementtree"),
    ("multiprocessing.context", "multiprocessing_"),
    ("unittest.mock", "mock_"),
    ("sqlite3", "sqlite_"),
    ("numpy", "numpy_"),
    ("numpy.random", "numpy_random"),
    ("pandas", "pandas_"),
    ("pandas", "tqdm_"),
    ("matplotlib", "matplotlib_"),
    ("matplotlib", "backend"),
    ("matplotlib", "colormaps"),
    ("matplotlib.pyplot", "pyplot"),
    ("sklearn", "sklearn_"),
    ("torch", "torch_"),
    ("", "shell"),
)
_known: dict[str, State] = {}
_complete: dict[int, Any] = {}  # modules by ``id``, so that those whose import has ended are not asked again
awaited = {module for module, _ in _HOMES} - {""}
"""Modules after whose import there may be another state."""
_waiting = list(_HOMES)


def loaded(just_now: str = "") -> Iterator[State]:
    """The states whose libraries are loaded, in an order in which they can be set.

    A module that is still being imported does not count, but for the one that has ``just_now`` come to its end.
    """
    if _waiting:
        _take_in()
    modules = sys.modules
    for state in list(_known.values()):
        name = state.module
        if not name or (name in modules and (name == just_now or not _is_underway(modules[name]))):
            yield state


def _is_underway(module: Any) -> bool:
    if id(module) in _complete:
        return False
    underway = bool(getattr(getattr(module, "__spec__", None), "_initializing", False))
    if not underway:
        _complete[id(module)] = module
    return underway


def find(name: str) -> State | None:
    """The state of this name, whether its library is loaded or not."""
    while name not in _known and _waiting:
        _take(_waiting[0])
    return _known.get(name)


def replace(state: State) -> None:
    """Add a state, in the place of the one of its name."""
    awaited.add(state.module)
    _known[state.name] = state


def remove(name: str) -> None:
    """Forget a state that was added."""
    _known.pop(name, None)


def _take_in() -> None:
    for home in list(_waiting):
        if not home[0] or home[0] in sys.modules:
            _take(home)


def _take(home: tuple[str, str]) -> None:
    if home not in _waiting:  # importing another one has led here, too
        return
    _waiting.remove(home)
    for state in import_module(f"cellburst.library_state.{home[1]}").STATES:
        replace(state)
