"""How objects of some libraries and of Python itself are pickled where their own way would lose what they are."""

from __future__ import annotations

import copyreg
import functools
import gc
import mmap
import re
import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable
from types import BuiltinMethodType, MappingProxyType, ModuleType
from typing import Any, cast

import cloudpickle  # type: ignore[import-untyped]

from cellburst.payload import (
    buffers,
    closed_files,
    figures,
    file_maps,
    frames,
    images,
    index_tables,
    iterators,
    library_objects,
    log_handlers,
    matches,
    mocks,
    shell_parts,
    tensors,
    transform_nodes,
    type_parameters,
    views,
    weak,
    wrappers,
)
from cellburst.payload.class_state import is_notebooks, library_base
from cellburst.payload.steps import has_default_reduce, has_own_state

Reducer = Callable[[Any, Any], Any]  # (object, pickler) -> as from __reduce__, or NotImplemented

_MAPPINGS: tuple[Any, ...] = ({}, OrderedDict())
DICT_VIEWS = frozenset(type(view) for d in _MAPPINGS for view in (d.keys(), d.values(), d.items()))
_known: dict[type, Reducer | None] = {}


def for_kind(kind: type) -> Reducer | None:
    """The reducer for instances of a type."""
    try:
        return _known[kind]
    except KeyError:
        found = _find(kind)
        if kind.__module__ != "__main__":  # a notebook's class should not be kept alive
            _known[kind] = found
        return found


def _find(kind: type) -> Reducer | None:
    if found := _OF_PYTHON.get(kind):
        return found
    numpy = sys.modules.get("numpy")
    if numpy is not None and issubclass(kind, numpy.dtype):
        return _reduce_dtype
    if is_record(kind):
        return _reduce_record
    if transform_nodes.is_node(kind):
        return transform_nodes.reduce_node
    if figures.is_figure(kind) and has_default_reduce(kind):
        return figures.reduce_figure
    if of_library := library_objects.reducer_of(kind) or images.reducer_of(kind) or tensors.reducer(kind):
        return of_library
    if of_mocks := mocks.reducer_of(kind):
        return cast("Reducer", of_mocks)
    if of_shell := shell_parts.reducer_of(kind):
        return of_shell
    if index_tables.is_telling(kind):
        return index_tables.reduce_index
    if frames.is_frame(kind):
        return frames.reduce_frame if frames.has_pandas_own_state(kind) else None
    if frames.is_block(kind):
        return frames.reduce_block
    if kind.__name__ == "BlockValuesRefs":
        return frames.reduce_refs
    if kind.__name__ == "SingleBlockManager" and kind.__module__.startswith("pandas."):
        return frames.reduce_series_manager
    if kind in iterators.OVER_DICT:
        return iterators.reduce_over_dict
    if kind in iterators.POSITIONED and kind.__module__ != "itertools":
        return iterators.reduce_positioned
    if kind.__module__ == "itertools":
        return iterators.reduce_stepping
    if makes_its_own(kind):
        return _reduce_past_new
    if log_handlers.is_handler(kind) and _is_plain_class(kind):
        return log_handlers.reduce_handler
    if _fills_itself(kind) and _is_plain_class(kind):
        return _reduce_filled
    return _reduce_instance if _is_plain_class(kind) else None


def makes_its_own(kind: Any) -> bool:
    """Whether a notebook's class has a `__new__` that pickle would call again with what the library's gave."""
    if not is_notebooks(kind) or isinstance(kind.__new__, BuiltinMethodType) or not has_default_reduce(kind):
        return False
    base: Any = library_base(kind)
    given = (getattr(kind, name, None) is getattr(base, name, None) for name in ("__getnewargs__", "__getnewargs_ex__"))
    return isinstance(base.__new__, BuiltinMethodType) and all(given)


def _reduce_past_new(obj: Any, pickler: Any) -> Any:
    reduced = _reduce_instance(obj, pickler) if _is_plain_class(type(obj)) else NotImplemented
    if reduced is NotImplemented:
        reduced = obj.__reduce_ex__(5)
    if reduced[0] is not copyreg.__newobj__:  # type: ignore[attr-defined]
        return reduced
    return make_past_new, (library_base(type(obj)), *reduced[1]), *reduced[2:]


def make_past_new(base: Any, *arguments: Any) -> Any:
    """An instance made by the library's `__new__`, not by that of its own class."""
    return base.__new__(*arguments)


def _is_plain_class(kind: type) -> bool:
    """Whether instances are pickled by their `__dict__`."""
    registered = kind in cloudpickle.Pickler.dispatch_table or issubclass(kind, ModuleType)
    return bool(kind.__dictoffset__) and not registered and has_default_reduce(kind) and not has_own_state(kind)


def _reduce_dtype(dtype: Any, _: Any) -> Any:
    """numpy's own types are there once, and compared by identity here and there."""
    make = sys.modules["numpy"].dtype
    return (make, (dtype.char,)) if dtype.isbuiltin == 1 and make(dtype.char) is dtype else NotImplemented


def _fills_itself(kind: Any) -> bool:
    """Whether a list or dict has ways of its own to show, or take in, what it holds: it may need its attributes."""
    if issubclass(kind, dict):
        return kind.items is not dict.items or kind.__setitem__ is not dict.__setitem__
    return issubclass(kind, list) and (kind.append is not list.append or kind.extend is not list.extend)


def _reduce_filled(obj: Any, _: Any) -> Any:
    """A list or dict is rebuilt with what it holds, past what its class does with items."""
    make, arguments, state = (*obj.__reduce_ex__(5), None)[:3]
    slots = state[1] if isinstance(state, tuple) else None
    held = list(dict.items(obj)) if isinstance(obj, dict) else list.copy(obj)
    return make, arguments, ((obj.__dict__, slots), held), None, None, fill


def fill(obj: Any, pickled: tuple[tuple[dict[str, Any], dict[str, Any] | None], list[Any]]) -> None:
    """Give a list or dict its attributes and what it holds."""
    state, held = pickled
    set_dict(obj, state)
    if isinstance(obj, dict):
        dict.update(obj, held)
    else:
        list.extend(obj, held)


def is_record(kind: type) -> bool:
    """Whether instances are elements of structured arrays."""
    return issubclass(kind, getattr(sys.modules.get("numpy"), "void", ()))


def _reduce_record(record: Any, _: Any) -> Any:
    """An element that shows its array's memory goes on doing so."""
    if not isinstance(record.base, sys.modules["numpy"].ndarray) or record.dtype.hasobject:
        return NotImplemented
    return views.record, (views.around_record(record),)


def _reduce_instance(obj: Any, _: Any) -> Any:
    """An instance whose `__dict__` something else refers to too gets that very dictionary again."""
    if not has_shared_dict(obj):
        return NotImplemented
    reduced: tuple[Any, ...] = (*obj.__reduce_ex__(5), None, None, None)
    make, arguments, state, items, pairs = reduced[:5]
    slots = state[1] if isinstance(state, tuple) else None
    return make, arguments, (obj.__dict__, slots), items, pairs, set_dict


def has_shared_dict(obj: Any) -> bool:
    """Whether something besides the instance refers to its `__dict__`."""
    attributes = obj.__dict__
    return type(attributes) is not dict or sys.getrefcount(attributes) > REFERENCES


def set_dict(obj: Any, state: tuple[dict[str, Any], dict[str, Any] | None]) -> None:
    """Give an instance its `__dict__` itself, and what is in its slots."""
    own, slots = state
    object.__setattr__(obj, "__dict__", own)
    for name, value in (slots or {}).items():
        object.__setattr__(obj, name, value)


class _Plain:
    pass


def _references() -> int:
    attributes = _Plain().__dict__, (plain := _Plain()).__dict__
    del attributes
    own = plain.__dict__
    return sys.getrefcount(own)


REFERENCES = _references()
"""What is counted for the `__dict__` of an instance that is held by it and by one variable."""


def _reduce_cached_property(found: Any, _: Any) -> Any:
    return make_cached_property, (found.func, found.attrname)


def make_cached_property(function: Any, name: str | None) -> Any:
    """A `functools.cached_property` of a name; before Python 3.12 it has a lock, which it makes itself."""
    made: Any = functools.cached_property(function)
    made.attrname = name
    return made


def _reduce_dict_view(view: Any, _: Any) -> Any:
    return make_dict_view, (behind_proxy(view), type(view).__name__.rpartition("_")[2])


def make_dict_view(mapping: Any, name: str) -> Any:
    """The "keys", "values" or "items" of a dictionary, as the view that follows its changes."""
    return getattr(OrderedDict if isinstance(mapping, OrderedDict) else dict, name)(mapping)


def _reduce_proxy(proxy: Any, _: Any) -> Any:
    if (mark := wrappers.reduce_mark(proxy)) is not NotImplemented:
        return mark
    behind = behind_proxy(proxy)
    return NotImplemented if behind is None else (MappingProxyType, (behind,))


def behind_proxy(proxy: Any) -> Any:
    """The mapping that a read-only view shows; None for that of a class."""
    found = gc.get_referents(proxy)
    of_class = type(proxy) is MappingProxyType and ("__dict__" in proxy or "__module__" in proxy)
    return None if len(found) != 1 or of_class else found[0]


def _reduce_file(file: Any, _: Any) -> Any:
    return closed_files.reduce_closed(file) if closed_files.is_closed(file) else NotImplemented


_OF_PYTHON: dict[Any, Reducer] = {
    **dict.fromkeys(type_parameters.KINDS, type_parameters.reduce),
    **dict.fromkeys(wrappers.MARKS, wrappers.reduce_mark),
    property: wrappers.reduce_property,
    classmethod: wrappers.reduce_method,
    staticmethod: wrappers.reduce_method,
    **dict.fromkeys(closed_files.KINDS, _reduce_file),
    memoryview: buffers.reduce_view,
    re.Match: matches.reduce_match,
    mmap.mmap: file_maps.reduce_map,
    weakref.ReferenceType: weak.reduce_reference,
    weakref.ProxyType: weak.reduce_proxy,
    weakref.CallableProxyType: weak.reduce_proxy,
    weakref.WeakValueDictionary: weak.reduce_container,
    weakref.WeakKeyDictionary: weak.reduce_container,
    weakref.WeakSet: weak.reduce_container,
    functools.cached_property: _reduce_cached_property,
    MappingProxyType: _reduce_proxy,
    **dict.fromkeys(DICT_VIEWS, _reduce_dict_view),
}
