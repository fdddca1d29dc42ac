"""What a notebook's class consists of, read without running any of the notebook's code."""

from __future__ import annotations

import abc
import gc
from collections.abc import Mapping
from enum import EnumMeta
from types import GetSetDescriptorType, MemberDescriptorType, WrapperDescriptorType
from typing import Any, NamedTuple

# What Python itself keeps there, or what copyreg remembers.
_KEPT_ELSEWHERE = frozenset({"_abc_impl", "__slotnames__", "__annotations_cache__", "__annotate_func__"})
_ENUM_MAPS = frozenset({"_member_map_", "_value2member_map_", "_unhashable_values_", "_unhashable_values_map_"})
_ENUM_MAPS_AND_NAMES = _ENUM_MAPS | {"_hashable_values_", "_member_names_"}
_BASES = type.__dict__["__bases__"]
_QUALNAME = type.__dict__["__qualname__"]
_NAME = type.__dict__["__name__"]


class ClassState(NamedTuple):
    """All that can be changed of a class; ``order`` has the names of its `__dict__` as they are listed."""

    attributes: dict[str, Any]
    order: tuple[str, ...]
    bases: tuple[type, ...]
    names: tuple[str, str]
    registered: tuple[type, ...]
    values: tuple[Any, ...]  # of members of an enumeration that have no name of their own, such as `A | B`


def read(cls: type) -> ClassState:
    """How the class is now."""
    own = dict_of(cls)
    attributes = {"".join(name): value for name, value in own.items() if is_attribute(cls, own, name)}
    order = tuple("".join(name) for name in own if name not in _KEPT_ELSEWHERE or name == "_abc_impl")
    return ClassState(attributes, order, bases_of(cls), names_of(cls), registered_with(cls), values_of(cls))


def dict_of(cls: type) -> Mapping[str, Any]:
    """The class's own `__dict__`, past any attribute of that name that it or its metaclass may have."""
    return type.__dict__["__dict__"].__get__(cls)  # type: ignore[no-any-return]


def bases_of(cls: type) -> tuple[type, ...]:
    """Its bases."""
    return _BASES.__get__(cls)  # type: ignore[no-any-return]


def names_of(cls: type) -> tuple[str, str]:
    """Its `__name__` and `__qualname__`."""
    return _NAME.__get__(cls), _QUALNAME.__get__(cls)


def is_attribute(cls: type, own: Mapping[str, Any], name: str) -> bool:
    """Whether that entry is one that somebody has put there, and not what making the class did."""
    if name in _KEPT_ELSEWHERE:
        return False
    value = own[name]
    if is_slot(cls, value) or (name in ("__dict__", "__weakref__") and type(value) is GetSetDescriptorType):
        return False
    if isinstance(cls, EnumMeta):
        return name not in _ENUM_MAPS_AND_NAMES and name not in own.get("_member_map_", ())
    return True


def is_slot(cls: type, value: Any) -> bool:
    """Whether this is what stands for one of the class's own slots."""
    return type(value) is MemberDescriptorType and value.__objclass__ is cls


def slots_of(cls: type) -> tuple[str, ...] | None:
    """The slots it was made with, under the names they are stored by; None for a class without `__slots__`."""
    own = dict_of(cls)
    found = [name for name, value in own.items() if is_slot(cls, value)]
    if not found and "__slots__" not in own:
        return None
    found += [name for name in ("__dict__", "__weakref__") if type(own.get(name)) is GetSetDescriptorType]
    return tuple("".join(name) for name in found)


def registered_with(cls: type) -> tuple[type, ...]:
    """The classes that were registered as its virtual subclasses."""
    if not issubclass(type(cls), abc.ABCMeta) or "_abc_impl" not in dict_of(cls):
        return ()
    alive = [one for ref in abc._get_dump(cls)[0] if (one := ref()) is not None]  # type: ignore[attr-defined]
    return tuple(sorted(alive, key=lambda one: (one.__module__, one.__qualname__)))


def members_of(cls: type) -> list[tuple[str | None, Any]]:
    """The members of an enumeration, by name; those that are only known by their value, such as `A | B`, have none."""
    if not isinstance(cls, EnumMeta):
        return []
    named = dict(dict_of(cls).get("_member_map_", {}))
    known = {id(member) for member in named.values()}
    others = [one for one in dict_of(cls).get("_value2member_map_", {}).values() if id(one) not in known]
    return [*named.items(), *((None, one) for one in others)]


def raw_of(member: Any) -> tuple[Any, ...]:
    """What the library's type that a member is based on was made of, such as its number."""
    base: Any = library_base(dict_of(type(member)).get("_member_type_", object))
    if base is object:
        return ()
    return tuple(base.__getnewargs__(member) if hasattr(base, "__getnewargs__") else base.__reduce__(member)[1])


def values_of(cls: type) -> tuple[Any, ...]:
    """The values of an enumeration's members that have no name of their own."""
    unnamed = (member for name, member in members_of(cls) if name is None)
    return tuple(object.__getattribute__(member, "__dict__").get("_value_") for member in unnamed)


def add_values(cls: Any, values: tuple[Any, ...]) -> None:
    """Let an enumeration know members by these values too."""
    for value in values:
        if value not in dict_of(cls)["_value2member_map_"]:
            cls(value)


def library_base(cls: type) -> type:
    """The first of a class and its bases that was not defined in the notebook."""
    found: type = next(one for one in type.__dict__["__mro__"].__get__(cls) if not is_notebooks(one))
    return found


def is_notebooks(cls: type) -> bool:
    """Whether a class travels by value: it was defined in the notebook or inside a function."""
    return cls.__module__ == "__main__" or "<locals>" in cls.__qualname__


def real_dict(cls: type) -> dict[str, Any] | None:
    """The dictionary behind the class's `__dict__`, which is not to be had otherwise."""
    found = gc.get_referents(dict_of(cls))
    return found[0] if len(found) == 1 and type(found[0]) is dict else None


def put_in_order(cls: type, order: tuple[str, ...]) -> None:
    """List the attributes as they are listed where the class comes from."""
    own = dict_of(cls)
    if tuple(own) == order:
        return
    real = real_dict(cls)
    if real is None or real.keys() != own.keys():
        return
    for name in order:
        if name in real:
            real[name] = real.pop(name)


def set_attribute(cls: type, name: str, value: Any) -> None:
    """Put an attribute into a class, past what its metaclass would do with it."""
    if name in _READ_ONLY or _is_intercepted(type(cls), name):
        real = real_dict(cls)
        if real is not None:
            real[name] = value
            type.__setattr__(cls, "__doc__", dict_of(cls).get("__doc__"))  # so that Python forgets what it looked up
        return
    type.__setattr__(cls, name, value)


def delete_attribute(cls: type, name: str) -> None:
    """Take an attribute out of a class, past what its metaclass would do about it."""
    if name not in dict_of(cls):
        return
    if _is_intercepted(type(cls), name):
        if (real := real_dict(cls)) is not None:
            del real[name]
        return
    type.__delattr__(cls, name)


_READ_ONLY = frozenset({"__dict__", "__mro__", "__base__", "__basicsize__", "__weakrefoffset__", "__name__"})


def _is_intercepted(meta: type, name: str) -> bool:
    for one in type.__dict__["__mro__"].__get__(meta):
        if one in (type, object):
            return False
        found = dict_of(one).get(name)
        if found is not None and type(found) is not WrapperDescriptorType and hasattr(type(found), "__set__"):
            return True
    return False


def set_bases(cls: type, bases: tuple[type, ...]) -> None:
    """Give a class other bases. Raises TypeError where Python does."""
    if bases_of(cls) != bases:
        _BASES.__set__(cls, bases)


def set_names(cls: type, names: tuple[str, str]) -> None:
    """Give it another `__name__` and `__qualname__`."""
    name, qualname = names
    if _NAME.__get__(cls) != name:
        _NAME.__set__(cls, name)
    if _QUALNAME.__get__(cls) != qualname:
        _QUALNAME.__set__(cls, qualname)


def register(cls: type, others: tuple[type, ...]) -> None:
    """Make others its virtual subclasses."""
    present = {id(one) for one in registered_with(cls)}
    for other in others:
        if id(other) not in present:
            abc.ABCMeta.register(cls, other)  # type: ignore[arg-type]
