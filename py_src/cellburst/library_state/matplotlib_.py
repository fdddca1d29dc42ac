"""What matplotlib remembers: its parameters, and what colours the letters stand for.

A style or a seaborn theme is nothing else.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from cellburst.library_state.registry import State

_NOT_SENT = ("backend", "interactive")  # states by themselves
_LETTERS = "bgrcmykw"
_defaults: dict[str, Any] = {}
_as_imported: tuple[Any, str, dict[str, Any]] = (None, "", {})  # where the process is, the file there, what it gives


def _matplotlib() -> Any:
    return sys.modules["matplotlib"]


def _get_parameters() -> dict[str, Any] | None:
    matplotlib = _matplotlib()
    now, fresh = matplotlib.rcParams, _fresh(matplotlib)
    fresh.update({name: dict.get(now, name) for name in _NOT_SENT})
    if dict.__eq__(now, fresh):
        return None
    defaults = _library_defaults(matplotlib)
    return {
        name: _own(value)
        for name, value in dict.items(now)
        if name not in _NOT_SENT and not _same(defaults.get(name), value)
    }


def _set_parameters(value: dict[str, Any] | None) -> None:
    matplotlib = _matplotlib()
    wanted = _fresh(matplotlib) if value is None else {**_library_defaults(matplotlib), **value}
    now = matplotlib.rcParams
    # the values were checked when they were set
    dict.update(
        now,
        {
            name: _own(wanted[name])
            for name, old in dict.items(now)
            if name not in _NOT_SENT and name in wanted and not _same(old, wanted[name])
        },
    )


def _fresh(matplotlib: Any) -> dict[str, Any]:
    """As an import would leave the parameters: with those of the user's own file."""
    global _as_imported
    place = os.environ.get("MATPLOTLIBRC"), _folder()
    if place != _as_imported[0]:
        file = matplotlib.matplotlib_fname()
        if file != _as_imported[1]:
            own = dict(matplotlib._rc_params_in_file(file))
            _as_imported = place, file, {**_library_defaults(matplotlib), **own}
        else:
            _as_imported = place, *_as_imported[1:]
    return _as_imported[2]


def _library_defaults(matplotlib: Any) -> dict[str, Any]:
    """As matplotlib itself has them: read again, for ``rcParamsDefault`` shares its lists with ``rcParams``."""
    if not _defaults:
        file = matplotlib.cbook._get_data_path("matplotlibrc")
        read = matplotlib._rc_params_in_file(file, transform=lambda line: line.removeprefix("#"), fail_on_error=True)
        _defaults.update({**dict(dict.items(matplotlib.rcParamsDefault)), **dict(dict.items(read))})
    return _defaults


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


def _own(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value


def _same(one: Any, other: Any) -> bool:
    return one is other or bool(one == other)


def _get_colors() -> dict[str, Any] | None:
    now, fresh = _colors()
    found = {letter: now[letter] for letter in _LETTERS if now.get(letter) != fresh[letter]}
    return found or None


def _set_colors(value: dict[str, Any] | None) -> None:
    """As ``seaborn.set_color_codes`` does."""
    now, fresh = _colors()
    for letter in _LETTERS:
        now[letter] = (value or {}).get(letter, fresh[letter])
    now.cache.clear()


def _colors() -> tuple[Any, dict[str, Any]]:
    colors = sys.modules["matplotlib.colors"]
    return colors.get_named_colors_mapping(), colors.BASE_COLORS


STATES = (
    State("matplotlib parameters", "matplotlib", _get_parameters, _set_parameters),
    State("matplotlib colour letters", "matplotlib.colors", _get_colors, _set_colors),
)
