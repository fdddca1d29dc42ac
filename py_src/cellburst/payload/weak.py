"""Weak references: rebuilt to what travels with them, and refused if they are all that would lead to an object.

The first try at a pickle leaves their targets out. If each was reached in another way, the second puts them in.
"""

from __future__ import annotations

import pickle
import sys
import weakref
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

_CONTAINERS = (weakref.WeakValueDictionary, weakref.WeakKeyDictionary, weakref.WeakSet)


class WeakTargets:
    """What the weak references of one pickle refer to. ``admitted``: the ids of targets that travel; None: unknown."""

    def __init__(self, admitted: frozenset[int] | None) -> None:
        self._admitted = admitted
        self.found: list[Any] = []
        self._dispensable: set[int] = set()

    def admits(self, target: Any, *, dispensable: bool = False) -> bool:
        """Whether a reference to it may be pickled in this try. A dispensable one is no reason to refuse."""
        if self._admitted is None:
            self.found.append(target)
            if dispensable:
                self._dispensable.add(id(target))
            return False
        return id(target) in self._admitted

    def travelling(self, reached: Any, *, insist: bool) -> frozenset[int]:
        """The targets that were reached: by id in ``reached``, or because every process has them.

        Raises PicklingError for the first other one, if they ``insist`` and it is not dispensable.
        """
        found = set()
        for target in self.found:
            if id(target) in reached or _is_everywhere(target):
                found.add(id(target))
            elif insist and id(target) not in self._dispensable:
                raise pickle.PicklingError(
                    f"a weak reference leads to a {type(target).__qualname__} that nothing else here leads to, and "
                    "that would be gone in the worker; let the cell use the object itself too"
                )
        return frozenset(found)


def reduce_reference(reference: Any, pickler: Any) -> Any:
    """How to pickle a `weakref.ref`."""
    target = reference()
    if target is None or not pickler.weak.admits(target):
        return dead, ()
    callback = reference.__callback__
    return weakref.ref, (target,) if callback is None else (target, callback)


def reduce_proxy(proxy: Any, pickler: Any) -> Any:
    """How to pickle a `weakref.proxy`."""
    target = proxy.__str__.__self__
    return (weakref.proxy, (target,)) if pickler.weak.admits(target) else (dead, ())


def reduce_container(container: Any, pickler: Any) -> Any:
    """How to pickle a dictionary or set that holds its keys, values or members weakly."""
    if isinstance(container, weakref.WeakSet):
        return type(container), ([member for member in list(container) if pickler.weak.admits(member)],)
    by_value = isinstance(container, weakref.WeakValueDictionary)
    pairs = list(container.items())
    kept = [pair for pair in pairs if pickler.weak.admits(pair[by_value])]
    strong = [] if len(kept) == len(pairs) else [pair[not by_value] for pair in pairs]  # to find out what they lead to
    return make_dictionary, (type(container), kept, strong)


def make_dictionary(kind: Any, pairs: list[tuple[Any, Any]], *_: Any) -> Any:
    """A dictionary that holds keys or values weakly."""
    made = kind()
    for key, value in pairs:
        made[key] = value
    return made


# The kind of these dictionaries and sets: what is in them, by identity


def content_of(container: Any) -> list[Any]:
    """Members, or keys and values by turns."""
    if isinstance(container, weakref.WeakSet):
        return list(container)
    return [part for pair in list(container.items()) for part in pair]


def replace(container: Any, content: list[Any]) -> None:
    """Make it hold just this."""
    container.clear()
    if isinstance(container, weakref.WeakSet):
        container.update(content)
    else:
        for key, value in zip(content[::2], content[1::2], strict=True):
            container[key] = value


def is_container(kind: type) -> bool:
    """Whether instances hold what is in them weakly."""
    return kind in _CONTAINERS


def dead() -> Any:
    """A weak reference to what is no more."""
    return weakref.ref(type("Gone", (), {})())


def _is_everywhere(target: Any) -> bool:
    """Whether another process has it too, and keeps it."""
    if isinstance(target, ModuleType):
        return True
    if not isinstance(target, (type, FunctionType, BuiltinFunctionType)):
        return False
    module = sys.modules.get(target.__module__ or "")
    return target.__module__ != "__main__" and getattr(module, target.__qualname__, None) is target
