"""In which order the sender's sets have their members, which each process puts into an order of its own.

A path to an object in a set is its number in the sender's order; so the receiver is told that order for every set
with members that are more than plain values. Where the order can be the same, it becomes so (``set_tables``).
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

from cellburst.payload import set_tables

_ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None)})
_LARGEST = 16 << 20  # bytes of a pickle that is searched for sets
_SMALL = 256 << 10  # bytes of one in which the sign for a frozen set is seldom something else
_SET, _FROZEN_SET = b"\x8f\x94(", b"\x91\x94"  # what pickle writes for those that it remembers

_MOST_FROZEN = 200  # frozen sets that are made in their order: each is one more look at all that was pickled before

_orders: dict[int, tuple[weakref.ref[Any], list[Any]]] = {}  # by the set's id


class Ordered:
    """Is pickled as ``obj``, together with the members of these sets in their order here.

    ``arranged`` are sets with the recipes for their tables.
    """

    def __init__(
        self,
        obj: Any,
        sets: Iterable[Any],
        arranged: Iterable[tuple[Any, set_tables.Recipe]] = (),
        frozen: Iterable[tuple[frozenset[Any], tuple[list[Any], bool]]] = (),
    ) -> None:
        self._obj = obj
        self._members = [(found, list(found)) for found in sets]
        self._arranged = [(found, tuple(recipe)) for found, recipe in arranged]
        self._frozen = [_Frozen(found, arguments) for found, arguments in frozen]

    def begin(self, pickler: Any) -> None:
        """This one will pickle it."""
        self._pickler = pickler

    def __reduce__(self) -> tuple[Any, ...]:
        if not self._frozen:
            return remember, (self._obj, self._members, self._arranged)
        made = [(one, _Alias(self._pickler, one)) for one in self._frozen]  # before what holds them
        return remember_all, (made, self._obj, self._members, self._arranged)


class _Frozen:
    """Is pickled as what makes a frozen set in its order."""

    def __init__(self, found: frozenset[Any], arguments: tuple[list[Any], bool]) -> None:
        self.found = found
        self._arguments = arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return set_tables.make_frozen, self._arguments


class _Alias:
    """Is pickled as None; from then on the pickler takes what was made by a ``_Frozen`` for the frozen set."""

    def __init__(self, pickler: Any, made: _Frozen) -> None:
        self._pickler = pickler
        self._made = made

    def __reduce__(self) -> tuple[Any, ...]:
        memo, found = self._pickler.memo.copy(), self._made.found
        if id(found) not in memo:
            memo[id(found)] = memo.pop(id(self._made))[0], found  # in its place, for places are counted
            self._pickler.memo = memo
        return type(None), ()


def sets_in(memo: Callable[[], dict[int, Any]], chunks: list[Any]) -> list[Any]:
    """The sets that were pickled. ``memo`` gives the pickler's memory."""
    chunks = [chunk for chunk in chunks if type(chunk) is bytes]  # others are the buffers of arrays
    size = sum(map(len, chunks))
    signs = (_SET, _FROZEN_SET) if size <= _SMALL else (_SET,)
    if size > _LARGEST or not any(sign in chunk for chunk in chunks for sign in signs):
        return []
    objects = list(map(itemgetter(1), memo().values()))
    kinds = {kind for kind in set(map(type, objects)) if issubclass(kind, (set, frozenset))}
    return [found for found in objects if type(found) in kinds]


def numbered(sets: Iterable[Any]) -> list[Any]:
    """Those whose members may be looked for."""
    return [found for found in sets if not _is_plain(found)]


def to_arrange(sets: Iterable[Any]) -> list[tuple[Any, set_tables.Recipe]]:
    """Those that would have another order on the other side and need not, with what to do."""
    recipes = ((found, set_tables.recipe_for(found)) for found in sets if type(found) is set)
    return [(found, recipe) for found, recipe in recipes if recipe is not None]


def to_freeze(sets: Iterable[Any]) -> list[tuple[frozenset[Any], tuple[list[Any], bool]]]:
    """The same for frozen sets, which have to be made so."""
    recipes = ((found, set_tables.frozen_recipe(found)) for found in sets if type(found) is frozenset)
    return [(found, recipe) for found, recipe in recipes if recipe is not None][:_MOST_FROZEN]


def remember(obj: Any, members: list[tuple[Any, list[Any]]], arranged: Iterable[tuple[Any, Any]] = ()) -> Any:
    """Keep the orders as long as the sets are there; what is returned is ``obj``."""
    for found, recipe in arranged:
        set_tables.arrange(found, set_tables.Recipe(*recipe))
    for found, order in members:
        _orders[id(found)] = weakref.ref(found, functools.partial(_forget, id(found))), order
    return obj


def remember_all(_made: Any, obj: Any, members: Any, arranged: Any) -> Any:
    """As ``remember``, with what had to be made first."""
    return remember(obj, members, arranged)


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
