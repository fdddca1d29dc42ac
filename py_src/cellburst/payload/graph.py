"""The mutable objects that a namespace leads to, and the paths to them.

The worker's inputs are a copy of the kernel's, with the same shape; so a path such as ``model``, `.log`,
first item leads to the object in the one that it was copied from in the other.
"""

from __future__ import annotations

import functools
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import islice
from pathlib import PurePath
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MethodType,
    ModuleType,
    SimpleNamespace,
)
from typing import Any

from cellburst.payload import functions
from cellburst.payload.kinds import Kind, Step, by_digest, same_digest
from cellburst.payload.kinds_code import CELL, CLASS, FUNCTION
from cellburst.payload.kinds_data import ARRAY, BYTES, FRAME, GENERATOR, OPAQUE, data_kind, is_frame
from cellburst.payload.kinds_objects import (
    ATOMS,
    INSTANCE,
    MAPPING,
    SEQUENCE,
    SET,
    STATEFUL,
    WRAPPING,
    is_dynamic,
    object_kind,
)
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickler import has_reducer
from cellburst.payload.rebuild import MissingReferenceError
from cellburst.payload.steps import has_default_reduce, own_attributes

KINDS = {
    kind.name: kind
    for kind in (
        *(SEQUENCE, MAPPING, SET, INSTANCE, STATEFUL, WRAPPING, FUNCTION, CELL, CLASS),
        *(BYTES, ARRAY, FRAME, GENERATOR, OPAQUE),
    )
}
MOST = 5_000  # objects below one name; the value of a name with more is judged as a whole
_IMMUTABLE = (
    *(ModuleType, BuiltinFunctionType, CodeType, frozenset, Enum, PurePath, Decimal, Fraction),
    *(date, time, timedelta, tzinfo, property, staticmethod, classmethod),
)
_REDUCED_AS_OBJECTS = frozenset({OrderedDict, defaultdict, Counter, deque})

Path = tuple[Any, ...]  # (type's name, variable's name, step, ...)


class Node:
    """A mutable object of the inputs, or one that leads to some; ``parents`` are nodes, or names of variables."""

    __slots__ = ("frozen", "kind", "obj", "parents", "step", "type_name", "whole")

    def __init__(self, obj: Any, kind: Kind, parent: Node | str, step: Step) -> None:
        self.obj = obj
        self.kind = kind
        self.parents: list[Node | str] = [parent]
        self.step = step
        self.type_name = type(obj).__qualname__  # now: an instance may change its class
        self.frozen: Any = None
        self.whole = False  # judged with all that is inside

    def path(self) -> Path:
        """How to get there, from the variable on."""
        steps: list[Any] = []
        node: Node | str = self
        while isinstance(node, Node):
            steps.append(node.step)
            node = node.parents[0]
        steps[-1] = node  # the step of a variable's own value says nothing
        steps.append(self.type_name)
        return tuple(reversed(steps))

    def spelled(self) -> str:
        """The path as one would write it: ``model.log['fit'][0]``."""
        parent = self.parents[0]
        if not isinstance(parent, Node):
            return parent
        what, *where = self.step
        if what == "v":
            return f"{parent.spelled()}[{list(parent.obj)[where[0]]!r:.60}]"
        return parent.spelled() + {".": ".{}", "[": "[{}]"}.get(what, f" ({what})").format(*where)


def kind_of(obj: Any, namespace: Namespace | None) -> Kind | None:
    """How to treat an object; None for what cannot change or travels by name."""
    kind = type(obj)
    if kind in ATOMS or isinstance(obj, _IMMUTABLE):
        return None
    if kind is list:
        return SEQUENCE
    if kind is dict:
        return MAPPING
    if kind is set:
        return SET
    if isinstance(obj, type):
        return CLASS if is_dynamic(obj) else None
    if kind is FunctionType:
        return FUNCTION if functions.is_notebook_function(obj, namespace) else None
    if kind is CellType:
        return CELL
    if kind in (MethodType, functools.partial) or kind is functools._lru_cache_wrapper or isinstance(obj, tuple):
        return WRAPPING
    if kind in _REDUCED_AS_OBJECTS:
        return object_kind(obj)
    if kind is SimpleNamespace:
        return INSTANCE
    return _kind_by_reduction(obj, kind)


def _kind_by_reduction(obj: Any, kind: Any) -> Kind | None:
    if is_frame(obj):
        return FRAME
    if kind.__module__ == "numpy" and hasattr(kind, "dtype") and not hasattr(kind, "__setitem__"):
        return None  # a numpy scalar or a data type
    if has_reducer(kind) or not has_default_reduce(kind):
        return data_kind(obj)
    return object_kind(obj)


def walk(names: Mapping[str, Any], namespace: Namespace | None) -> dict[int, Node]:
    """The nodes below these variables, by ``id``; they keep their objects alive."""
    found: dict[int, Node] = {}
    for name, value in names.items():
        below: dict[int, Node] = {}
        links = _reach(name, value, namespace, found, below)
        if links is None:
            node = below[id(value)]
            node.whole = True
            below = {id(value): node}
        else:
            for node, parent in links:
                node.parents.append(parent)
        found.update(below)
    return found


def _reach(
    name: str, value: Any, namespace: Namespace | None, found: dict[int, Node], below: dict[int, Node]
) -> list[tuple[Node, Node | str]] | None:
    """Fill ``below`` breadth first, so that paths are short; further ways to known nodes. None: there are too many."""
    links: list[tuple[Node, Node | str]] = []
    queue: deque[tuple[Node | str, Step, Any]] = deque([(name, (), value)])
    while queue:
        parent, step, obj = queue.popleft()
        known = found.get(id(obj)) or below.get(id(obj))
        if known is not None:
            links.append((known, parent))
            continue
        kind = kind_of(obj, namespace)
        if kind is None:
            continue
        node = below[id(obj)] = Node(obj, kind, parent, step)
        try:
            queue.extend([(node, further, part) for further, part in islice(kind.parts(obj), MOST)])
        except Exception:  # an object with a mind of its own: judged with all that is inside
            node.whole = True
        if len(below) + len(queue) > MOST:
            return None
    return links


def freeze(node: Node, digest: Any) -> None:
    """Remember how the object is."""
    node.frozen = (by_digest if node.whole else node.kind.freeze)(node.obj, digest)


def is_same(node: Node, digest: Any) -> bool:
    """Whether the object is as it was."""
    return (same_digest if node.whole else node.kind.same)(node.frozen, node.obj, digest)


def content(node: Node, *, complete: bool = False) -> Any:
    """What the kernel needs to change its own: what is new, or everything. Raises NotReplaceableError."""
    return node.kind.content(node.obj, None if complete or node.whole else node.frozen)


def follow(path: Path, root: Any) -> Any:
    """The object that a path leads to from its variable's value. Raises MissingReferenceError."""
    expected, name, *steps = path
    obj = root
    try:
        for step in steps:
            obj = _step(obj, step)
    except (LookupError, AttributeError, TypeError) as error:
        raise MissingReferenceError(f"{name} has changed here meanwhile ({error})") from error
    if type(obj).__qualname__ != expected:
        raise MissingReferenceError(f"{name} has changed here meanwhile (a {type(obj).__qualname__}, not {expected})")
    return obj


def _step(obj: Any, step: Step) -> Any:
    what, *where = step
    if what == ".":
        return (vars(obj) if isinstance(obj, (type, FunctionType)) else own_attributes(obj))[where[0]]
    return _STEPS[what](obj, *where)


def _get(obj: Any, name: str, *item: Any) -> Any:
    value = getattr(obj, name)
    return value[item[0]] if item else value


_STEPS: dict[str, Any] = {
    "[": lambda obj, index: obj[index],
    "k": lambda obj, index: list(dict.keys(obj))[index],
    "v": lambda obj, index: list(dict.values(obj))[index],
    "class": type,
    "base": lambda cls, index: cls.__bases__[index],
    "cell": lambda function, index: function.__closure__[index],
    "content": lambda cell: cell.cell_contents,
    "default": lambda function, index: function.__defaults__[index],
    "kwdefault": lambda function, name: function.__kwdefaults__[name],
    "get": _get,
}
