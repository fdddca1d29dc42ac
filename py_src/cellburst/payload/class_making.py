"""Making the like of a notebook's class, without running again what ran when it was defined.

Its metaclass, the `__init_subclass__` of its bases and the `__set_name__` of its attributes have done their work
in the process that defined it; what they did comes with the class. What libraries do for their own subclasses is
done here too, since their registers do not travel.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import EnumMeta
from typing import Any

import cloudpickle  # type: ignore[import-untyped]

from cellburst.payload import class_state
from cellburst.payload.class_state import is_notebooks

_one_at_a_time = threading.RLock()


def arguments_for(cls: type) -> tuple[Any, ...]:
    """What ``make_class`` needs."""
    own = class_state.dict_of(cls)
    body: dict[str, Any] = {name: own[name] for name in ("__module__", "__orig_bases__") if name in own}
    if (slots := class_state.slots_of(cls)) is not None:
        body["__slots__"] = slots
    if "__dict__" in own and isinstance(own["__dict__"], property):
        body["__dict__"] = own["__dict__"]
    members = [(name, class_state.raw_of(member)) for name, member in _distinct(class_state.members_of(cls))]
    member_type = own.get("_member_type_") if isinstance(cls, EnumMeta) else None
    identity = cloudpickle.cloudpickle._get_or_create_tracker_id(cls)
    bases = class_state.bases_of(cls)
    return type(cls), class_state.names_of(cls), bases, body, (member_type, members), identity


def make_class(
    meta: type,
    names: tuple[str, str],
    bases: tuple[type, ...],
    body: dict[str, Any],
    enumeration: tuple[Any, list[tuple[str | None, tuple[Any, ...]]]],
    identity: str,
) -> type:
    """A class that still lacks its attributes; the one that is here already if it is."""
    known = cloudpickle.cloudpickle._DYNAMIC_CLASS_TRACKER_BY_ID.get(identity)
    if known is not None:
        return known  # type: ignore[no-any-return]
    with _one_at_a_time, _hooks_suppressed(bases):
        made = _make(meta, names[0], bases, body)
    class_state.set_names(made, names)
    member_type, members = enumeration
    if member_type is not None:
        _make_members(made, member_type, members)
    return cloudpickle.cloudpickle._lookup_class_or_track(identity, made)  # type: ignore[no-any-return]


def _make(meta: type, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
    maker: Any = next(one for one in type.__dict__["__mro__"].__get__(meta) if not _has_done_its_work(one))
    prepare = getattr(maker.__prepare__, "__func__", None)
    namespace = {} if prepare is None else prepare(meta, name, bases)
    namespace.update(body)
    made: type = maker.__new__(meta, name, bases, namespace)
    if maker is not type:
        maker.__init__(made, name, bases, namespace)
    return made


def _has_done_its_work(meta: type) -> bool:
    """Whether all that a metaclass does is in the classes that it made."""
    return is_notebooks(meta) or meta.__module__ in ("enum", "typing", "typing_extensions")


def make_like(cls: type, state: class_state.ClassState) -> None:
    """Give a class all attributes, in their order, and take away what it has besides."""
    class_state.set_bases(cls, state.bases)
    class_state.set_names(cls, state.names)
    own = class_state.dict_of(cls)
    for name in [name for name in own if name not in state.order and class_state.is_attribute(cls, own, name)]:
        class_state.delete_attribute(cls, name)
    for name, value in state.attributes.items():
        if name not in own or own[name] is not value:
            class_state.set_attribute(cls, name, value)
    class_state.put_in_order(cls, state.order)
    class_state.register(cls, state.registered)
    class_state.add_values(cls, state.values)


@contextmanager
def _hooks_suppressed(bases: tuple[type, ...]) -> Iterator[None]:
    """No `__init_subclass__` that the notebook has defined runs inside."""
    hooks = []
    for cls in dict.fromkeys(cls for base in bases for cls in type.__dict__["__mro__"].__get__(base)):
        if is_notebooks(cls) and "__init_subclass__" in (own := class_state.dict_of(cls)):
            hooks.append((cls, own["__init_subclass__"]))
    for cls, _ in hooks:
        type.__setattr__(cls, "__init_subclass__", _nothing)
    try:
        yield
    finally:
        for cls, hook in hooks:
            type.__setattr__(cls, "__init_subclass__", hook)


_nothing = classmethod(lambda cls, **_: None)


# Members of enumerations


def _distinct(members: list[tuple[str | None, Any]]) -> list[tuple[str | None, Any]]:
    """Each member once, under its first name."""
    return list({id(member): (name, member) for name, member in reversed(members)}.values())[::-1]


def _make_members(cls: type, member_type: Any, members: list[tuple[str | None, tuple[Any, ...]]]) -> None:
    make: Any = class_state.library_base(member_type).__new__
    made = [make(cls, *raw) for _, raw in members]
    type.__setattr__(cls, "_member_map_", {})
    type.__setattr__(cls, "_value2member_map_", {})
    type.__setattr__(cls, "_cellburst_members_", made)


def member_state(cls: type) -> dict[str, Any] | None:
    """What belongs to the members of an enumeration, for ``fill_members``; None for other classes."""
    if not isinstance(cls, EnumMeta) or "_member_map_" not in class_state.dict_of(cls):
        return None
    members = class_state.members_of(cls)
    distinct = [member for _, member in _distinct(members)]
    numbers = {id(member): number for number, member in enumerate(distinct)}
    own = class_state.dict_of(cls)
    return {
        "named": [(name, numbers[id(member)]) for name, member in own["_member_map_"].items()],
        "valued": [(value, numbers[id(member)]) for value, member in own["_value2member_map_"].items()],
        "names": list(own.get("_member_names_", ())),
        "more": {name: own[name] for name in _FURTHER if name in own},
        "entries": {name: own[name] for name in own["_member_map_"] if name in own and id(own[name]) not in numbers},
        "attributes": [dict(object.__getattribute__(member, "__dict__")) for member in distinct],
    }


_FURTHER = ("_unhashable_values_", "_unhashable_values_map_", "_hashable_values_")


def fill_members(cls: type, state: dict[str, Any]) -> None:
    """Give the members of an enumeration their names, values and attributes."""
    own = class_state.dict_of(cls)
    members = own.get("_cellburst_members_")
    if members is None:
        return  # it was here: members stay what they are
    type.__delattr__(cls, "_cellburst_members_")
    for member, attributes in zip(members, state["attributes"], strict=True):
        object.__getattribute__(member, "__dict__").update(attributes)
    own["_member_map_"].update({name: members[number] for name, number in state["named"]})
    own["_value2member_map_"].update({value: members[number] for value, number in state["valued"]})
    type.__setattr__(cls, "_member_names_", state["names"])
    for name, value in state["more"].items():
        type.__setattr__(cls, name, value)
    for name, number in state["named"]:
        type.__setattr__(cls, name, state["entries"].get(name, members[number]))


def reduce_member(member: Any) -> tuple[Any, ...] | None:
    """How to pickle a member of a notebook's enumeration; None if its class does not know it."""
    cls = type(member)
    known = [one for _, one in _distinct(class_state.members_of(cls))]
    for number, one in enumerate(known):
        if one is member:
            attributes = object.__getattribute__(member, "__dict__")
            return find_member, (cls, attributes.get("_name_"), attributes.get("_value_"), number)
    return None


def find_member(cls: Any, name: str | None, value: Any, number: int) -> Any:
    """The member that ``reduce_member`` meant."""
    own = class_state.dict_of(cls)
    if (made := own.get("_cellburst_members_")) is not None:
        return made[number]
    if name in own["_member_map_"]:
        return own["_member_map_"][name]
    return cls(value)
