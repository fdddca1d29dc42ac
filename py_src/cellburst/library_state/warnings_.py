"""The filters of `warnings`, and how a warning is shown.

The list is sent as it is: most of it was made by whatever was imported, so there is no such thing as a fresh one.
A worker has imported other things, whose filters are to be there as well, as if the cell had imported them.
"""

from __future__ import annotations

import builtins
import re
import sys
import warnings
from importlib import import_module
from typing import Any

from cellburst.library_state import library_filters
from cellburst.library_state.library_filters import Filter, users
from cellburst.library_state.registry import State

# The default action; the filters as they are spelled; if the notebook has made a clean sweep of them, the packages
# that are loaded: only others add theirs; and whether the cell itself has changed any.
_Value = tuple[str, tuple[Filter, ...], frozenset[str], bool]

_PYTHONS_OWN = tuple(("ignore", None, category, None, 0) for category in (ImportWarning, PendingDeprecationWarning))
_at_start = tuple(warnings.filters)
_seen: list[Filter] = []  # the list when it was read or set last
_set_last: list[Filter] = []
_watching = False
_NONE: frozenset[str] = frozenset()
missing: dict[str, list[int]] = {}
"""Modules that are not loaded and have the category of a filter: places in what was set last."""
_wanted: tuple[Filter, ...] = ()


def note_library_filters() -> None:
    """From now on, tell the filters of libraries from those of the cell: this is a worker."""
    global _watching
    _watching = True
    library_filters.watch()


def _get() -> _Value:
    _forget_swept()
    _seen[:] = users()
    own = [one for one in _seen if one not in library_filters.hidden]
    spelled = [_spelled(one) for one in own]
    for place in sorted((place for places in missing.values() for place in places), reverse=True):
        later = [one for one in _wanted[place + 1 :] if one in spelled]  # what could not be set here is there, too
        spelled.insert(spelled.index(later[0]) if later else len(spelled), _wanted[place])
    swept = not _watching and not all(one in own for one in _PYTHONS_OWN)
    loaded = frozenset(name for name in sys.modules if "." not in name) if swept else _NONE
    return getattr(warnings, "defaultaction", "default"), tuple(spelled), loaded, _watching and _is_changed(own)


def _is_changed(own: list[Filter]) -> bool:
    """Whether anything but imports has changed the filters since they were set."""
    imported = library_filters.inserted
    return [one for one in own if one not in imported] != [one for one in _set_last if one not in imported]


def _set(value: _Value | None) -> None:
    global _wanted
    default, _wanted, loaded, changed = value or ("default", tuple(map(_spelled, _at_start)), _NONE, False)
    missing.clear()
    wanted = []
    for place, spelled in enumerate(_wanted):
        one = _read(spelled)
        if one is None:
            missing.setdefault(spelled[2][0], []).append(place)
        else:
            wanted.append(one)
    if _watching:
        library_filters.hide(wanted, loaded)
        warnings.filters = library_filters.base
        _put([*dict.fromkeys(library_filters.hidden), *wanted])
        _set_last[:] = wanted
    else:
        _put(_merged(wanted, changed=changed))
    warnings.defaultaction = default  # type: ignore[attr-defined]


def _merged(wanted: list[Filter], *, changed: bool) -> list[Filter]:
    """What a cell left, with what came with an import of what is brought back; such an import knows its place best."""
    now = [one for one in users() if one in wanted or one not in _seen]
    first, other = (wanted, now) if changed else (now, wanted)
    merged = list(first)
    for place, one in reversed(list(enumerate(other))):
        if one not in merged:
            behind = next((later for later in other[place + 1 :] if later in merged), None)
            merged.insert(len(merged) if behind is None else merged.index(behind), one)
    return merged


def _put(filters: list[Filter]) -> None:
    if filters != warnings.filters:
        warnings.filters[:] = filters  # type: ignore[index]
        getattr(warnings, "_filters_mutated", lambda: None)()  # as the module's own functions do


def complete() -> None:
    """A module was loaded that ``missing`` names: its filters can be set, where they belong."""
    _forget_swept()
    base = library_filters.base
    loaded = [name for name, ones in missing.items() if all(_read(_wanted[place]) is not None for place in ones)]
    for place in sorted((place for name in loaded for place in missing.pop(name)), reverse=True):
        one = _read(_wanted[place])
        later = [read for spelled in _wanted[place + 1 :] if (read := _read(spelled)) in base]
        if one is not None and one not in later:
            if one in base:
                base.remove(one)
            base.insert(base.index(later[0]) if later else len(base), one)
            library_filters.inserted.append(one)


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
