"""What a program could tell about the objects of a namespace: values, types, and which places hold the same thing."""

from __future__ import annotations

import ctypes
import functools
import random
import sys
import weakref
from array import array
from collections import deque
from collections.abc import Iterator, Mapping
from types import CellType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

_PLAIN = (int, float, complex, str, bytes, bool, type(None), type(Ellipsis), range, slice)


class Observer:
    """Describes namespaces; an object that it has met keeps its number, so that a later description tells it again."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._alive: list[Any] = []
        self._arrays: list[tuple[str, Any]] = []

    def describe(self, namespace: Mapping[str, Any]) -> dict[str, Any]:
        """By name what is there, and under "memory" which arrays lie where on the same memory."""
        self._told: set[int] = set()
        self._arrays = []
        names = sorted(name for name in namespace if not name.startswith("__"))
        told = {name: self._tell(namespace[name], name) for name in names}
        told["memory"] = list(self._sharing())
        return told

    def _tell(self, value: Any, where: str) -> Any:
        kind = type(value)
        if isinstance(value, (*_PLAIN, np.generic)) and kind.__module__ in ("builtins", "numpy"):
            return kind.__name__, repr(value)
        if isinstance(value, (ModuleType, np.dtype)) or value is np.ma.masked:
            return repr(value)
        if kind in (tuple, frozenset) and all(isinstance(part, _PLAIN) for part in value):
            return kind.__name__, sorted(map(repr, value)) if kind is frozenset else repr(value)
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._numbers)
            self._alive.append(value)
        number = f"#{self._numbers[id(value)]}"
        if id(value) in self._told:
            return number
        self._told.add(id(value))
        return number, kind.__name__, self._inside(value, where)

    def _inside(self, value: Any, where: str) -> Any:
        if isinstance(value, np.ndarray):
            return self._array(value, where)
        if type(value).__module__.startswith("torch") and isinstance(value, sys.modules["torch"].Tensor):
            return self._tensor(value, where)
        if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
            return self._table(value, where)
        if isinstance(value, pd.api.extensions.ExtensionArray):
            return str(value.dtype), [self._tell(part, f"{where}[{i}]") for i, part in enumerate(value.astype(object))]
        return [(step, self._tell(part, f"{where}{step}")) for step, part in self._parts(value)]

    def _array(self, value: Any, where: str) -> Any:
        self._arrays.append((where, value))
        flags = value.flags
        owns = None if value.nbytes >= 1 << 18 or not value.size else (flags.owndata, value.base is None)
        inside = [("." + name, self._tell(part, f"{where}.{name}")) for name, part in _attributes(value)]
        plain = np.asarray(value)
        if value.dtype.kind == "O":
            elements = [self._tell(part, f"{where}[{i}]") for i, part in enumerate(plain.ravel().tolist())]
        else:
            elements = repr(plain.tolist())  # type: ignore[assignment]
        return (
            value.dtype.str,
            value.shape,
            value.strides if value.size else (),
            flags.writeable,
            owns,
            elements,
            inside,
        )

    def _tensor(self, value: Any, where: str) -> Any:
        if value.layout is sys.modules["torch"].strided and value.numel():
            self._arrays.append((where, np.asarray(_Shown(value))))
        inside = [(name, self._tell(part, f"{where}.{name}")) for name, part in sorted(vars(value).items())]
        if value.is_leaf or value.retains_grad:
            inside.append(("grad", self._tell(value.grad, f"{where}.grad")))
        inside.append(("hooks", self._tell(value._backward_hooks, f"{where}.hooks")))
        marks = value.requires_grad, value.is_leaf, type(value.grad_fn).__name__, value.is_inference(), value.is_conj()
        if value.layout is not sys.modules["torch"].strided:
            return repr(value), marks, inside
        form = tuple(value.shape), value.stride(), value.storage_offset(), str(value.dtype), repr(value)
        storage = value.untyped_storage()
        return form, marks, self._tell(storage, f"{where}.storage"), storage.nbytes(), storage.resizable(), inside

    def _table(self, value: Any, where: str) -> Any:
        if isinstance(value, pd.Index):
            return str(value.dtype), list(value.names), [repr(part) for part in value]
        index = self._tell(value.index, where + ".index")
        if isinstance(value, pd.Series):
            return index, value.name, dict(value.attrs), str(value.dtype), self._column(value, where)
        columns = self._tell(value.columns, where + ".columns")
        parts = [self._column(value.iloc[:, i], f"{where}[{i}]") for i in range(value.shape[1])]
        flags = value.flags.allows_duplicate_labels
        return index, columns, [str(kind) for kind in value.dtypes], self._tell(value.attrs, ".attrs"), flags, parts

    def _column(self, series: Any, where: str) -> Any:
        held = series._mgr.blocks[0].values
        if isinstance(held, np.ndarray):
            self._arrays.append((where, held))
        return [self._tell(part, f"{where}[{i}]") for i, part in enumerate(series.astype(object).tolist())]

    def _sharing(self) -> Iterator[Any]:
        for number, (name, one) in enumerate(self._arrays):
            for other_name, other in self._arrays[:number]:
                if one.size and other.size and np.shares_memory(one, other):
                    yield name, other_name, _address(one) - _address(other)

    def _parts(self, value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, (dict, MappingProxyType)):
            for number, (key, part) in enumerate(value.items()):
                yield f".key{number}", key
                yield f"[{number}]", part
        elif isinstance(value, (list, tuple, deque)):
            yield from ((f"[{i}]", part) for i, part in enumerate(value))
        elif isinstance(value, (set, frozenset, weakref.WeakSet)):
            yield from ((f"{{{i}}}", part) for i, part in enumerate(sorted(value, key=_sorting)))
        elif isinstance(value, (bytearray, array, memoryview)):
            yield "bytes", repr(value.tolist() if not isinstance(value, bytearray) else bytes(value))
        elif isinstance(value, weakref.ReferenceType):
            yield "()", value()
        elif isinstance(value, (weakref.WeakValueDictionary, weakref.WeakKeyDictionary)):
            yield from ((f"[{i}]", part) for i, pair in enumerate(list(value.items())) for part in pair)
        elif isinstance(value, (np.random.Generator, np.random.RandomState)):
            yield "state", ""
            state = value.get_state() if hasattr(value, "get_state") else value.bit_generator.state
            yield "state", repr(state)
        elif isinstance(value, random.Random):
            yield "state", repr(value.getstate())
        elif isinstance(value, functools.partial):
            yield from ((".func", value.func), (".args", value.args), (".keywords", value.keywords))
        elif isinstance(value, MethodType):
            yield from ((".__self__", value.__self__), (".name", value.__func__.__name__))
        elif isinstance(value, functools._lru_cache_wrapper):
            yield from ((".info", repr(value.cache_info())), (".wrapped", value.__wrapped__))
        elif isinstance(value, CellType):
            yield from ((".content", part) for part in _cell(value))
        elif isinstance(value, FunctionType):
            yield from _of_function(value)
        elif type(value).__name__ == "UntypedStorage":
            yield "bytes", repr(ctypes.string_at(value.data_ptr(), value.nbytes()) if value.nbytes() else b"")
        elif hasattr(value, "__next__"):
            yield "rest", repr(_rest(value))
        yield from (("." + name, part) for name, part in _attributes(value))


class _Shown:
    """The memory that a tensor shows; asking the tensor itself would change it."""

    def __init__(self, tensor: Any) -> None:
        size = tensor.element_size()
        self.tensor = tensor
        self.__array_interface__ = {
            "shape": tuple(tensor.shape),
            "typestr": f"|V{size}",
            "data": (tensor.data_ptr(), False),
            "strides": tuple(size * stride for stride in tensor.stride()),
            "version": 3,
        }


def _of_function(value: FunctionType) -> Iterator[tuple[str, Any]]:
    yield ".name", value.__name__
    yield from ((f".cell{i}", cell) for i, cell in enumerate(value.__closure__ or ()))
    yield ".defaults", value.__defaults__
    yield ".kwdefaults", value.__kwdefaults__


def _attributes(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, type):
        if value.__module__ != "__main__":
            return []
        return [
            (name, part)
            for name, part in vars(value).items()
            if not name.startswith("_") and isinstance(part, (*_PLAIN, list, dict, set, np.ndarray))
        ]
    found: dict[str, Any] = {}
    if type(value).__module__.startswith(("pandas", "random", "weakref", "_weakrefset", "_random")):
        return []
    found.update(getattr(value, "__dict__", {}))
    for cls in type(value).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                found[name] = getattr(value, name)
    names = ("__wrapped__", "_cache", "_abc_impl")
    return [(name, found[name]) for name in sorted(found) if name not in names]


def _address(value: Any) -> int:
    return int(value.__array_interface__["data"][0])


def _sorting(value: Any) -> Any:
    return type(value).__name__, str(getattr(value, "name", "")) or (
        repr(value) if isinstance(value, (*_PLAIN, tuple)) else ""
    )


def _cell(value: CellType) -> tuple[Any, ...]:
    try:
        return (value.cell_contents,)
    except ValueError:
        return ()


def _rest(value: Any) -> Any:
    """How far an iterator is, without going on with it."""
    try:
        return value.__length_hint__()
    except (AttributeError, TypeError):
        return repr(value) if type(value).__name__ == "count" else type(value).__name__
