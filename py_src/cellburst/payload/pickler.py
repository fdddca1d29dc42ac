"""The pickler: cloudpickle's, with functions bound to namespaces and classes that have an owner."""

from __future__ import annotations

import builtins
import copyreg
import functools
import io
import pickle
import sys
from collections import ChainMap
from collections.abc import Callable
from enum import EnumMeta
from types import CellType, FunctionType, ModuleType
from typing import Any, Protocol

import cloudpickle  # type: ignore[import-untyped]

from cellburst.payload import (
    arrays,
    classes,
    exceptions,
    file_maps,
    functions,
    hand_made,
    iterators,
    namespaces,
    originals,
    reducers,
    refusals,
)
from cellburst.payload.arrays import ArrayReducer
from cellburst.payload.class_making import reduce_member
from cellburst.payload.class_state import is_notebooks
from cellburst.payload.importable import is_importable
from cellburst.payload.namespaces import Namespace
from cellburst.payload.plans import Plan
from cellburst.payload.rebuild import BUILTINS
from cellburst.payload.weak import WeakTargets

_BUILTINS = vars(builtins)
_UNKNOWN: Any = object()
# How instances are pickled of types that need no closer look; not of the notebook's, which would be kept alive.
_of_instances: dict[type, reducers.Reducer | None] = {}
_STREAMS = ("stdout", "stderr", "stdin")
_SMALL = 64 * 1024

Write = Callable[[Any], object]
TakeBuffer = Callable[[pickle.PickleBuffer], bool]


def standard_stream(name: str) -> Any:
    """This process's stream, also while it is muted."""
    stream = getattr(sys, name)
    return getattr(stream, "cellburst_real", stream)


def _streams_of(name: str) -> list[Any]:
    """This process's stream, and the real one while it is muted."""
    stream = getattr(sys, name, None)
    return [] if stream is None else [stream, getattr(stream, "cellburst_real", stream)]


class References(Protocol):
    """What stands for an object of this ``id`` in the pickle; None: the object itself.

    If it has ``ids``, they are all that may be known, and others are not asked about: that is by far the most.
    """

    def get(self, key: int, /) -> Any: ...


class Sink:
    """A file that hands every chunk on; large objects arrive as they are, without a copy."""

    __slots__ = ("write",)

    def __init__(self, write: Write) -> None:
        self.write = write


class NotebookPickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Pickles the objects of ``namespace``; ``take_buffer`` is pickle's ``buffer_callback``.

    Arrays of fewer than ``small`` bytes offer no buffer. ``plan`` is what a first try has found out (``next_plan``).
    """

    dispatch_table: Any

    def __init__(
        self,
        write: Write,
        take_buffer: TakeBuffer | None,
        namespace: Namespace | None,
        small: int = _SMALL,
        plan: Plan | None = None,
    ) -> None:
        self.dispatch_table = {**copyreg.dispatch_table, **_OF_CLOUDPICKLE, **_OWN}  # a dict is asked much quicker
        super().__init__(Sink(write), protocol=5, buffer_callback=take_buffer)
        self._namespace = namespace
        self._cells: dict[int, functions.CellRef] = {}
        self._globals: dict[int, functions.GlobalsRef] = {}
        self._array = getattr(sys.modules.get("numpy"), "ndarray", None)
        self._arrays = (
            None if self._array is None else ArrayReducer(small, self._anchor, plan and plan.sharing, self.owned)
        )
        self.files: dict[int, tuple[str, int, int, str]] = {}  # by the id of a map of a file, how to open it
        self.weak = WeakTargets(None if plan is None else plan.weakly)
        self.kinds: set[type] = set()  # of instances that are pickled
        self._streams = {id(stream): name for name in _STREAMS for stream in _streams_of(name)}

    _anchor: Any = None
    owned = 0
    """Bytes: an array up to this size is not left to a map of its blob, so that it is in all as it was."""
    leaves_objects_behind = True
    """Whether objects of the sender that refer to what is sent may stay behind and still be used."""

    tells_tables = True
    """Whether it is a part of a pandas index that it was asked for a label."""

    names_builtins = False
    """Whether the dictionary of Python's own names is named, so that a dictionary that holds it can be sent."""

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if originals.active() and (reduced := originals.reduce(obj)) is not None:
            return self._by_value(obj, kind) if reduced is originals.BY_VALUE else reduced
        if (reduce := _of_instances.get(kind, _UNKNOWN)) is not _UNKNOWN and id(obj) not in self._streams:
            self.kinds.add(kind)
            return NotImplemented if reduce is None else reduce(obj, self)
        if kind is FunctionType:
            if obj.__globals__ is self._namespace:
                return self._dynamic_function_reduce(obj)
            return NotImplemented if is_importable(obj) else super().reducer_override(obj)
        if issubclass(kind, type):
            if (reduced := iterators.reduce_type(obj)) is not None:
                return reduced
            if is_importable(obj):
                return NotImplemented
            return classes.reduce_class(obj) if classes.is_dynamic(obj) else super().reducer_override(obj)
        if issubclass(kind, ModuleType):  # of a class of its own, as lazy ones are; others go by the dispatch table
            return _reduce_module(obj)
        if self._array is not None and issubclass(kind, self._array):
            return self._reduce_array(obj, kind)
        if id(obj) in self._streams:  # what is printed there belongs to the other side's streams
            return standard_stream, (self._streams[id(obj)],)
        if kind is _CACHED and functions.is_notebook_function(obj.__wrapped__, self._namespace):
            return functions.reduce_cached(obj)
        if isinstance(kind, EnumMeta) and is_notebooks(kind) and (reduced := reduce_member(obj)) is not None:
            return reduced
        if issubclass(kind, BaseException):
            return exceptions.reduce_exception(obj) or NotImplemented
        if refusals.belongs_here(kind):
            _refuse(obj)
        self.kinds.add(kind)
        reduce = reducers.for_kind(kind)
        if kind.__module__ != "__main__" and not isinstance(kind, EnumMeta):
            _of_instances[kind] = reduce
        return NotImplemented if reduce is None else reduce(obj, self)

    def next_plan(self) -> Plan | None:
        """How to pickle everything once more; None if this try was good enough.

        Raises PicklingError for a weak reference to something that would stay behind.
        """
        sharing = None if self._arrays is None else self._arrays.plan()
        if self.weak.found:
            return Plan(sharing, self.weak.travelling(self._reached(), insist=self.leaves_objects_behind))
        return None if sharing is None else Plan(sharing)

    def _reached(self) -> Any:
        """What is travelling, by id."""
        return self.memo.copy()

    def _by_value(self, obj: Any, kind: type) -> Any:
        """Pickle what goes by the name of something else."""
        if kind is FunctionType:
            return self._dynamic_function_reduce(obj)
        if issubclass(kind, type):
            return classes.reduce_class(obj)
        return functions.reduce_cached(obj) if kind is _CACHED else NotImplemented

    def _reduce_array(self, array: Any, kind: type) -> Any:
        if kind is self._array and array.base is None:
            return self._arrays.reduce(array) or NotImplemented  # type: ignore[union-attr]
        if (array.base is not None and file_maps.find(array) is not None) or file_maps.is_map(kind):
            return file_maps.reduce_array(array, self)
        if kind is not self._array:
            return arrays.reduce_subclass(array) if arrays.is_plain_subclass(kind) else NotImplemented
        return self._arrays.reduce(array) or NotImplemented  # type: ignore[union-attr]

    def _dynamic_function_reduce(self, func: FunctionType) -> Any:
        """Cloudpickle asks this for every function that is not importable."""
        reduced = functions.reduce_function(func, self._namespace, self._cell_ref, self._own_globals)
        return super()._dynamic_function_reduce(func) if reduced is None else reduced

    def _own_globals(self, variables: Namespace) -> Namespace | functions.GlobalsRef:
        if self.names_builtins:
            return variables
        return self._globals.setdefault(id(variables), functions.GlobalsRef(variables))

    def _cell_ref(self, cell: CellType) -> functions.CellRef:
        return self._cells.setdefault(id(cell), functions.CellRef(cell))


class ScopePickler(NotebookPickler):
    """For variables with which `exec` or `eval` was called as its globals."""

    names_builtins = True

    def persistent_id(self, obj: Any) -> Any:
        return BUILTINS if obj is _BUILTINS else None


class ReferringPickler(NotebookPickler):
    """Names objects that the other side has (by ``id``) instead of sending them."""

    names_builtins = True
    leaves_objects_behind = False
    owned = 64 << 20

    def __init__(
        self,
        write: Write,
        take_buffer: TakeBuffer | None,
        namespace: Namespace | None,
        references: References,
        small: int = _SMALL,
        plan: Plan | None = None,
    ) -> None:
        self._anchor = getattr(references, "anchor", None)
        self.tells_tables = getattr(references, "tells_tables", True)
        super().__init__(write, take_buffer, namespace, small, plan)
        self._references = references
        self._ids: Any = getattr(references, "ids", references)
        self.kinds = getattr(references, "kinds", self.kinds)

    def persistent_id(self, obj: Any) -> Any:
        return self._references.get(id(obj)) if id(obj) in self._ids else None

    def _reached(self) -> Any:
        named = {id(target) for target in self.weak.found if self._references.get(id(target)) is not None}
        return named.union(super()._reached())


def _refuse(value: Any) -> Any:
    raise pickle.PicklingError(f"it is {refusals.describe(value) or type(value).__name__}")


def _reduce_module(module: ModuleType) -> Any:
    if (reduced := hand_made.reduce_module(module)) is not None:
        return reduced
    if namespaces.is_importable(module):
        return cloudpickle.cloudpickle.subimport, (module.__name__,)
    variables = {name: value for name, value in vars(module).items() if name not in ("__builtins__", "__loader__")}
    return _make_module, (module.__name__,), variables, None, None, functions.fill_attributes


def _make_module(name: str) -> ModuleType:
    return ModuleType(name)


_CACHED = functools._lru_cache_wrapper
# cloudpickle sends a file's text: another object than was meant.
_OWN: dict[type, Callable[[Any], Any]] = {
    io.TextIOWrapper: _refuse,
    ModuleType: _reduce_module,
}
_OF_CLOUDPICKLE: dict[type, Callable[[Any], Any]] = cloudpickle.Pickler._dispatch_table
NotebookPickler.dispatch_table = ChainMap(_OWN, _OF_CLOUDPICKLE, copyreg.dispatch_table)


def holds_scopes(variables: object) -> bool:
    """Whether one of the variables is a dictionary that was the globals of `exec` or `eval`."""
    if type(variables) is not dict:
        return False
    return any(type(value) is dict and value.get("__builtins__") is _BUILTINS for value in variables.values())


def has_reducer(kind: type) -> bool:
    """Whether a type is pickled by a registered function rather than by its own methods."""
    return kind in NotebookPickler.dispatch_table
