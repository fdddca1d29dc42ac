"""Iterators that pickle still knows how to take apart: how far they are, and how to make the kernel's go as far."""

from __future__ import annotations

import gc
import itertools
import sys
from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import is_, length_hint
from typing import Any

from cellburst.payload.silence import no_warnings

_ENDED: dict[str, Callable[[], Any]] = {
    "list": lambda: iter([]),
    "tuple": lambda: iter(()),
    "text": lambda: iter(""),
    "wide text": lambda: iter("\u1234"),
    "bytes": lambda: iter(b""),
    "bytearray": lambda: iter(bytearray()),
    "array": lambda: iter(array("b")),
    "set": lambda: iter(set()),
    "reversed list": lambda: reversed([]),
    "reversed": lambda: reversed(()),
}
_ENDED_NAMES = {type(make()): name for name, make in _ENDED.items()}
_OVER_SEQUENCES: tuple[Any, ...] = (
    *(iter(range(1)), iter(range(1 << 70)), iter("\u1234"), iter({}), iter({}.values()), iter({}.items())),
    *(reversed({}), reversed({}.values()), reversed({}.items()), itertools.repeat(1, 1)),
)
PASSING = frozenset(
    {zip, map, filter, itertools.starmap, itertools.filterfalse, itertools.compress, itertools.zip_longest}
)
"""Types that only keep what they take from."""
STEPPING = frozenset(
    {
        *(itertools.chain, itertools.accumulate, itertools.takewhile, itertools.dropwhile, itertools.product),
        *(itertools.permutations, itertools.combinations, itertools.combinations_with_replacement),
    }
)
"""Types whose state, besides what they take from, can be set."""
_MAPPINGS: tuple[Any, ...] = ({}, OrderedDict())
OVER_DICT = frozenset(
    type(make(view))
    for mapping in _MAPPINGS
    for view in (mapping.keys(), mapping.values(), mapping.items())
    for make in (iter, reversed)
)
"""Types that go through a dictionary, in one direction or the other."""
POSITIONED = frozenset({*map(type, _OVER_SEQUENCES), *_ENDED_NAMES, *OVER_DICT})
"""Types that go through something that has a length."""
_TYPES = {kind.__name__: kind for kind in POSITIONED}
_IDS = {id(kind): name for name, kind in _TYPES.items()}
_MOST = 10_000_000  # steps that a count is taken further


def reduce(iterator: Any) -> Any:
    """As ``__reduce__``, without the warning of Python 3.12 and 3.13 that 3.14 has none for those of itertools."""
    with _quiet(iterator):
        return iterator.__reduce__()


def reduce_stepping(iterator: Any, _: Any) -> Any:
    """How to pickle one of itertools, so that unpickling warns as little as pickling."""
    reduced = reduce(iterator)
    return (*reduced, None, None, set_state) if len(reduced) == 3 else reduced


def set_state(iterator: Any, state: Any) -> None:
    """As ``__setstate__``, without that warning."""
    with _quiet(iterator):
        iterator.__setstate__(state)


@contextmanager
def _quiet(iterator: Any) -> Iterator[None]:
    if sys.version_info < (3, 12) or type(iterator).__module__ != "itertools":
        yield
        return
    with no_warnings():
        yield


def reduce_type(kind: type) -> Any:
    """How to pickle the type of an iterator, which has no name in any module; None for others."""
    name = _IDS.get(id(kind))
    return None if name is None else (type_named, (name,))


def type_named(name: str) -> type:
    """The type of iterator of that name."""
    return _TYPES[name]


def reduce_positioned(iterator: Any, _: Any) -> Any:
    """How to pickle one over a sequence, or a set: at its end it is still of its own type."""
    reduced = iterator.__reduce__()
    over = reduced[1][0] if len(reduced[1]) == 1 else None
    name = _ENDED_NAMES.get(type(iterator))
    if name == "set":
        return over_set, (over,)
    if name is not None and type(over) in (tuple, list, str) and not over and over is not _under(iterator):
        return ended, (name,)
    return reduced


def _under(iterator: Any) -> Any:
    """The sequence that it goes through; None if it has let go of it."""
    return next(iter(gc.get_referents(iterator)), None)


def ended(name: str) -> Any:
    """An iterator of that type that has come to its end."""
    made = _ENDED[name]()
    deque(made, 0)
    return made


def over_set(left: list[Any]) -> Any:
    """An iterator that gives just this in this order: over a set, if a set of this process has the same order."""
    for members in (left, reversed(left)):  # of two whose hashes collide the first keeps its place
        made = set(members)
        if all(map(is_, made, left)):
            return iter(made)
    return iter(left)


def reduce_over_dict(iterator: Any, _: Any) -> Any:
    """How to pickle one that goes through a dictionary; Python's own way makes it one that goes through a list."""
    mapping = next((part for part in gc.get_referents(iterator) if isinstance(part, dict)), None)
    left = _left(iterator)
    if mapping is None:
        mapping = OrderedDict() if type(iterator).__name__.startswith("odict_") else {}
    words = type(iterator).__name__
    if words == "odict_iterator":
        name, backwards = _way_through(mapping, reduce(iterator)[1][0])
    else:
        name = next(name for name in ("key", "value", "item") if name in words or name == "item") + "s"
        backwards = "reverse" in words
    return over_dict, (mapping, name, backwards, len(mapping) - left)


def _way_through(mapping: Any, left: list[Any]) -> tuple[str, bool]:
    """Of what, and whether backwards, an iterator over an `OrderedDict` gives this at last: its type does not tell."""
    for name in ("keys", "items", "values"):
        given = list(getattr(OrderedDict, name)(mapping))
        for backwards in (False, True):
            end = (given[::-1] if backwards else given)[len(given) - len(left) :]
            if len(end) == len(left) and all(map(_is_alike, end, left)):
                return name, backwards
    return "keys", False


def _is_alike(one: Any, other: Any) -> bool:
    return one is other or (
        type(one) is type(other) is tuple and len(one) == 2 == len(other) and all(map(is_, one, other))
    )


def over_dict(mapping: Any, name: str, backwards: bool, steps: int) -> Any:
    """An iterator over the "keys", "values" or "items" of a dictionary that has gone so many steps."""
    view = getattr(OrderedDict if isinstance(mapping, OrderedDict) else dict, name)(mapping)
    made = reversed(view) if backwards else iter(view)
    _skip(made, steps)
    return made


def state(iterator: Any) -> tuple[int | None, int]:
    """Its position, if it has one that can be set, and how many items are left; -1: nobody knows."""
    reduced = reduce(iterator)
    position = reduced[2] if len(reduced) > 2 and isinstance(reduced[2], int) else None
    return position, _left(iterator)


def _left(iterator: Any) -> int:
    """How many items are left; -1: nobody knows."""
    left = length_hint(iterator, -1)
    if left < 0 and type(iterator) in OVER_DICT:  # one over an `OrderedDict` does not say
        return len(reduce(iterator)[1][0])
    return left


def go_to(iterator: Any, position: int | None, left: int) -> None:
    """Make an iterator stand where another of its kind stands. Raises ValueError if it is farther already."""
    if position is not None and hasattr(iterator, "__setstate__"):
        iterator.__setstate__(position)
    elif left == 0:
        deque(iterator, 0)
    else:
        ahead = _left(iterator) - left
        if ahead < 0:
            raise ValueError("it has gone farther here meanwhile")
        _skip(iterator, ahead)


def count_to(counter: Any, value: Any) -> None:
    """Make a `count`, `enumerate` or `islice` stand at ``value``. Raises ValueError where it cannot."""
    now, step = _count_and_step(counter)
    if now is None:
        raise ValueError("it has come to its end here meanwhile")
    steps = (value - now) / step if step else 0
    if steps < 0 and isinstance(counter, itertools.cycle):
        steps += len(reduce(counter)[2][0])
    if steps != int(steps) or not 0 <= steps <= _MOST:
        raise ValueError("it has gone farther here meanwhile")
    _skip(counter, int(steps))


def counted(counter: Any) -> Any:
    """What a counter gives next, as a number; None if it has come to its end."""
    return _count_and_step(counter)[0]


def _count_and_step(counter: Any) -> tuple[Any, Any]:
    arguments = reduce(counter)[1]
    if isinstance(counter, itertools.count):
        return arguments[0], (*arguments, 1)[1]
    if isinstance(counter, enumerate):
        return arguments[1], 1
    if isinstance(counter, itertools.cycle):
        saved, again = reduce(counter)[2]
        return len(saved) + (len(saved) - length_hint(arguments[0]) if again else 0), 1
    return (arguments[1], arguments[3]) if len(arguments) > 3 else (None, 1)


def is_harmless(iterator: Any) -> bool:
    """Whether taking items from it runs no code of the user's."""
    if type(iterator) in POSITIONED or type(iterator) is itertools.count:
        return True
    if type(iterator) in (zip, enumerate, itertools.islice, itertools.cycle):
        return all(is_harmless(part) for part in reduce(iterator)[1] if hasattr(part, "__next__"))
    return False


def depth(iterator: Any) -> int:
    """How many iterators it takes from, one through the other, itself included."""
    parts = reduce(iterator)[1] if hasattr(iterator, "__next__") else ()
    return 1 + max((depth(part) for part in parts if hasattr(part, "__next__")), default=0)


def _skip(iterator: Any, steps: int) -> None:
    deque(itertools.islice(iterator, steps), 0)
