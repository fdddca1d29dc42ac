"""Containers: what is in them, in order."""

from __future__ import annotations

import array
import collections
import types
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .atoms import token, type_name

if TYPE_CHECKING:
    from .walk import Walk

_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    kind = type(obj)
    if kind in (list, tuple):
        return f"{kind.__name__} {items(walk, path, obj)}"
    if kind is collections.deque:
        return f"deque maxlen={obj.maxlen} {items(walk, path, list(obj))}"
    if kind is dict and id(obj) in walk.namespaces:
        return f"globals {pairs(walk, path, dict(sorted(obj.items())), left_out=('__builtins__',))}"
    if kind in (dict, collections.OrderedDict, collections.Counter):
        return f"{kind.__name__} {pairs(walk, path, obj)}"
    if kind is collections.defaultdict:
        default = walk.child(f"{path}.default_factory", obj.default_factory)
        return f"defaultdict {default} {pairs(walk, path, obj)}"
    if kind is types.MappingProxyType:
        return f"mappingproxy {pairs(walk, path, dict(obj))}"
    if kind is collections.ChainMap:
        return f"ChainMap {walk.child(f'{path}.maps', obj.maps)}"
    if kind in (set, frozenset):
        return members(walk, path, obj)
    if kind is array.array:
        walk.weigh(len(obj) * obj.itemsize)
        return f"array {obj.typecode!r} {obj.tolist()!r}"
    if kind in _VIEWS:
        return f"{kind.__name__} {items(walk, path, list(obj))}"
    return None


def items(walk: Walk, path: str, found: Iterable[Any]) -> str:
    """The items of a sequence; those that are no atoms have places of their own."""
    texts = [walk.child(f"{path}[{number}]", item, flat=True) for number, item in enumerate(found)]
    walk.weigh(8 * len(texts))
    return f"({len(texts)}) [{', '.join(texts)}]"


def attributes(walk: Walk, path: str, found: dict[Any, Any], *, left_out: Iterable[str] = ()) -> str:
    """What an object's ``__dict__`` holds, in its order."""
    return pairs(walk, path, found, left_out=left_out, spelled="{path}.{key}")


def pairs(
    walk: Walk, path: str, found: dict[Any, Any], *, left_out: Iterable[str] = (), spelled: str = "{path}[{key!r}]"
) -> str:
    """Keys and values of a dict, in its order; ``spelled`` is how the place of a text's value is called."""
    without = frozenset(left_out)
    texts = []
    ordered = collections.OrderedDict if issubclass(type(found), collections.OrderedDict) else dict
    for number, (key, value) in enumerate(list(ordered.items(found))):
        known = token(key, flat=True)
        if known is None:
            written = walk.child(f"{path}.key({number})", key)
            place = f"{path}.value({number})"
        else:
            if type(key) is str and key in without:
                continue
            written = known
            place = spelled.format(path=path, key=key) if type(key) is str else f"{path}[{known}]"
        texts.append(f"{written}: {walk.child(place, value, flat=True)}")
    walk.weigh(16 * len(texts))
    return f"({len(texts)}) {{{', '.join(texts)}}}"


def members(walk: Walk, path: str, found: Any) -> str:
    """What is in a set; the order in which it comes is a place of its own."""
    texts = [walk.child(f"{path}{{{number}}}", item, flat=True) for number, item in enumerate(list(found))]
    walk.weigh(32 * len(texts))
    if len(texts) > 1:
        walk.note(f"{path}<order>", ", ".join(texts))
    return f"{type_name(type(found))} ({len(texts)}) {{{', '.join(sorted(texts))}}}"
