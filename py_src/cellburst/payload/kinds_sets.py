"""Sets, whose members are named by their number in the order of the side that sent them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cellburst.payload import orders, set_tables, weak
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
    return list(obj), _judged(obj, judge), attributes_of(obj)


def _same(frozen: Any, obj: Any, judge: Judge) -> bool:
    members, digest, attributes = frozen
    return (
        len(members) == len(obj)
        and _same_members(members, obj)
        and same_attributes(attributes, attributes_of(obj))
        and (digest is None or bool(digest == judge(obj)))
    )


def _same_members(members: list[Any], obj: Any) -> bool:
    """Also in the same order, where that is more than an accident of this process."""
    before, now = list(map(id, members)), list(map(id, obj))
    return before == now or (set(before) == set(now) and not set_tables.has_steady_hashes(obj))


def _content(obj: Any, frozen: Any) -> Any:
    recipe = set_tables.recipe_for(obj)
    changes = attribute_changes(frozen and frozen[2], attributes_of(obj))
    return list(obj), None if recipe is None else tuple(recipe), changes


def _replace(obj: Any, content: Any) -> None:
    members, recipe, attributes = content
    set.clear(obj)
    set.update(obj, members)
    if recipe is not None:
        set_tables.arrange(obj, set_tables.Recipe(*recipe))
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
