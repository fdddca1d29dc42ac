"""Matplotlib's transforms: each tells those that depend on it when it changes, and knows them by their addresses.

Addresses are another process's after a journey, so it is the ones that depend who announce themselves again.
"""

from __future__ import annotations

import copyreg
import functools
import sys
from collections.abc import Iterable
from typing import Any

from cellburst.payload.steps import own_attributes

PARENTS = "_parents"
Node = Any


@functools.lru_cache(256)
def is_node(kind: Any) -> bool:
    """Whether instances are transforms that are pickled as matplotlib's own are."""
    transforms: Any = sys.modules.get("matplotlib.transforms")
    node = getattr(transforms, "TransformNode", None)
    if node is None or not issubclass(kind, node):
        return False
    return all(getattr(kind, name) is getattr(node, name) for name in ("__getstate__", "__setstate__", "__reduce_ex__"))


def reduce_node(node: Node, _: Any) -> Any:
    """As an object of its attributes, the transforms that it follows, and those that follow it unbeknownst to them."""
    state = attributes_of(node), followed(node), _strangers(node)
    return copyreg.__newobj__, (type(node),), state, None, None, set_node  # type: ignore[attr-defined]


def set_node(node: Node, state: tuple[dict[str, Any], list[Node], list[Node]]) -> None:
    """Give a transform what ``reduce_node`` took from one."""
    attributes, others, strangers = state
    node.__dict__.update(attributes)
    follow(node, others)
    for stranger in strangers:
        follow(stranger, [node])


def attributes_of(node: Node) -> dict[str, Any]:
    """All but who follows it."""
    found = own_attributes(node)
    found.pop(PARENTS, None)
    return found


def follow(node: Node, others: Iterable[Node]) -> None:
    """From now on the node is told when one of the others changes."""
    for one in (node, *others):
        vars(one).setdefault(PARENTS, {})  # it may get the rest of its state later
    node.set_children(*others)


def followed(node: Node) -> list[Node]:
    """The transforms among its attributes that tell it about their changes."""
    base: Any = sys.modules["matplotlib.transforms"]
    found = [value for value in vars(node).values() if isinstance(value, base.TransformNode)]
    return [value for value in found if id(node) in (vars(value).get(PARENTS) or ())]


def _strangers(node: Node) -> list[Node]:
    """Those that it tells about its changes and that do not have it among their attributes."""
    known = [found() for found in vars(node)[PARENTS].values()]
    return [one for one in known if one is not None and not any(value is node for value in vars(one).values())]
