"""The pickler: cloudpickle's, with functions bound to namespaces and classes that have an owner."""

from __future__ import annotations

import copyreg
import functools
import io
import pickle
import sys
import weakref
from collections import ChainMap
from collections.abc import Callable
from types import CellType, FunctionType, ModuleType
from typing import Any, Protocol

import cloudpickle  # type: ignore[import-untyped]

from cellburst.payload import arrays, classes, functions, namespaces, refusals
from cellburst.payload.namespaces import Namespace

_STREAMS = ("stdout", "stderr", "stdin")
_SMALL = 64 * 1024

Write = Callable[[Any], object]
TakeBuffer = Callable[[pickle.PickleBuffer], bool]


class References(Protocol):
    """What stands for an object of this ``id`` in the pickle; None: the object itself."""

    def get(self, key: int, /) -> Any: ...


class Sink:
    """A file that hands every chunk on; large objects arrive as they are, without a copy."""

    __slots__ = ("write",)

    def __init__(self, write: Write) -> None:
        self.write = write


class NotebookPickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Pickles the objects of ``namespace``; ``take_buffer`` is pickle's ``buffer_callback``.

    Arrays of fewer than ``small`` bytes offer no buffer.
    """

    def __init__(
        self, write: Write, take_buffer: TakeBuffer | None, namespace: Namespace | None, small: int = _SMALL
    ) -> None:
        super().__init__(Sink(write), protocol=5, buffer_callback=take_buffer)
        self._namespace = namespace
        self._cells: dict[int, functions.CellRef] = {}
        self._small = small
        self._array = getattr(sys.modules.get("numpy"), "ndarray", None)
        self._streams = {id(stream): name for name in _STREAMS if (stream := getattr(sys, name, None)) is not None}

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind is FunctionType:
            if obj.__globals__ is self._namespace:
                return self._dynamic_function_reduce(obj)
            return super().reducer_override(obj)
        if issubclass(kind, type):
            reduced = super().reducer_override(obj)
            dynamic = isinstance(reduced, tuple) and len(reduced) == 6
            return classes.with_owner(obj, reduced) if dynamic else reduced
        if kind is self._array:
            return arrays.reduce_array(obj, self._small) or NotImplemented
        if id(obj) in self._streams:  # what is printed there belongs to the other side's streams
            return getattr, (sys, self._streams[id(obj)])
        if kind is _CACHED and functions.is_notebook_function(obj.__wrapped__, self._namespace):
            return functions.reduce_cached(obj)
        return NotImplemented

    def _dynamic_function_reduce(self, func: FunctionType) -> Any:
        """Cloudpickle asks this for every function that is not importable."""
        reduced = functions.reduce_function(func, self._namespace, self._cell_ref)
        return super()._dynamic_function_reduce(func) if reduced is None else reduced

    def _cell_ref(self, cell: CellType) -> functions.CellRef:
        return self._cells.setdefault(id(cell), functions.CellRef(cell))


class ReferringPickler(NotebookPickler):
    """Names objects that the other side has (by ``id``) instead of sending them."""

    def __init__(
        self,
        write: Write,
        take_buffer: TakeBuffer | None,
        namespace: Namespace | None,
        references: References,
        small: int = _SMALL,
    ) -> None:
        super().__init__(write, take_buffer, namespace, small)
        self._references = references

    def persistent_id(self, obj: Any) -> Any:
        return self._references.get(id(obj))


def _refuse(value: Any) -> Any:
    raise pickle.PicklingError(f"it is {refusals.describe(value) or type(value).__name__}")


def _reduce_module(module: ModuleType) -> Any:
    if namespaces.is_importable(module):
        return cloudpickle.cloudpickle.subimport, (module.__name__,)
    variables = {name: value for name, value in vars(module).items() if name not in ("__builtins__", "__loader__")}
    return _make_module, (module.__name__,), variables, None, None, functions.fill_attributes


def _make_module(name: str) -> ModuleType:
    return ModuleType(name)


def _reduce_weak_dict(mapping: Any) -> Any:
    return type(mapping), (dict(mapping),)


_CACHED = functools._lru_cache_wrapper
# cloudpickle sends a file's text, and a memoryview as bytes: other objects than were meant.
_OWN: dict[type, Callable[[Any], Any]] = {
    io.TextIOWrapper: _refuse,
    memoryview: _refuse,
    ModuleType: _reduce_module,
    weakref.WeakKeyDictionary: _reduce_weak_dict,
    weakref.WeakValueDictionary: _reduce_weak_dict,
}
NotebookPickler.dispatch_table = ChainMap(_OWN, cloudpickle.Pickler.dispatch_table, copyreg.dispatch_table)


def has_reducer(kind: type) -> bool:
    """Whether a type is pickled by a registered function rather than by its own methods."""
    return kind in NotebookPickler.dispatch_table
