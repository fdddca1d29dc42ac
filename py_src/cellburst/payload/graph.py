"""The mutable objects that a namespace leads to, and the paths to them.

The worker's inputs are a copy of the kernel's, with the same shape; so a path such as ``model``, `.log`,
first item leads to the object in the one that it was copied from in the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from cellburst.payload.classify import KINDS_OF_TYPES, is_plain, kind_of
from cellburst.payload.kinds import Kind, Part, Step, by_digest, same_digest
from cellburst.payload.kinds_data import FIXED
from cellburst.payload.kinds_iterators import POSITION
from cellburst.payload.kinds_objects import INSTANCE, MAPPING, SEQUENCE
from cellburst.payload.kinds_sets import FROZEN_SET
from cellburst.payload.kinds_wrapping import TUPLE
from cellburst.payload.namespaces import Namespace
from cellburst.payload.paths import Path
from cellburst.payload.placeholders import Placeholder, reason_of
from cellburst.payload.reducers import has_shared_dict

MOST = 10_000  # objects below one name; the value of a name with more is judged as a whole
_ITSELF = ("",)  # the step to a variable's own value, which no path tells


class Node:
    """A mutable object of the inputs, or one that leads to some; ``parents`` are nodes, or names of variables."""

    __slots__ = ("frozen", "kind", "obj", "parents", "step", "type_name", "whole")

    def __init__(self, obj: Any, kind: Kind, parent: Node | str, step: Step) -> None:
        self.obj = obj
        self.kind = kind
        self.parents: list[Node | str] = [parent]
        self.step = step
        # now: an instance may change its class
        self.type_name = "" if kind is POSITION else _type_name(obj) if kind is FIXED else type(obj).__qualname__
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


def _type_name(obj: Any) -> str:
    """What the type of the object is called on the other side."""
    return reason_of(obj).kind if type(obj) is Placeholder else type(obj).__qualname__


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
    queue: deque[tuple[Node | str, list[Part]]] = deque([(name, [(_ITSELF, value)])])
    waiting = 1  # parts in the queue
    kind_at_once = KINDS_OF_TYPES.get
    while queue:
        parent, parts = queue.popleft()
        for step, obj in parts:
            waiting -= 1
            key = id(obj)
            known = below.get(key) or found.get(key)
            if known is not None:
                if step[0] != "root":  # a view does not lead to all of what it shows a part of
                    links.append((known, parent))
                continue
            kind = kind_at_once(type(obj)) or kind_of(obj, namespace)
            if kind is None or ((kind is TUPLE or kind is FROZEN_SET) and parent is not name and is_plain(obj)):
                continue
            node = below[key] = Node(obj, kind, parent, step)
            try:
                further: Any = kind.parts(obj)
                if type(further) is not list or len(further) > MOST:
                    further = list(islice(further, MOST))
            except Exception:  # an object with a mind of its own: judged with all that is inside
                node.whole, further = True, []
            if further:
                queue.append((node, further))
                waiting += len(further)
            if len(below) + waiting > MOST:
                return None
    return links


def shared_dicts(nodes: Mapping[int, Node]) -> Iterator[Node]:
    """Nodes for the `__dict__` of instances to which something else has come to refer."""
    for node in nodes.values():
        kind = node.kind
        if kind is not INSTANCE and kind is not MAPPING and kind is not SEQUENCE:
            continue
        if type(node.obj).__dictoffset__ and has_shared_dict(node.obj):
            yield Node(node.obj.__dict__, MAPPING, node, ("dict",))


def freeze(node: Node, digest: Any) -> None:
    """Remember how the object is."""
    node.frozen = (by_digest if node.whole else node.kind.freeze)(node.obj, digest)


def is_same(node: Node, digest: Any) -> bool:
    """Whether the object is as it was."""
    return (same_digest if node.whole else node.kind.same)(node.frozen, node.obj, digest)


def content(node: Node, *, complete: bool = False) -> Any:
    """What the kernel needs to change its own: what is new, or everything. Raises NotReplaceableError."""
    return node.kind.content(node.obj, None if complete or node.whole else node.frozen)
