"""Objects whose end somebody notices: a finalizer runs, a weak reference dies, memory can be resized again.

In a kernel they end when the last reference to them goes. A snapshot would keep them; so while the cell runs it holds
them, and all that leads to them, weakly. What cannot be held so (a list, a dict) is let go between two statements of
the cell. For all other objects nothing is done.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterable, Mapping
from operator import is_
from types import FunctionType
from typing import Any

from cellburst.payload import weak
from cellburst.payload.class_state import ClassState
from cellburst.payload.graph import Node
from cellburst.payload.kinds_objects import SEQUENCE, is_dynamic

_SOME_REFERENCES = (weakref.ReferenceType, weakref.ProxyType, weakref.CallableProxyType)
_DEEPEST = 4  # containers inside of each other in what a node remembers
_GONE = object()  # in the place of what has ended: nothing in a namespace is this


def finalizer_of(kind: type) -> FunctionType | None:
    """The `__del__` of a class, if it is written in Python."""
    found = getattr(kind, "__del__", None)
    return found if type(found) is FunctionType else None


def mortals(nodes: Mapping[int, Node]) -> tuple[set[type], dict[int, Node]]:
    """The classes with finalizers that occur, and those of the nodes whose object's end is noticed."""
    kinds = {type(node.obj) for node in nodes.values()}
    finalized = {kind for kind in kinds if finalizer_of(kind)}
    if any(issubclass(kind, type) for kind in kinds):
        classes = (node.obj for node in nodes.values() if isinstance(node.obj, type))
        finalized.update(cls for cls in classes if finalizer_of(cls))
    noticed = finalized | ({memoryview} & kinds)  # as long as there is a view, what it shows cannot be resized
    if any(issubclass(kind, _SOME_REFERENCES) or weak.is_container(kind) for kind in kinds):
        return finalized, {
            k: node for k, node in nodes.items() if type(node.obj) in noticed or _is_referred_to(node.obj)
        }
    return finalized, {k: node for k, node in nodes.items() if type(node.obj) in noticed} if noticed else {}


def _is_referred_to(obj: Any) -> bool:
    """By a weak reference that is the user's: Python itself refers weakly to classes, and we to sets."""
    return not isinstance(obj, (type, set, frozenset)) and weakref.getweakrefcount(obj) > 0


class Loosened:
    """Holds nodes of a snapshot no more than the cell itself does, until ``tighten``.

    ``variables`` and what the nodes remember is changed for that time. ``ended`` are afterwards the nodes whose end was
    noticed.
    """

    def __init__(self, found: dict[int, Node], nodes: dict[int, Node], variables: dict[str, Any]) -> None:
        self._mortal = {id(node) for node in found.values() if type(node.obj) is not memoryview}
        self._nodes = nodes
        self._variables = variables
        self._held = _leading_to(found, nodes)
        self._references: dict[int, weakref.ref[Any]] = {}
        self.ended: list[Node] = []
        for node in self._held.values():
            node.frozen = _without(node.frozen, self._held)
        for name, value in variables.items():
            if (held := self._held.get(id(value))) is not None:
                variables[name] = held
        for key, node in self._held.items():
            try:
                self._references[key] = weakref.ref(node.obj)
            except TypeError:
                continue
            node.obj = None

    def sweep(self) -> None:
        """Let go of what nobody but this holds any more."""
        found = True
        while found:
            found = False
            for key, node in self._held.items():
                if key not in self._references and node.obj is not None and sys.getrefcount(node.obj) <= _ALONE:
                    node.obj = None
                    found = True

    def tighten(self) -> None:
        """Hold everything that is still there again, and forget what has ended."""
        self.sweep()
        for key, node in self._held.items():
            if (reference := self._references.get(key)) is not None:
                node.obj = reference()
        for name, value in self._variables.items():
            if type(value) is Node:
                self._variables[name] = _with(value)
        for key, node in self._held.items():
            if node.obj is None:
                del self._nodes[key]
                if id(node) in self._mortal:
                    self.ended.append(node)
            else:
                node.frozen = _with(node.frozen)
        self._held = {}
        self._references = {}


def _leading_to(found: Mapping[int, Node], nodes: Mapping[int, Node]) -> dict[int, Node]:
    """These nodes and all above them, by the ``id`` of their objects."""
    above: dict[int, Node] = {}
    keys = {id(node): key for key, node in nodes.items()}
    waiting: list[Any] = list(found.values())
    while waiting:
        node = waiting.pop()
        key = keys.get(id(node))
        if key is None or key in above:
            continue
        above[key] = node
        waiting.extend(parent for parent in node.parents if isinstance(parent, Node))
    return above


def _without(part: Any, held: Mapping[int, Node], depth: int = _DEEPEST) -> Any:
    """What a node remembers, with the nodes themselves in the place of their objects."""
    if (node := held.get(id(part))) is not None:
        return node
    return _changed(part, lambda inner: _without(inner, held, depth - 1)) if depth else part


def _with(part: Any, depth: int = _DEEPEST) -> Any:
    if type(part) is Node:
        return _GONE if part.obj is None else part.obj
    return _changed(part, lambda inner: _with(inner, depth - 1)) if depth else part


def _changed(part: Any, change: Callable[[Any], Any]) -> Any:
    """A container with changed members, or the same where none changes; a list for a set, whose members have a hash."""
    kind = type(part)
    if kind is dict:
        values = [change(value) for value in part.values()]
        return part if _are_same(values, part.values()) else dict(zip(part, values, strict=True))
    if kind not in (tuple, list, set) and not issubclass(kind, ClassState):
        return part
    members = [change(member) for member in part]
    if _are_same(members, part):
        return part
    return kind._make(members) if issubclass(kind, ClassState) else tuple(members) if kind is tuple else members


def _are_same(members: list[Any], others: Iterable[Any]) -> bool:
    return all(map(is_, members, others))


class finalizers_aside:  # noqa: N801 - used as a function
    """Inside, `__del__` of these classes is not called: for all instances, or for those ``only`` with these ids.

    ``for_good``: nor is it afterwards for a class that travels by value, of which this process has but a copy.
    """

    def __init__(self, kinds: Iterable[type], only: frozenset[int] | None = None, *, for_good: bool = False) -> None:
        self._owners = {cls for kind in kinds for cls in kind.__mro__ if type(vars(cls).get("__del__")) is FunctionType}
        self._only = only
        self._for_good = for_good
        self._found: list[tuple[type, FunctionType]] = []

    def __enter__(self) -> None:
        for cls in self._owners:
            finalizer = vars(cls)["__del__"]
            type.__setattr__(cls, "__del__", _passing_over(finalizer, self._only))
            if not (self._for_good and is_dynamic(cls)):
                self._found.append((cls, finalizer))

    def __exit__(self, *_: object) -> None:
        for cls, finalizer in self._found:
            type.__setattr__(cls, "__del__", finalizer)


def _passing_over(finalizer: FunctionType, only: frozenset[int] | None) -> Any:
    def pass_over(obj: Any) -> None:
        if only is not None and id(obj) not in only:
            finalizer(obj)

    return pass_over


def _references_of_one() -> int:
    """What is counted for an object that only a node refers to."""
    node = Node(None, SEQUENCE, "", ())
    node.obj = []
    return sys.getrefcount(node.obj)


_ALONE = _references_of_one()
