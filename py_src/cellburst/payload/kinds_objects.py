"""Lists, dicts, deques, sets, instances, and their subclasses."""

from __future__ import annotations

import functools
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Collection, Iterable
from itertools import chain
from operator import is_
from types import BuiltinMethodType, GetSetDescriptorType, MethodType
from typing import Any

from cellburst.payload.kinds import (
    Judge,
    Kind,
    Part,
    attribute_changes,
    same_attributes,
    set_attributes,
    set_state,
)
from cellburst.payload.log_handlers import OWN_TO_A_PROCESS, is_handler
from cellburst.payload.reducers import REFERENCES, has_shared_dict
from cellburst.payload.steps import has_own_state, own_attributes, slot_names

ATOMS = frozenset(
    {int, float, bool, str, bytes, complex, type(None), type(Ellipsis), type(NotImplemented), range, slice}
)
_BARE = frozenset({list, dict, deque, set, frozenset, tuple, MethodType, BuiltinMethodType})
_read = object.__getattribute__
_plain_types: set[Any] = set()  # all of whose instances' parts are in their own `__dict__`, which is read plainly
_IMMUTABLE_TYPE, _HEAP_TYPE = 1 << 8, 1 << 9  # of `type.__flags__`


def is_dynamic(cls: type) -> bool:
    """Whether a class travels by value: it was defined in the notebook or inside a function."""
    return cls.__module__ == "__main__" or "<locals>" in cls.__qualname__


def only_atoms(members: Iterable[Any]) -> bool:
    """Whether there are only plain scalars, which no path need lead to."""
    return set(map(type, members)) <= ATOMS


def only_plain(members: Collection[Any]) -> bool:
    """Whether there are only plain scalars and tuples of them."""
    others = set(map(type, members)) - ATOMS
    if others != {tuple}:
        return not others
    return only_atoms(chain.from_iterable(part for part in members if type(part) is tuple))


def attributes_of(obj: Any) -> dict[str, Any]:
    """Its `__dict__` and slots; none for the plain containers."""
    return {} if type(obj) in _BARE else own_attributes(obj)


def _attributes_now(obj: Any) -> Any:
    """``own_attributes``, to be looked at and at once forgotten."""
    if type(obj) in _plain_types and type(own := _read(obj, "__dict__")) is dict:
        return own
    return own_attributes(obj)


def attribute_parts(obj: Any) -> list[Part]:
    """The class, if it travels by value, and what is in the `__dict__` and slots."""
    kind = type(obj)
    if kind in _BARE:
        return []
    if kind in _plain_types and type(own := _read(obj, "__dict__")) is dict:
        parts = [((".", name), value) for name, value in own.copy().items() if type(value) not in ATOMS]
        return [(("dict",), own), *parts] if sys.getrefcount(own) > REFERENCES else parts
    if _is_plain_type(kind):
        _plain_types.add(kind)
    found: list[Part] = [(("class",), kind)] if is_dynamic(kind) else []
    if kind.__dictoffset__ and has_shared_dict(obj):
        found.append((("dict",), obj.__dict__))
    attributes = own_attributes(obj)
    if not OWN_TO_A_PROCESS.isdisjoint(attributes) and is_handler(kind):
        attributes = {name: value for name, value in attributes.items() if name not in OWN_TO_A_PROCESS}
    found += [((".", name), value) for name, value in attributes.items() if type(value) not in ATOMS]
    return found


def _is_plain_type(kind: Any) -> bool:
    """Whether all that instances have is in their own `__dict__`; not of the notebook's, which would be kept alive."""
    if not kind.__dictoffset__ or is_dynamic(kind) or is_handler(kind) or slot_names(kind):
        return False
    reads_plainly = kind.__getattribute__ is object.__getattribute__
    return reads_plainly and not any("__dict__" in vars(cls) and not _has_getset(cls) for cls in kind.__mro__)


def _has_getset(cls: type) -> bool:
    return isinstance(vars(cls)["__dict__"], GetSetDescriptorType)


# Sequences


def _sequence_parts(obj: Any) -> Iterable[Part]:
    attributes = attribute_parts(obj)
    if only_plain(obj):
        return attributes
    items: list[Part] = [(("[", index), part) for index, part in enumerate(obj) if type(part) not in ATOMS]
    return items + attributes if attributes else items


def _freeze_sequence(obj: Any, _: Judge) -> Any:
    return list(obj), attributes_of(obj)


def _same_sequence(frozen: Any, obj: Any, _: Judge) -> bool:
    return _identical(frozen[0], obj) and same_attributes(frozen[1], attributes_of(obj))


def _sequence_content(obj: Any, frozen: Any) -> Any:
    return list(obj), attribute_changes(frozen and frozen[1], attributes_of(obj))


def _replace_sequence(obj: Any, content: Any) -> None:
    items, attributes = content
    if isinstance(obj, list):
        list.__setitem__(obj, slice(None), items)
    else:
        deque.clear(obj)
        deque.extend(obj, items)
    set_attributes(obj, attributes)


def _identical(before: list[Any], now: Any) -> bool:
    return len(before) == len(now) and all(map(is_, before, now))


# Mappings


def _mapping_parts(obj: Any) -> Iterable[Part]:
    found: list[Part] = []
    for step, members in (("k", dict.keys(obj)), ("v", dict.values(obj))):
        if not only_plain(members):
            found += [((step, index), part) for index, part in enumerate(members) if type(part) not in ATOMS]
    found += attribute_parts(obj)
    return found


def _base_of(obj: Any) -> Any:
    """The type by which its items are read and set, past what a subclass does with them."""
    return OrderedDict if isinstance(obj, OrderedDict) else dict


def _factory(obj: Any) -> Any:
    """What a `defaultdict` makes what is missing with."""
    return obj.default_factory if isinstance(obj, defaultdict) else None


def _freeze_mapping(obj: Any, _: Judge) -> Any:
    base, factory = _base_of(obj), obj.default_factory if isinstance(obj, defaultdict) else None
    return list(base.keys(obj)), list(base.values(obj)), attributes_of(obj), factory


def _same_mapping(frozen: Any, obj: Any, _: Judge) -> bool:
    keys, values, attributes, factory = frozen
    return (
        _identical(keys, _base_of(obj).keys(obj))
        and _identical(values, _base_of(obj).values(obj))
        and same_attributes(attributes, attributes_of(obj))
        and (not isinstance(obj, defaultdict) or obj.default_factory is factory)
    )


def _mapping_content(obj: Any, frozen: Any) -> Any:
    factory = obj.default_factory if isinstance(obj, defaultdict) else None
    return dict(_base_of(obj).items(obj)), attribute_changes(frozen and frozen[2], attributes_of(obj)), factory


def _replace_mapping(obj: Any, content: Any) -> None:
    pairs, attributes, factory = content
    if isinstance(obj, defaultdict):
        obj.default_factory = factory
    base = _base_of(obj)
    base.clear(obj)
    for key, value in pairs.items():
        base.__setitem__(obj, key, value)
    set_attributes(obj, attributes)


# Instances


def _freeze_instance(obj: Any, _: Judge) -> Any:
    return type(obj), own_attributes(obj)


def _same_instance(frozen: Any, obj: Any, _: Judge) -> bool:
    cls, attributes = frozen
    return type(obj) is cls and same_attributes(attributes, _attributes_now(obj))


def _instance_content(obj: Any, frozen: Any) -> Any:
    return type(obj), attribute_changes(frozen and frozen[1], own_attributes(obj))


def _replace_instance(obj: Any, content: Any) -> None:
    cls, changes = content
    if type(obj) is not cls:  # an instance may change its class
        object.__setattr__(obj, "__class__", cls)
    set_attributes(obj, changes)


# Instances that say themselves what their state is


def _stateful_parts(obj: Any) -> Iterable[Part]:
    state = obj.__getstate__()
    parts = attribute_parts(obj)
    if isinstance(state, dict):  # only what travels as it is
        get = state.get
        return [(step, part) for step, part in parts if step[0] != "." or get(step[1]) is part]
    held = set(map(id, state)) if isinstance(state, (list, tuple)) else ()
    return [(step, part) for step, part in parts if step[0] != "." or id(part) in held]


@functools.lru_cache(512)
def _holds_more(kind: Any) -> bool:
    """Whether instances may hold more than attributes: some base is written in C."""
    return any(cls is not object and _is_written_in_c(cls) for cls in kind.__mro__)


def _is_written_in_c(cls: type) -> bool:
    flags = cls.__flags__
    return not flags & _HEAP_TYPE or bool(flags & _IMMUTABLE_TYPE) or _makes_itself(cls)


def _makes_itself(cls: type) -> bool:
    return isinstance(vars(cls).get("__new__"), BuiltinMethodType)


def _freeze_stateful(obj: Any, digest: Judge) -> Any:
    return own_attributes(obj), digest(obj) if _holds_more(type(obj)) else None  # type: ignore[arg-type]


def _same_stateful(frozen: Any, obj: Any, digest: Judge) -> bool:
    attributes, pickled = frozen
    return same_attributes(attributes, _attributes_now(obj)) and (pickled is None or bool(pickled == digest(obj)))


def _stateful_content(obj: Any, frozen: Any) -> Any:
    now = own_attributes(obj)
    return obj.__getstate__(), [name for name in (frozen[0] if frozen else ()) if name not in now]


def _replace_stateful(obj: Any, content: Any) -> None:
    state, deleted = content
    set_attributes(obj, ({}, deleted))
    set_state(obj, state)


SEQUENCE = Kind("sequence", _freeze_sequence, _same_sequence, _sequence_content, _replace_sequence, _sequence_parts)
MAPPING = Kind("mapping", _freeze_mapping, _same_mapping, _mapping_content, _replace_mapping, _mapping_parts)
INSTANCE = Kind("instance", _freeze_instance, _same_instance, _instance_content, _replace_instance, attribute_parts)
STATEFUL = Kind("stateful", _freeze_stateful, _same_stateful, _stateful_content, _replace_stateful, _stateful_parts)


def object_kind(obj: Any) -> Kind:
    """The kind of an object that is pickled by its attributes and items."""
    if isinstance(obj, dict):
        return MAPPING
    if isinstance(obj, (list, deque)):
        return SEQUENCE
    return STATEFUL if has_own_state(type(obj)) else INSTANCE
