"""The options of pandas, and the accessors that the notebook has registered (`df.geo`)."""

from __future__ import annotations

import copy
import sys
from typing import Any

from cellburst.library_state.registry import State
from cellburst.payload.silence import no_warnings

# what pandas chooses when it is imported, by where it is imported: here as in a kernel
_IN_A_KERNEL = {"display.max_columns": 20, "display.encoding": "UTF-8", "styler.render.encoding": "utf-8"}
_fresh: dict[str, Any] = {}  # nested, as pandas keeps its own
_WITH_ACCESSORS = ("DataFrame", "Series", "Index")
Accessors = dict[tuple[str, str], Any]  # by class and name
_replaced: Accessors = {}  # what had that name before


def _config() -> Any:
    return sys.modules["pandas._config.config"]


def _get() -> dict[str, Any] | None:
    config = _config()
    if _as_imported(config) == config._global_config:
        return None
    options = {name: _read(config, name) for name in config._registered_options}
    return {name: value for name, value in options.items() if value != _default(name)}


def _set(value: dict[str, Any] | None) -> None:
    config = _config()
    wanted = value or {}
    for name in config._registered_options:
        target = wanted[name] if name in wanted else _default(name)
        if _read(config, name) != target:
            with no_warnings():  # of options that are on their way out
                config.set_option(name, target)


def _read(config: Any, name: str) -> Any:
    """As ``get_option``, which warns of some."""
    found = config._global_config
    for part in name.split("."):
        found = found[part]
    return found


def _default(name: str) -> Any:
    return _IN_A_KERNEL.get(name, _config()._registered_options[name].defval)


def _as_imported(config: Any) -> dict[str, Any]:
    """All options; some are registered when a part of pandas is imported later."""
    names = len(config._registered_options)
    if _fresh.get("") != names:
        _fresh.clear()
        _fresh[""] = names
        nested = copy.deepcopy(config._global_config)
        for name in config._registered_options:
            *path, last = name.split(".")
            part = nested
            for step in path:
                part = part[step]
            part[last] = _default(name)
        _fresh["options"] = nested
    found: dict[str, Any] = _fresh["options"]
    return found


def _get_accessors() -> Accessors | None:
    pandas = sys.modules["pandas"]
    found = {}
    for owner in _WITH_ACCESSORS:
        attributes = vars(getattr(pandas, owner))
        for name in attributes["_accessors"]:
            accessor = getattr(attributes.get(name), "_accessor", None)
            if getattr(accessor, "__module__", None) == "__main__":
                found[owner, name] = accessor
    return found or None


def _set_accessors(value: Accessors | None) -> None:
    """As pandas registers them, without its warning of names that are taken."""
    wanted = value or {}
    now = _get_accessors() or {}
    pandas = sys.modules["pandas"]
    for place in now.keys() - wanted.keys():
        owner, name = getattr(pandas, place[0]), place[1]
        delattr(owner, name)
        if place in _replaced:
            setattr(owner, name, _replaced.pop(place))
        if not hasattr(vars(owner).get(name), "_accessor"):
            owner._accessors.discard(name)
    for place, accessor in wanted.items():
        if now.get(place) is accessor:
            continue
        owner, name = getattr(pandas, place[0]), place[1]
        if place not in now and name in vars(owner):
            _replaced[place] = vars(owner)[name]
        setattr(owner, name, type(vars(pandas.DataFrame)["sparse"])(name, accessor))
        owner._accessors.add(name)


STATES = (
    State("pandas options", "pandas", _get, _set, holds=True, calls=True),
    State("pandas accessors", "pandas", _get_accessors, _set_accessors, holds=True, calls=True),
)
