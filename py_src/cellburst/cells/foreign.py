"""What stands in a library and is not the library's: a notebook's function, an accessor, what tqdm adds to pandas."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Mapping
from operator import is_
from types import FunctionType, MethodType
from typing import Any

from cellburst.payload import places
from cellburst.payload.kinds_objects import is_dynamic

# Classes that other libraries add to.
_EXTENDED = (
    *("pandas:DataFrame", "pandas:Series", "pandas:Index"),
    *("pandas.core.groupby.generic:DataFrameGroupBy", "pandas.core.groupby.generic:SeriesGroupBy"),
    *("pandas.core.window.rolling:Rolling", "pandas.core.window.expanding:Expanding"),
    *("xarray:DataArray", "xarray:Dataset"),
    *("polars:DataFrame", "polars:Series", "polars:LazyFrame", "polars:Expr"),
)
_ACCESSORS = ("_accessor", "_ns")  # what an accessor's descriptor holds


class Hosts:
    """Remembers what was looked at, so that looking again costs a comparison by identity."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, bool], tuple[Any, list[Any], list[tuple[str, Any]]]] = {}

    def changed(self, owners: Mapping[str, Any], namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Places in modules and classes, by the beginning of their names, where something foreign stands."""
        for start, owner in owners.items():
            yield from self._found(start, owner, namespace, extended=False)
        for place in _EXTENDED:
            if places.module_of(place) in sys.modules:
                owner = places.value_of(place)
                if owner is not places.MISSING:
                    yield from self._found(f"{place}.", owner, namespace, extended=True)

    def _found(self, start: str, owner: Any, namespace: Mapping[str, Any], *, extended: bool) -> list[tuple[str, Any]]:
        variables = places.variables(owner) or {}
        known = self._seen.get((id(owner), extended))
        if known is not None and len(known[1]) == len(variables) and all(map(is_, known[1], variables.values())):
            return known[2]
        package = places.module_of(start).partition(".")[0] if extended else ""
        found = [
            (start + name, value)
            for name, value in list(variables.items())
            if is_foreign(value, namespace) or (extended and _is_of_another(value, package))
        ]
        self._seen[id(owner), extended] = owner, list(variables.values()), found
        return found


def is_foreign(value: Any, namespace: Mapping[str, Any]) -> bool:
    """Whether it is a function or class of the notebook, or an instance of one, or wraps one."""
    kind = type(value)
    if kind is FunctionType:
        return value.__globals__ is namespace or value.__module__ == "__main__"
    if isinstance(value, type):
        return value.__module__ == "__main__"
    if kind in (staticmethod, classmethod):
        return is_foreign(value.__func__, namespace)
    if kind is property:
        return any(is_foreign(part, namespace) for part in (value.fget, value.fset, value.fdel))
    if kind is MethodType:
        return is_foreign(value.__func__, namespace)
    if kind is functools.partial:
        return is_foreign(value.func, namespace)
    if kind is functools._lru_cache_wrapper:
        return is_foreign(value.__wrapped__, namespace)
    return kind.__module__ == "__main__" and is_dynamic(kind)


def _is_of_another(value: Any, package: str) -> bool:
    """Whether a function, or the class behind an accessor, comes from another package."""
    value = getattr(value, "__func__", value) if type(value) in (staticmethod, classmethod) else value
    if type(value) is FunctionType:
        home = str(value.__globals__.get("__name__", package)).partition(".")[0]
        return home != package and home not in sys.stdlib_module_names and not hasattr(value, "__wrapped__")
    if isinstance(value, type) or type(value).__module__.partition(".")[0] != package:
        return False
    for name in _ACCESSORS:
        accessor = getattr(value, "__dict__", {}).get(name)
        if isinstance(accessor, type):
            return accessor.__module__.partition(".")[0] != package
    return False
