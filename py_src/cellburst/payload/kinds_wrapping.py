"""What leads to objects that can change and hardly changes itself: tuples, methods, partials, caches, views."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from operator import is_
from types import MappingProxyType
from typing import Any

from cellburst.payload import buffers, caches, reducers
from cellburst.payload.kinds import (
    Judge,
    Kind,
    NotReplaceableError,
    Part,
    attribute_changes,
    same_attributes,
    set_attributes,
)
from cellburst.payload.kinds_objects import ATOMS, attribute_parts, attributes_of


def _attributes_only(name: str, parts: Any) -> Kind:
    """A kind of which only attributes that were set on the object can change."""
    return Kind(
        name,
        lambda obj, _: attributes_of(obj),
        lambda frozen, obj, _: same_attributes(frozen, attributes_of(obj)),
        lambda obj, frozen: _attribute_content(obj, frozen),
        set_attributes,
        parts,
    )


def _attribute_content(obj: Any, frozen: Any) -> Any:
    if frozen is None or same_attributes(frozen, attributes_of(obj)):
        raise NotReplaceableError  # something in it must be another object
    return attribute_changes(frozen, attributes_of(obj))


def _tuple_parts(obj: Any) -> Iterable[Part]:
    yield from ((("[", index), part) for index, part in enumerate(obj) if type(part) not in ATOMS)
    if type(obj) is not tuple:
        yield from attribute_parts(obj)


def _partial_parts(obj: Any) -> Iterable[Part]:
    yield ("get", "func"), obj.func
    yield from ((("get", "args", index), part) for index, part in enumerate(obj.args) if type(part) not in ATOMS)
    yield ("get", "keywords"), obj.keywords
    yield from attribute_parts(obj)


# Functions with a cache


def _cached_parts(cached: Any) -> Iterable[Part]:
    yield ("get", "__wrapped__"), cached.__wrapped__
    for name, part in _cached_attributes(cached).items():
        if type(part) not in ATOMS:
            yield ("own", name), part
    content = caches.content_of(cached)
    for number, part in enumerate(_kept(content)):
        if type(part) not in ATOMS:
            yield ("kept", number), part


def _kept(content: caches.Content | None) -> list[Any]:
    """The arguments and results of all entries."""
    if content is None:
        return []
    return [part for args, keywords, result in content.entries for part in (*args, *keywords.values(), result)]


def kept(cached: Any, number: int) -> Any:
    """One of what a cached function has kept."""
    return _kept(caches.content_of(cached))[number]


def _cached_attributes(cached: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(cached).items() if name != "__wrapped__"}


def _freeze_cached(cached: Any, _: Judge) -> Any:
    return caches.content_of(cached), _cached_attributes(cached)


def _same_cached(frozen: Any, cached: Any, _: Judge) -> bool:
    before, now = frozen[0], caches.content_of(cached)
    if before is None or now is None or before[1:] != now[1:]:
        return before is now and same_attributes(frozen[1], _cached_attributes(cached))
    one, other = _kept(before), _kept(now)
    return (
        len(one) == len(other) and all(map(is_, one, other)) and same_attributes(frozen[1], _cached_attributes(cached))
    )


def _replace_cached(cached: Any, content: Any) -> None:
    kept_now, (changed, deleted) = content
    if kept_now is not None:
        caches.fill(cached, caches.Content(*kept_now))
    for name in deleted or ():
        vars(cached).pop(name, None)
    vars(cached).update(changed)


def _view_content(view: memoryview, frozen: bool | None) -> Any:
    if not buffers.is_released(view):  # what it shows is to be another object
        raise NotReplaceableError
    return True


TUPLE = _attributes_only("tuple", _tuple_parts)
METHOD = _attributes_only("method", lambda method: [(("get", "__self__"), method.__self__)])
PARTIAL = _attributes_only("partial", _partial_parts)
CACHED = Kind(
    "cached",
    _freeze_cached,
    _same_cached,
    lambda cached, frozen: (
        caches.content_of(cached),
        attribute_changes(frozen and frozen[1], _cached_attributes(cached)),
    ),
    _replace_cached,
    _cached_parts,
)
VIEW = Kind(
    "view",
    lambda view, _: buffers.is_released(view),
    lambda frozen, view, _: bool(frozen == buffers.is_released(view)),
    _view_content,
    lambda view, _: view.release(),
    lambda view: [] if buffers.is_released(view) else [(("get", "obj"), view.obj)],
)
PROXY = Kind(
    "proxy",
    lambda *_: None,
    lambda *_: True,
    parts=lambda proxy: [(("behind",), behind)] if (behind := reducers.behind_proxy(proxy)) is not None else [],
)


def wrapping_kind(obj: Any) -> Kind | None:
    """The kind of an object that wraps others; None if it is none."""
    kind = type(obj)
    if isinstance(obj, tuple):
        return TUPLE
    if kind is functools.partial:
        return PARTIAL
    if kind is functools._lru_cache_wrapper:
        return CACHED
    if kind is memoryview:
        return VIEW
    return PROXY if kind is MappingProxyType or kind in reducers.DICT_VIEWS else None
