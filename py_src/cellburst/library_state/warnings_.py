"""The filters of `warnings`, and how a warning is shown.

The list is sent as it is: most of it was made by whatever was imported, so there is no such thing as a fresh one.
A worker has imported other things, whose filters are to be there as well, as if the cell had imported them.
"""

from __future__ import annotations

import builtins
import re
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

from cellburst.library_state.quietly import IGNORE
from cellburst.library_state.registry import State

Filter = tuple[Any, ...]
# The default action, the filters as they are spelled and, if the notebook has made a clean sweep of them, the packages
# that are loaded: only others add theirs.
_Value = tuple[str, tuple[Filter, ...], frozenset[str]]

_base: Any = warnings.filters  # in a worker: `warnings.catch_warnings` puts others in its place for a while
_PYTHONS_OWN = tuple(("ignore", None, category, None, 0) for category in (ImportWarning, PendingDeprecationWarning))
_at_start = tuple(warnings.filters)
_of_libraries: list[tuple[str, Filter]] = []  # set by packages while they were imported, the newest first
_added: list[Filter] = []  # those of them that are not the kernel's
_seen: list[Filter] = []  # the list when it was read or set last
_watching = False
_NONE: frozenset[str] = frozenset()
missing: dict[str, list[int]] = {}
"""Modules that are not loaded and have the category of a filter: places in what was set last."""
_wanted: tuple[Filter, ...] = ()


def note_library_filters() -> None:
    """From now on, tell the filters of libraries from those of the cell by who sets them."""
    global _watching, _base
    _watching, _base = True, warnings.filters
    changed: Callable[[], None] = getattr(warnings, "_filters_mutated", lambda: None)
    known = _users()

    def note() -> None:
        nonlocal known
        if warnings.filters is _base and _users() != known:
            if package := _importing(sys._getframe(1)):
                _take_from_library(package, known)
            known = _users()
        changed()

    warnings._filters_mutated = note  # type: ignore[attr-defined]


def _importing(frame: Any) -> str:
    """The package on behalf of whose own code this runs; none if it is the cell's."""
    while frame is not None:
        if frame.f_code.co_name == "<module>":
            name = str(frame.f_globals.get("__name__"))
            return "" if name == "__main__" else name.partition(".")[0]
        frame = frame.f_back
    return ""


def _take_from_library(package: str, known: list[Filter]) -> None:
    """A filter that was there stays where it was: for the kernel, its library was imported earlier."""
    new = [one for one in _users() if one not in known]
    _of_libraries[:0] = [(package, one) for one in new if (package, one) not in _of_libraries]
    if not new:
        _base[:] = [one for one in _base if one is IGNORE] + known


def _users() -> list[Filter]:
    """The filters but for the one that keeps loading quiet."""
    return [one for one in warnings.filters if one is not IGNORE]


def _get() -> _Value:
    _forget_swept()
    _seen[:] = _users()
    own = [one for one in _seen if one not in _added]
    spelled = [_spelled(one) for one in own]
    for place in sorted((place for places in missing.values() for place in places), reverse=True):
        later = [one for one in _wanted[place + 1 :] if one in spelled]  # what could not be set here is there, too
        spelled.insert(spelled.index(later[0]) if later else len(spelled), _wanted[place])
    swept = not _watching and not all(one in own for one in _PYTHONS_OWN)
    loaded = frozenset(name for name in sys.modules if "." not in name) if swept else _NONE
    return getattr(warnings, "defaultaction", "default"), tuple(spelled), loaded


def _set(value: _Value | None) -> None:
    global _wanted
    default, _wanted, loaded = value or ("default", tuple(map(_spelled, _at_start)), _NONE)
    missing.clear()
    wanted = []
    for place, spelled in enumerate(_wanted):
        one = _read(spelled)
        if one is None:
            missing.setdefault(spelled[2][0], []).append(place)
        else:
            wanted.append(one)
    if _watching:
        _added[:] = [one for package, one in _of_libraries if one not in wanted and package not in loaded]
        warnings.filters = _base
        _put([*_added, *wanted])
    else:  # what came with an import of what is brought back stays
        _put([one for one in _users() if one not in _seen and one not in wanted] + wanted)
    warnings.defaultaction = default  # type: ignore[attr-defined]


def _put(filters: list[Filter]) -> None:
    if filters != warnings.filters:
        warnings.filters[:] = filters  # type: ignore[index]
        getattr(warnings, "_filters_mutated", lambda: None)()  # as the module's own functions do


def complete() -> None:
    """A module was loaded that ``missing`` names: its filters can be set, where they belong."""
    _forget_swept()
    loaded = [name for name, ones in missing.items() if all(_read(_wanted[place]) is not None for place in ones)]
    for place in sorted((place for name in loaded for place in missing.pop(name)), reverse=True):
        one = _read(_wanted[place])
        later = [read for spelled in _wanted[place + 1 :] if (read := _read(spelled)) in _base]
        if one is not None and one not in later:
            if one in _base:
                _base.remove(one)
            _base.insert(_base.index(later[0]) if later else len(_base), one)


def _forget_swept() -> None:
    """If the cell has made a clean sweep of the filters, those that could not be set are gone as well."""
    if missing and not any(_read(one) in warnings.filters for one in _wanted):
        missing.clear()


def _spelled(one: Filter) -> Filter:
    """A filter without compiled patterns, its category by name: so nothing is imported to read it."""
    action, message, category, module, line = one
    name, home = category.__qualname__, category.__module__
    if home == "builtins" and getattr(builtins, name, None) is category:
        category = name
    elif home != "__main__" and getattr(sys.modules.get(home), name, None) is category:
        category = (home, name)
    return action, _pattern(message), category, _pattern(module), line


def _pattern(found: Any) -> Any:
    return (found.pattern, found.flags) if isinstance(found, re.Pattern) else found


def _read(one: Filter) -> Filter | None:
    """The filter; None on a worker that has not loaded its category's module, or not to that point."""
    action, message, category, module, line = one
    if isinstance(category, str):
        category = getattr(builtins, category)
    elif isinstance(category, tuple):
        home, name = category
        category = getattr(sys.modules.get(home) if _watching else import_module(home), name, None)
        if category is None:
            return None
    return action, _compiled(message), category, _compiled(module), line


def _compiled(found: Any) -> Any:
    return re.compile(*found) if isinstance(found, tuple) else found


STATES = (State("warnings filters", "", _get, _set),)
