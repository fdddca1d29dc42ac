"""Filters of `warnings` that libraries set while they are imported, told from those that a cell sets.

A worker has imported other libraries than the kernel. Their filters are there, but hidden from what goes back, until
the cell imports such a library itself: then they come to stand where that import would have put them.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Collection, Iterable
from types import FunctionType, ModuleType
from typing import Any

from cellburst.payload.silence import IGNORE

Filter = tuple[Any, ...]

base: list[Any] = warnings.filters  # type: ignore[assignment]
"""The list itself: `warnings.catch_warnings` puts others in its place for a while."""
hidden: list[Filter] = []
"""Those of libraries that are not loaded in the kernel."""
inserted: list[Filter] = []
"""Those that imports have put in since ``hide``."""
_noted: list[tuple[tuple[str, ...], Filter]] = []  # after the modules that set them and their importers; newest first
_known: list[Filter] = []
_needs: dict[str, frozenset[str]] = {}
_changed: Callable[[], None] = getattr(warnings, "_filters_mutated", lambda: None)


def watch() -> None:
    """From now on, tell the filters of libraries from those of the cell by who sets them."""
    global base
    base = warnings.filters  # type: ignore[assignment]
    _known[:] = users()

    def note() -> None:
        if warnings.filters is base and users() != _known:
            if modules := _importing(sys._getframe(1)):
                _take_from(modules)
            _known[:] = users()
        _changed()

    warnings._filters_mutated = note  # type: ignore[attr-defined]


def users() -> list[Filter]:
    """The filters but for the one that keeps loading quiet."""
    return [one for one in warnings.filters if one is not IGNORE]


def hide(wanted: Collection[Filter], loaded: Collection[str]) -> None:
    """The kernel has the filters ``wanted``, and has made a clean sweep after packages were ``loaded``."""
    inserted.clear()
    hidden[:] = [one for names, one in _noted if one not in wanted and names[0].partition(".")[0] not in loaded]


def appear(names: Iterable[str]) -> None:
    """Modules that are loaded are imported by the cell, for the first time as the kernel sees it."""
    if not hidden or warnings.filters is not base:
        return
    modules = _needed_by(names)
    found = list(dict.fromkeys(one for names, one in _noted if one in hidden and not modules.isdisjoint(names)))
    if found:
        hidden[:] = [one for one in hidden if one not in found]
        inserted.extend(found)
        base[:] = found + [one for one in base if one not in found]
        _known[:] = users()
        _changed()


def packages() -> set[str]:
    """Those that the kernel has not loaded, as far as filters tell."""
    own: dict[str, bool] = {}
    for (module, *_), one in _noted:
        own[module] = own.get(module, True) and one in hidden
    return {module for module, is_hidden in own.items() if is_hidden and "." not in module}


def is_hidden(module: str) -> bool:
    """Whether a module sets filters and the kernel has none of them, so that it is not loaded there."""
    if not hidden:
        return False
    own = [one for names, one in _noted if names[0] == module]
    return bool(own) and all(one in hidden for one in own)


def _importing(frame: Any) -> tuple[str, ...]:
    """The module on behalf of whose own code this runs, and those that have imported it; none if it is the cell's."""
    found: list[str] = []
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            name = str(frame.f_globals.get("__name__"))
            if name == "__main__":
                break
            found.append(name)
        frame = frame.f_back
    return tuple(found)


def _take_from(modules: tuple[str, ...]) -> None:
    """A filter that was there stays where it was: for the kernel, its library was imported earlier."""
    now = users()
    new = [one for one in now if one not in _known]
    _noted[:0] = [(modules, one) for one in new or now[:1] if (modules, one) not in _noted]
    inserted.extend(new)
    if not new and now[:1] and now[0] in hidden:
        hidden[:] = [one for one in hidden if one != now[0]]
        inserted.append(now[0])
    elif not new:
        base[:] = [one for one in base if one is IGNORE] + _known


def _needed_by(names: Iterable[str]) -> set[str]:
    """The modules that these refer to, and so on: what importing them has imported as well."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name.partition(".")[0] not in sys.stdlib_module_names:
            found.add(name)
            if name not in _needs and name in sys.modules:
                _needs[name] = _referred(name)
            waiting += _needs.get(name, ())
    return found


def _referred(name: str) -> frozenset[str]:
    """Where the functions and classes of a module come from, and its parent; its submodules may have come later."""
    found = {name.rpartition(".")[0]} - {""}
    for value in list(vars(sys.modules[name]).values()):
        kind = type(value)  # `isinstance` asks the object itself, and some complain about that
        if issubclass(kind, ModuleType):
            home = vars(value).get("__name__")  # some that stand for others have none
            if isinstance(home, str) and not home.startswith(f"{name}."):
                found.add(home)
        elif issubclass(kind, (type, FunctionType)) and isinstance(home := getattr(value, "__module__", None), str):
            found.add(home)
    return frozenset(found)
