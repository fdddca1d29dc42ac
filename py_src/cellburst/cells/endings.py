"""Names that a cell does not read, and which still matter: they hold objects whose end somebody notices.

A cell that binds or deletes the last name of an object with a finalizer ends it; one that deletes one of two names
does not. So where the notebook has finalizers or weak references, the worker gets those names too.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Collection, Iterable, Mapping
from types import ModuleType
from typing import Any

from cellburst.cells.shell_names import is_provided
from cellburst.payload import weak
from cellburst.payload.class_state import is_notebooks
from cellburst.payload.lifetimes import finalizer_of

_MOST = 1000  # objects looked at below one name
_REFERENCES = (weakref.ReferenceType, weakref.ProxyType, weakref.CallableProxyType)
_ATOMS = frozenset({int, float, bool, str, bytes, complex, type(None), ModuleType})


def holders(namespace: Mapping[str, Any], sent: Collection[str], rebound: Iterable[str]) -> list[str]:
    """Names of the namespace that are not in ``sent`` and should be.

    ``rebound`` are names that the cell may bind or delete.
    """
    finalized, weakly = _notices(namespace.values())
    if not finalized and not weakly:
        return []
    found = {name for name in rebound if name not in sent and _noticed_below(namespace.get(name), namespace, weakly)}
    known: set[int] = set()
    for name in (*sent, *found):
        known |= _noticed_below(namespace.get(name), namespace, weakly)
    if known:
        others = [n for n, v in namespace.items() if n not in sent and n not in found and not is_provided(n, v)]
        found.update(name for name in others if known & _noticed_below(namespace[name], namespace, weakly))
    return sorted(found)


def _notices(values: Iterable[Any]) -> tuple[bool, bool]:
    """Whether a class with a finalizer, and whether weak references are among the values."""
    kinds = set(map(type, values)) - _ATOMS
    weakly = any(map(_is_weak, kinds))
    classes = [value for value in values if isinstance(value, type)] if any(issubclass(k, type) for k in kinds) else []
    classes = list(filter(is_notebooks, classes))
    weakly = weakly or any(_is_weak(type(value)) for cls in classes for value in vars(cls).values())
    return any(map(finalizer_of, (*kinds, *classes))), weakly


def _is_weak(kind: type) -> bool:
    return issubclass(kind, _REFERENCES) or weak.is_container(kind)


def _is_of_libraries(obj: Any) -> bool:
    """Whether it is a module, or a class or the variables of one: nothing below it ends with a cell."""
    if type(obj) is dict:
        return "__spec__" in obj and "__name__" in obj
    return isinstance(obj, ModuleType) or (isinstance(obj, type) and not is_notebooks(obj))


def _noticed_below(value: Any, namespace: Mapping[str, Any], weakly: bool) -> set[int]:
    """The ids of objects that a value leads to and whose end is noticed."""
    noticed: set[int] = set()
    if type(value) in _ATOMS:
        return noticed
    waiting = [value]
    seen = {id(value), id(namespace)}
    for obj in waiting:  # grows while it is read
        if finalizer_of(type(obj)) or (weakly and not isinstance(obj, type) and weakref.getweakrefcount(obj)):
            noticed.add(id(obj))
        if isinstance(obj, weakref.ref) and (target := obj()) is not None and not isinstance(target, type):
            noticed.add(id(target))
        if _is_of_libraries(obj) or len(seen) > _MOST:
            continue
        for part in gc.get_referents(obj):
            if gc.is_tracked(part) and id(part) not in seen:
                seen.add(id(part))
                waiting.append(part)
    return noticed
