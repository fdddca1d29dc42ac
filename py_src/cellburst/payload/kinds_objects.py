"""Lists, dicts, deques, sets, instances, and their subclasses."""

from __future__ import annotations

import functools
from collections import OrderedDict, deque
from collections.abc import Iterable
from operator import is_
from types import BuiltinMethodType, MethodType
from typing import Any

from cellburst.payload.kinds import (
    Digest,
    Kind,
    NotReplaceableError,
    Part,
    attribute_changes,
    same_attributes,
    set_attributes,
    set_state,
)
from cellburst.payload.steps import has_own_state, own_attributes

ATOMS = frozenset(
    {int, float, bool, str, bytes, complex, type(None), type(Ellipsis), type(NotImplemented), range, slice}
)
_BARE = frozenset({list, dict, deque, set})
_IMMUTABLE_TYPE, _HEAP_TYPE = 1 << 8, 1 << 9  # of `type.__flags__`


def is_dynamic(cls: type) -> bool:
    """Whether a class travels by value: it was defined in the notebook or inside a function."""
    return cls.__module__ == "__main__" or "<locals>" in cls.__qualname__


def only_atoms(members: Iterable[Any]) -> bool:
    """Whether there are only plain scalars, which no path need lead to."""
    return set(map(type, members)) <= ATOMS


def _attributes(obj: Any) -> dict[str, Any]:
    return {} if type(obj) in _BARE else own_attributes(obj)


def _attribute_parts(obj: Any) -> Iterable[Part]:
    if type(obj) in _BARE:
        return
    if is_dynamic(type(obj)):
        yield ("class",), type(obj)
    for name, value in own_attributes(obj).items():
        if type(value) not in ATOMS:
            yield (".", name), value


# Sequences


def _sequence_parts(obj: Any) -> Iterable[Part]:
    if not only_atoms(obj):
        yield from ((("[", index), part) for index, part in enumerate(obj) if type(part) not in ATOMS)
    yield from _attribute_parts(obj)


def _freeze_sequence(obj: Any, _: Digest) -> Any:
    return list(obj), _attributes(obj)


def _same_sequence(frozen: Any, obj: Any, _: Digest) -> bool:
    return _identical(frozen[0], obj) and same_attributes(frozen[1], _attributes(obj))


def _sequence_content(obj: Any, frozen: Any) -> Any:
    return list(obj), attribute_changes(frozen and frozen[1], _attributes(obj))


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
    for step, members in (("k", dict.keys(obj)), ("v", dict.values(obj))):
        if not only_atoms(members):
            yield from (((step, index), part) for index, part in enumerate(members) if type(part) not in ATOMS)
    yield from _attribute_parts(obj)


def _freeze_mapping(obj: Any, _: Digest) -> Any:
    return list(obj.keys()), list(obj.values()), _attributes(obj)


def _same_mapping(frozen: Any, obj: Any, _: Digest) -> bool:
    keys, values, attributes = frozen
    return (
        _identical(keys, obj.keys())
        and _identical(values, obj.values())
        and same_attributes(attributes, _attributes(obj))
    )


def _mapping_content(obj: Any, frozen: Any) -> Any:
    return dict(obj.items()), attribute_changes(frozen and frozen[2], _attributes(obj))


def _replace_mapping(obj: Any, content: Any) -> None:
    pairs, attributes = content
    base: Any = OrderedDict if isinstance(obj, OrderedDict) else dict  # past what a subclass does with its items
    base.clear(obj)
    for key, value in pairs.items():
        base.__setitem__(obj, key, value)
    set_attributes(obj, attributes)


# Sets: no path leads to an element, for the other side may have another order


def _freeze_set(obj: Any, digest: Digest) -> Any:
    return frozenset(obj), None if only_atoms(obj) else digest(obj)


def _same_set(frozen: Any, obj: Any, digest: Digest) -> bool:
    elements, pickled = frozen
    if len(elements) != len(obj) or set(map(id, elements)) != set(map(id, obj)):
        return False
    return pickled is None or bool(pickled == digest(obj))


def _replace_set(obj: Any, content: Any) -> None:
    obj.clear()
    obj.update(content)


# Instances


def _freeze_instance(obj: Any, _: Digest) -> Any:
    return type(obj), own_attributes(obj)


def _same_instance(frozen: Any, obj: Any, _: Digest) -> bool:
    cls, attributes = frozen
    return type(obj) is cls and same_attributes(attributes, own_attributes(obj))


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
    for step, part in _attribute_parts(obj):
        if step[0] != "." or (isinstance(state, dict) and state.get(step[1]) is part):
            yield step, part


@functools.lru_cache(512)
def _holds_more(kind: Any) -> bool:
    """Whether instances may hold more than attributes: some base is written in C."""
    return any(cls is not object and _is_written_in_c(cls) for cls in kind.__mro__)


def _is_written_in_c(cls: type) -> bool:
    flags = cls.__flags__
    return not flags & _HEAP_TYPE or bool(flags & _IMMUTABLE_TYPE) or _makes_itself(cls)


def _makes_itself(cls: type) -> bool:
    return isinstance(vars(cls).get("__new__"), BuiltinMethodType)


def _freeze_stateful(obj: Any, digest: Digest) -> Any:
    return own_attributes(obj), digest(obj) if _holds_more(type(obj)) else None  # type: ignore[arg-type]


def _same_stateful(frozen: Any, obj: Any, digest: Digest) -> bool:
    attributes, pickled = frozen
    return same_attributes(attributes, own_attributes(obj)) and (pickled is None or bool(pickled == digest(obj)))


def _stateful_content(obj: Any, frozen: Any) -> Any:
    now = own_attributes(obj)
    return obj.__getstate__(), [name for name in (frozen[0] if frozen else ()) if name not in now]


def _replace_stateful(obj: Any, content: Any) -> None:
    state, deleted = content
    set_attributes(obj, ({}, deleted))
    set_state(obj, state)


# What cannot change itself, but leads to what can


def _wrapping_parts(obj: Any) -> Iterable[Part]:
    if isinstance(obj, tuple):
        yield from ((("[", index), part) for index, part in enumerate(obj) if type(part) not in ATOMS)
    elif isinstance(obj, MethodType):
        yield (("get", "__self__"), obj.__self__)
    elif isinstance(obj, functools.partial):
        yield (("get", "func"), obj.func)
        yield from ((("get", "args", index), part) for index, part in enumerate(obj.args) if type(part) not in ATOMS)
        yield from ((("get", "keywords", name), part) for name, part in obj.keywords.items() if type(part) not in ATOMS)
    else:
        yield (("get", "__wrapped__"), obj.__wrapped__)


def _refuse(*_: Any) -> Any:
    raise NotReplaceableError


SEQUENCE = Kind("sequence", _freeze_sequence, _same_sequence, _sequence_content, _replace_sequence, _sequence_parts)
MAPPING = Kind("mapping", _freeze_mapping, _same_mapping, _mapping_content, _replace_mapping, _mapping_parts)
SET = Kind("set", _freeze_set, _same_set, lambda obj, _: list(obj), _replace_set)
INSTANCE = Kind("instance", _freeze_instance, _same_instance, _instance_content, _replace_instance, _attribute_parts)
STATEFUL = Kind("stateful", _freeze_stateful, _same_stateful, _stateful_content, _replace_stateful, _stateful_parts)
WRAPPING = Kind("wrapping", lambda *_: None, lambda *_: True, _refuse, _refuse, _wrapping_parts)


def object_kind(obj: Any) -> Kind:
    """The kind of an object that is pickled by its attributes and items."""
    if isinstance(obj, dict):
        return MAPPING
    if isinstance(obj, (list, deque)):
        return SEQUENCE
    return STATEFUL if has_own_state(type(obj)) else INSTANCE
