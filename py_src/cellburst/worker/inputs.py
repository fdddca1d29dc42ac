"""What each task starts with: its inputs and parameters, fresh for every task.

A task may change whatever it gets, so it gets its own copy. Unpickling again is the general way to make one; where
everything is immutable or a plain function, it is made from memory, which keeps ten thousand tiny tasks cheap.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from cellburst.abc import BlobStore
from cellburst.model.blob import Packed
from cellburst.payload.called import Called
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings

Namespace = dict[str, Any]
_FUNCTIONS = 64  # that are remembered of a run of calls
_ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None), type(Ellipsis), ModuleType, BuiltinFunctionType})


class Inputs:
    """The inputs of a run: ``make`` gives each task its own."""

    def __init__(self, packed: Packed, blobs: BlobStore) -> None:
        self._packed = packed
        self._blobs = blobs
        self._mould: _Mould | None = None
        self._worth_it: bool | None = None  # unknown before the first task: many runs have only one

    def make(self, namespace: Namespace) -> Any:
        """The unpickled inputs, whose functions have ``namespace`` as their globals. Raises what unpickling raises."""
        if self._mould is not None:
            return self._mould.cast(namespace)
        if self._worth_it:
            globals_: Namespace = {}
            self._mould = _Mould.of(self._unpack(globals_), globals_)
            return self._mould.cast(namespace) if self._mould else self._unpack(namespace)
        inputs = self._unpack(namespace)
        if self._worth_it is None:
            self._worth_it = _Mould.of(inputs, namespace) is not None
        return inputs

    def _unpack(self, namespace: Namespace) -> Any:
        return unpack(self._packed, self._blobs, namespace=namespace)


class _Mould:
    """Unpickled inputs that are kept aside, never executed in, and copied for each task."""

    def __init__(self, inputs: Any, globals_: Namespace) -> None:
        self._inputs = inputs
        self._globals = globals_

    @classmethod
    def of(cls, inputs: Any, globals_: Namespace) -> _Mould | None:
        """None if some part can only be copied by unpickling it, or if two names share a part."""
        if type(inputs) is dict:
            parts = list(inputs.values())
        elif type(inputs) is tuple and len(inputs) == 3 and type(inputs[2]) is dict:  # (function, args, kwargs)
            parts = [inputs[0], inputs[1], *inputs[2].values()]
        elif type(inputs) is FunctionType:
            parts = [inputs]
        else:
            return None
        functions = [id(part) for part in parts if type(part) is FunctionType]
        if len(set(functions)) < len(functions) or not all(_copyable(part, globals_) for part in parts):
            return None
        return cls(inputs, globals_)

    def cast(self, namespace: Namespace) -> Any:
        if type(self._inputs) is dict:
            return {name: _copy(part, self._globals, namespace) for name, part in self._inputs.items()}
        if type(self._inputs) is FunctionType:
            return _copy(self._inputs, self._globals, namespace)
        function, args, kwargs = self._inputs
        named = {name: _copy(part, self._globals, namespace) for name, part in kwargs.items()}
        return _copy(function, self._globals, namespace), args, named


class Parameters:
    """The sweep of a run: ``make`` gives each task its own values."""

    def __init__(self, sweep: Packed | None, blobs: BlobStore, settings: Settings) -> None:
        self._packed = sweep
        self._blobs = blobs
        self._settings = settings
        self._globals: Namespace = {}
        self._sweep: Any = None
        self._copies: dict[int, Packed] = {}

    def make(self, index: int, namespace: Namespace, given: Packed) -> dict[str, Any]:
        """The parameters of task ``index``: what it was ``given``, or its place in the sweep.

        What a search gave goes through ``resolve`` of its space. Raises what unpickling raises.
        """
        if given.body or given.body_blob is not None:
            return self._given(given, namespace)
        if self._packed is None:
            return {}
        found: Mapping[str, Any] = (self._unpacked() if self._sweep is None else self._sweep)[index]
        return {name: self._own(value, namespace) for name, value in found.items()}

    def _given(self, given: Packed, namespace: Namespace) -> dict[str, Any]:
        row: dict[str, Any] = unpack(given, self._blobs, namespace=namespace, name="the task's parameters")
        resolve = getattr(self._unpacked(), "resolve", None)
        if resolve is None:
            return row
        found: Mapping[str, Any] = resolve(row)
        return {name: self._own(value, namespace) for name, value in found.items()}

    def _unpacked(self) -> Any:
        if self._sweep is None and self._packed is not None:
            self._sweep = unpack(self._packed, self._blobs, namespace=self._globals)
        return self._sweep

    def _own(self, value: Any, namespace: Namespace) -> Any:
        if _copyable(value, self._globals):
            return _copy(value, self._globals, namespace)
        packed = self._copies.get(id(value))  # the sweep keeps its values alive, or makes new ones that are packed anew
        if packed is None:
            packed = pack(value, self._blobs, self._settings, namespace=self._globals)
        return unpack(packed, self._blobs, namespace=namespace)


class Calls:
    """What the tasks of a run of calls are given: ``make`` gives each its ``(fn, args, kwargs)``."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._functions: dict[Packed, Inputs] = {}

    def make(self, given: Packed, namespace: Namespace) -> Any:
        """Raises what unpickling raises."""
        function, args, kwargs = unpack(given, self._blobs, namespace=namespace, name="the call")
        if type(function) is Called:
            function = self._shared(function.packed).make(namespace)
        return function, args, kwargs

    def _shared(self, packed: Packed) -> Inputs:
        found = self._functions.get(packed)
        if found is None:
            if len(self._functions) >= _FUNCTIONS:
                del self._functions[next(iter(self._functions))]
            found = self._functions[packed] = Inputs(packed, self._blobs)
        return found


def _copyable(value: Any, globals_: Namespace) -> bool:
    """Whether ``_copy`` of it is as good as unpickling it again."""
    kind = type(value)
    if kind is tuple:
        return all(_is_immutable(item) for item in value)
    if kind is FunctionType:
        return _is_bare(value) if value.__globals__ is globals_ else _is_imported(value)
    return _is_immutable(value)


def _is_immutable(value: Any) -> bool:
    """Scalars, modules, and what is imported and not made."""
    return type(value) in _ATOMS or (isinstance(value, type) and value.__module__ != "__main__")


def _is_imported(function: FunctionType) -> bool:
    """Whether unpickling gives this very object."""
    module = sys.modules.get(function.__module__)
    if module is None or function.__module__ == "__main__":
        return False
    return vars(module).get(function.__qualname__) is function  # what was defined inside of another is made anew


def _is_bare(function: FunctionType) -> bool:
    """Whether nothing that belongs to the function itself can be changed from inside it."""
    return not (
        function.__closure__
        or function.__dict__
        or function.__kwdefaults__
        or getattr(function, "__type_params__", None)
        or any(type(default) not in _ATOMS for default in function.__defaults__ or ())
        or any(type(note) not in _ATOMS and not isinstance(note, type) for note in function.__annotations__.values())
    )


def _copy(value: Any, globals_: Namespace, namespace: Namespace) -> Any:
    if type(value) is FunctionType and value.__globals__ is globals_:
        return _copy_function(value, namespace)
    return value


def _copy_function(function: FunctionType, namespace: Namespace) -> FunctionType:
    made = FunctionType(function.__code__, namespace, function.__name__, function.__defaults__)
    made.__qualname__ = function.__qualname__
    made.__module__ = function.__module__
    made.__doc__ = function.__doc__
    if function.__annotations__:
        made.__annotations__ = dict(function.__annotations__)
    return made
