"""In which order the sender's sets have their members, which each process puts into an order of its own.

A path to an object in a set is its number in the sender's order; so the receiver is told that order for every set
with members that are more than plain values.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable
from typing import Any

_ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None)})
_LARGEST = 16 << 20  # bytes of a pickle that is searched for sets
_SMALL = 256 << 10  # bytes of one in which the sign for a frozen set is seldom something else
_SET, _FROZEN_SET = b"\x8f\x94(", b"\x91\x94"  # what pickle writes for those that it remembers

_orders: dict[int, tuple[weakref.ref[Any], list[Any]]] = {}  # by the set's id


class Ordered:
    """Is pickled as ``obj``, together with the members of these sets in their order here."""

    def __init__(self, obj: Any, sets: Iterable[Any]) -> None:
        self._obj = obj
        self._members = [(found, list(found)) for found in sets]

    def __reduce__(self) -> tuple[Any, ...]:
        return remember, (self._obj, self._members)


def sets_in(memo: Callable[[], dict[int, Any]], chunks: list[Any]) -> list[Any]:
    """The sets that were pickled and whose members may be looked for. ``memo`` gives the pickler's memory."""
    chunks = [chunk for chunk in chunks if type(chunk) is bytes]  # others are the buffers of arrays
    size = sum(map(len, chunks))
    signs = (_SET, _FROZEN_SET) if size <= _SMALL else (_SET,)
    if size > _LARGEST or not any(sign in chunk for chunk in chunks for sign in signs):
        return []
    objects = [entry[1] for entry in memo().values()]
    return [found for found in objects if isinstance(found, (set, frozenset)) and not _is_plain(found)]


def remember(obj: Any, members: list[tuple[Any, list[Any]]]) -> Any:
    """Keep the orders as long as the sets are there; what is returned is ``obj``."""
    for found, order in members:
        _orders[id(found)] = weakref.ref(found, functools.partial(_forget, id(found))), order
    return obj


def _forget(key: int, _: Any) -> None:
    _orders.pop(key, None)


def of(found: Any) -> list[Any] | None:
    """The members of a set that came with its order, in that order; None for another, or when it has changed."""
    entry = _orders.get(id(found))
    there: Any = None if entry is None else entry[0]()
    if entry is None or there is not found or len(entry[1]) != len(found):
        return None
    return entry[1]


def _is_plain(found: Any) -> bool:
    kinds = set(map(type, found)) - _ATOMS
    if not kinds:
        return True
    return kinds == {tuple} and all(set(map(type, part)) <= _ATOMS for part in found if type(part) is tuple)
