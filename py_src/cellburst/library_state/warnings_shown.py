"""Which warnings were shown already, so that once per place is once over all cells wherever they run."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType
from typing import Any

from cellburst.library_state.registry import State

_NAME = "__warningregistry__"
_VERSION = "version"
_OUTDATED = -1
_MAIN = "__main__"
# By module, what was shown there; what once and for all; and what the notebook's own registry still lists, although the
# filters were changed since: Python forgets it at the next warning.
_Value = tuple[dict[str, frozenset[Any]], dict[Any, Any], frozenset[Any]]

_any = True  # whether any may have been shown since it was looked at; without ``watch`` nobody knows
_watching = False
waiting: dict[str, frozenset[Any]] = {}  # by modules that are not loaded
_waiting_since: Any = None  # the version of then
_modules: list[tuple[str, dict[str, Any]]] = []  # all but __main__, with their variables
_counted: tuple[int, str, int] = (0, "", 0)


class _Probe(Warning):
    """Is never shown: asking about it tells how often the filters have changed."""


_IGNORE_PROBES = ("ignore", None, _Probe, None, 0)


def watch() -> None:
    """From now on, look for what was shown only if anything was: for processes that look often."""
    global _watching
    if _watching:
        return
    _watching = True
    show: Any = warnings._showwarnmsg  # type: ignore[attr-defined]

    def note(message: Any) -> None:
        global _any
        _any = True
        show(message)

    warnings._showwarnmsg = note  # type: ignore[attr-defined]


def _get() -> _Value | None:
    global _any
    version = None
    if not _any:
        return None
    shown, stale = {}, frozenset[Any]()
    for name, registry in _registries():
        if len(registry) > 1 or _VERSION not in registry:
            version = _version() if version is None else version
            keys = frozenset([key for key in registry if key != _VERSION])
            if registry.get(_VERSION) == version:
                shown[name] = keys
            elif name == _MAIN:
                stale = keys
    if waiting and _version() == _waiting_since:
        shown.update(waiting)
    once = dict(warnings.onceregistry)  # type: ignore[attr-defined]
    _any = bool(shown or once or stale or not _watching)
    return (shown, once, stale) if shown or once or stale else None


def _set(value: _Value | None) -> None:
    global _any, _waiting_since
    if value is None and not _any:
        return
    shown, once, stale = value or ({}, {}, frozenset())
    _any = value is not None or not _watching
    registry: dict[Any, Any] = warnings.onceregistry  # type: ignore[attr-defined]
    registry.clear()
    registry.update(once)
    for _, registry in _registries():
        registry.clear()
    waiting.clear()
    if stale:
        vars(sys.modules[_MAIN]).setdefault(_NAME, {}).update(dict.fromkeys(stale, True), version=_OUTDATED)
    if shown:
        waiting.update(shown)
        _waiting_since = _version()
        complete()


def complete() -> None:
    """Give the modules that are loaded by now what was shown there."""
    for name in [name for name in waiting if name in sys.modules]:
        registry = vars(sys.modules[name]).setdefault(_NAME, {})
        registry.update(dict.fromkeys(waiting.pop(name), True), version=_waiting_since)


def _registries() -> list[tuple[str, dict[Any, Any]]]:
    global _counted
    last = next(reversed(sys.modules))
    count = len(sys.modules), last, id(sys.modules[last])  # what is imported anew comes last
    if count != _counted:  # looking at thousands of modules is dear
        _counted = count
        found = sys.modules.copy().items()
        _modules[:] = [(name, vars(one)) for name, one in found if isinstance(one, ModuleType) and name != _MAIN]
    main = vars(sys.modules[_MAIN])
    registries = [(name, variables[_NAME]) for name, variables in _modules if _NAME in variables]
    if _NAME in main:
        registries.append((_MAIN, main[_NAME]))
    return registries


def _version() -> Any:
    """What a registry must be marked with to be believed: it is emptied by the next warning otherwise."""
    registry: dict[Any, Any] = {}
    filters: Any = warnings.filters
    filters.insert(0, _IGNORE_PROBES)  # not by `simplefilter`, which is such a change
    try:
        warnings.warn_explicit("", _Probe, "", 1, registry=registry)
    finally:
        filters.remove(_IGNORE_PROBES)
    return registry.get(_VERSION)


STATES = (State("warnings shown", "", _get, _set),)
