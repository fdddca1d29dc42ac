"""Sets, whose members are named by their number in the order of the side that sent them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cellburst.payload import orders, weak
from cellburst.payload.kinds import Judge, Kind, Part, attribute_changes, same_attributes, set_attributes
from cellburst.payload.kinds_objects import ATOMS, attribute_parts, attributes_of, only_atoms


def _parts(obj: Any) -> Iterable[Part]:
    members = orders.of(obj) or ()
    yield from ((("member", i), part) for i, part in enumerate(members) if type(part) not in ATOMS)
    yield from attribute_parts(obj)


def _judged(obj: Any, judge: Judge) -> Any:
    """A digest of members that no path leads to, so that none of them is judged by itself."""
    return None if only_atoms(obj) or orders.of(obj) is not None else judge(obj)


def _freeze(obj: Any, judge: Judge) -> Any:
    return set(obj), _judged(obj, judge), attributes_of(obj)


def _same(frozen: Any, obj: Any, judge: Judge) -> bool:
    members, digest, attributes = frozen
    return (
        len(members) == len(obj)
        and set(map(id, members)) == set(map(id, obj))
        and same_attributes(attributes, attributes_of(obj))
        and (digest is None or bool(digest == judge(obj)))
    )


def _content(obj: Any, frozen: Any) -> Any:
    return list(obj), attribute_changes(frozen and frozen[2], attributes_of(obj))


def _replace(obj: Any, content: Any) -> None:
    members, attributes = content
    set.clear(obj)
    set.update(obj, members)
    set_attributes(obj, attributes)


def _identities(frozen: list[Any], container: Any, _: Judge) -> bool:
    now = weak.content_of(container)
    return len(frozen) == len(now) and set(map(id, frozen)) == set(map(id, now))


def _weak_parts(container: Any) -> Iterable[Part]:
    if hasattr(container, "items"):
        held = enumerate(weak.content_of(container))
        yield from ((("held", i), part) for i, part in held if type(part) not in ATOMS)


SET = Kind("set", _freeze, _same, _content, _replace, _parts)
FROZEN_SET = Kind(
    "frozen set",
    lambda obj, judge: (_judged(obj, judge), attributes_of(obj)),
    lambda frozen, obj, judge: (
        (frozen[0] is None or bool(frozen[0] == judge(obj))) and same_attributes(frozen[1], attributes_of(obj))
    ),
    parts=_parts,
)
WEAK = Kind(
    "weak",
    lambda container, _: weak.content_of(container),
    _identities,
    lambda container, _: weak.content_of(container),
    weak.replace,
    _weak_parts,
)
