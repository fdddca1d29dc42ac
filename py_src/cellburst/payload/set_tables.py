"""The order in which a set iterates: that of its hash table, which depends on the table's size and on its history.

A pickle has only the members, so that a set that was larger once, or had members that collided, would iterate otherwise
on the other side. Here is found how to make one that iterates the same, and it is made. Only sets whose members have
the same hash in all processes can be: numbers, and tuples and frozen sets of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

MOST = 20_000  # members of a set that is looked at
_MOST_INFERRED = 5000  # members of one whose table is inferred in Python
_SMALLEST = 8  # entries
_ENTRY = 16  # bytes
_LINEAR_PROBES = 9
_PROBES = 24  # places of one member that are looked at
_SHIFT = 5
_PADDING = 0x5CE1_1B00_0000  # numbers that are seldom in a set
_WORD = (1 << 64) - 1
_NUMBERS = frozenset({int, bool, float, complex} | ({type(None)} if sys.version_info >= (3, 12) else set()))
_HOLDERS: frozenset[type] = frozenset({tuple, frozenset})
_REAL = _HOLDERS | {int, bool, type(None)}
_OF_NUMPY = frozenset(f"{kind}{bits}" for kind in ("int", "uint", "float") for bits in (8, 16, 32, 64))


class Recipe(NamedTuple):
    """A table of so many entries; the members as numbers in the pickled set's order, in the order of their insertion.

    ``sequence`` None is the order of iteration, ``~place`` a number that goes to this place of the table and is
    discarded in the end.
    """

    table: int
    order: tuple[int, ...]
    sequence: tuple[int, ...] | None


def has_steady_hashes(found: Any) -> bool:
    """Whether all members have the same hash in every process."""
    kinds = set(map(type, found))
    others = kinds - _NUMBERS - _HOLDERS
    if any(kind.__module__ != "numpy" or kind.__name__ not in _OF_NUMPY for kind in others):
        return False
    if not kinds <= _REAL and not all(part == part for part in found):  # of what is not itself, the hash is its address
        return False
    if not kinds & _HOLDERS:
        return True
    return has_steady_hashes(list(chain.from_iterable(part for part in found if type(part) in _HOLDERS)))


def recipe_for(found: set[Any] | frozenset[Any]) -> Recipe | None:
    """How to make a set that iterates like this one; None if the one that pickle makes does, or if none was found."""
    if not 1 < len(found) <= MOST or not has_steady_hashes(found):
        return None
    order = list(set.__iter__(found) if isinstance(found, set) else frozenset.__iter__(found))
    pickled = set(order)
    table = _table_of(found)
    if _table_of(pickled) == table and list(pickled) == order:
        return None
    numbers = {member: number for number, member in enumerate(pickled)}
    there = tuple(map(numbers.__getitem__, order))
    wanted = order, table
    for sequence in _tries(order, table):
        recipe = Recipe(table, there, None if sequence is None else tuple(sequence))
        made = set(order)
        arrange(made, recipe)
        if (list(made), _table_of(made)) == wanted:
            return recipe
    return None


def frozen_recipe(found: frozenset[Any]) -> tuple[list[Any], bool] | None:
    """The arguments of ``make_frozen`` for one that iterates like this; None as in ``recipe_for``."""
    if not 1 < len(found) <= MOST or not has_steady_hashes(found):
        return None
    order, table = list(found), _table_of(found)
    for at_once in (False, True):
        for sequence in (None, *_tries(order, table)):
            members = order if sequence is None else [order[number] for number in sequence if number >= 0]
            made = make_frozen(members, at_once)
            if _table_of(made) != table:
                break
            if list(made) == order:
                return None if sequence is None and not at_once else (members, at_once)
    return None


def make_frozen(members: list[Any], at_once: bool) -> frozenset[Any]:
    """From members in the order of their insertion; with room for all ``at_once``, as the copy of a set has."""
    return frozenset(dict.fromkeys(members) if at_once else members)


def arrange(found: set[Any], recipe: Recipe) -> None:
    """Put the members of a set, as pickle has made it, into the order of the recipe."""
    members = list(set.__iter__(found))
    if len(members) != len(recipe.order):  # a member is another on this side
        return
    order = [members[number] for number in recipe.order]
    aside: list[Any] = []
    if recipe.sequence is not None:
        aside = _fillers(recipe, set(members))
        others = iter(aside)
        order = [order[number] if number >= 0 else next(others) for number in recipe.sequence]
    first = order[: max(recipe.table // 2 - 1, 0)] if recipe.table > _SMALLEST else []
    padding = max(0, recipe.table // 4 - len(first), 5 - len(first)) if first else 0
    pads = [_PADDING + number for number in range(padding)]
    set.clear(found)
    if not set(pads).isdisjoint(members):
        pads = []
    set.update(found, dict.fromkeys([*first, *pads]))  # a dictionary makes room at once
    set.update(found, order[len(first) :])
    for number in (*aside, *pads):  # difference_update would make another table
        set.discard(found, number)


def _fillers(recipe: Recipe, members: set[Any]) -> list[int]:
    found = []
    for number in recipe.sequence or ():
        if number < 0:
            filler = ~number
            while filler in members:
                filler += recipe.table
            found.append(filler)
    return found


def _table_of(found: Any) -> int:
    """The number of its entries."""
    if isinstance(found, set):
        size = set.__sizeof__(found) - set.__sizeof__(_NONE)
    else:
        size = frozenset.__sizeof__(found) - frozenset.__sizeof__(_NO_FROZEN)
    return size // _ENTRY or _SMALLEST


_NONE: set[Any] = set()
_NO_FROZEN: frozenset[Any] = frozenset()


def _tries(order: list[Any], table: int) -> Iterator[Sequence[int] | None]:
    yield None
    if len(order) > _MOST_INFERRED:
        return
    paths = [_path(hash(member), table) for member in order]
    for places in (_nearest(paths), _cheapest(paths)):
        if places is not None:
            yield _insertion(paths, places)


def _path(hashed: int, table: int) -> list[int]:
    """The places at which a member is looked for, the first ones."""
    mask = table - 1
    perturb = hashed & _WORD
    place = perturb & mask
    found: list[int] = []
    while len(found) < _PROBES:
        last = place + _LINEAR_PROBES if place + _LINEAR_PROBES <= mask else place
        found += range(place, last + 1)
        perturb >>= _SHIFT
        place = (place * 5 + 1 + perturb) & mask
    return found


def _nearest(paths: list[list[int]]) -> list[int] | None:
    """Places in rising order, each the first of its path that is free of those before."""
    before, places = -1, []
    for path in paths:
        place = next((place for place in path if place > before), None)
        if place is None:
            return None
        places.append(place)
        before = place
    return places


def _cheapest(paths: list[list[int]]) -> list[int] | None:
    """Places in rising order with the fewest steps along the paths in all."""
    ends: list[tuple[int, int, Any]] = [(-1, 0, None)]  # place, steps, what is before: rising places, falling steps
    for path in paths:
        new: list[tuple[int, int, Any]] = []
        best: Any = None
        waiting = iter(ends)
        following = next(waiting, None)
        for place, steps in sorted({place: step for step, place in reversed(list(enumerate(path)))}.items()):
            while following is not None and following[0] < place:
                best = following if best is None or following[1] <= best[1] else best
                following = next(waiting, None)
            if best is not None and (not new or best[1] + steps < new[-1][1]):
                new.append((place, best[1] + steps, best))
        if not new:
            return None
        ends = new
    places, end = [], ends[-1]
    while end[2] is not None:
        places.append(end[0])
        end = end[2]
    return places[::-1]


def _insertion(paths: list[list[int]], places: list[int]) -> list[int]:
    """The members as numbers, each after those that are in its way; ``~place`` where nothing is in its way."""
    at = {place: number for number, place in enumerate(places)}
    found: dict[int, None] = {}
    entered: set[int] = set()
    for start in range(len(places)):
        waiting = [start]
        while waiting:
            number = waiting[-1]
            if number in found:
                waiting.pop()
                continue
            path = paths[number]
            ahead = [at.get(place, ~place) for place in path[: path.index(places[number])]]
            found.update(dict.fromkeys(one for one in ahead if one < 0))
            blocking = [one for one in ahead if one >= 0 and one not in found and one not in entered]
            if blocking and number not in entered:
                entered.add(number)
                waiting += blocking
            else:
                found[number] = None
                waiting.pop()
    return list(found)
