"""Iterators half consumed: the kernel's own goes on from where the cell left it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from cellburst.payload import iterators
from cellburst.payload.kinds import Kind, NotReplaceableError, Part, by_digest, same_digest
from cellburst.payload.kinds_objects import ATOMS


def _parts(iterator: Any) -> Iterable[Part]:
    reduced = iterators.reduce(iterator)
    yield from ((("reduced", i), part) for i, part in enumerate(reduced[1]) if type(part) not in ATOMS)


def _count_content(counter: Any, _: Any) -> Any:
    now = iterators.counted(counter)
    if now is None or not iterators.is_harmless(counter):
        raise NotReplaceableError
    return now, iterators.depth(counter)


def _stepping_content(iterator: Any, _: Any) -> Any:
    reduced = iterators.reduce(iterator)
    if len(reduced) != 3:
        raise NotReplaceableError
    return reduced[2]


POSITION = Kind(
    "position",
    lambda iterator, _: iterators.state(iterator),
    lambda frozen, iterator, _: bool(frozen == iterators.state(iterator)),
    lambda iterator, _: iterators.state(iterator),
    lambda iterator, content: iterators.go_to(iterator, *content),
    _parts,
)
COUNTER = Kind(
    "counter",
    lambda counter, _: iterators.counted(counter),
    lambda frozen, counter, _: bool(frozen == iterators.counted(counter)),
    _count_content,
    lambda counter, content: iterators.count_to(counter, content[0]),
    _parts,
)
PASSING = Kind("passing", lambda *_: None, lambda *_: True, parts=_parts)
STEPPING = Kind("stepping", by_digest, same_digest, _stepping_content, iterators.set_state, _parts)
UNSETTABLE = Kind("unsettable", by_digest, same_digest)


def iterator_kind(kind: type) -> Kind | None:
    """The kind of an iterator of Python's own that is understood; None for others."""
    if kind in iterators.POSITIONED:
        return POSITION
    if kind in iterators.PASSING:
        return PASSING
    if kind in (enumerate, itertools.count, itertools.islice, itertools.cycle):
        return COUNTER
    if kind in iterators.STEPPING:
        return STEPPING
    return UNSETTABLE if kind.__module__ == "itertools" else None
