"""The methods that ``tqdm.pandas()`` adds to pandas (``progress_apply``)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from cellburst.library_state.registry import State

_METHOD = "progress_apply"
_PLACES = (
    ("pandas", ("DataFrame", "Series")),
    ("pandas.core.groupby.generic", ("DataFrameGroupBy", "SeriesGroupBy")),
    ("pandas.core.groupby.groupby", ("GroupBy",)),
    ("pandas.core.window.rolling", ("Rolling",)),
    ("pandas.core.window.expanding", ("Expanding",)),
)


def _get() -> tuple[type, dict[str, Any]] | None:
    """The class of bars, and what it is to be made with."""
    method = vars(sys.modules["pandas"].DataFrame).get(_METHOD)
    if method is None or getattr(method, "__module__", "") != "tqdm.std":
        return None
    inside = dict(zip(method.__code__.co_freevars, method.__closure__, strict=True))
    return inside["cls"].cell_contents, dict(inside["tqdm_kwargs"].cell_contents)


def _set(value: tuple[type, dict[str, Any]] | None) -> None:
    if value == _get():
        return
    if value is not None:
        kind: Any = value[0]
        kind.pandas(**value[1])
        return
    for owner, name in list(_methods()):
        delattr(owner, name)


def _methods() -> Iterator[tuple[type, str]]:
    for module, names in _PLACES:
        for name in names:
            owner = getattr(sys.modules.get(module), name, object)
            for attribute, method in list(vars(owner).items()):
                if attribute.startswith("progress_") and getattr(method, "__module__", "") == "tqdm.std":
                    yield owner, attribute


STATES = (State("progress bars of pandas", "pandas", _get, _set),)
