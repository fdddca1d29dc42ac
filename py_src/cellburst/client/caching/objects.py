"""Digests of objects by their content: equal ones may differ, different ones do."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, TypeVar

from cellburst.cells.versions import Loaded
from cellburst.client.caching.code import code_facts, names_in
from cellburst.payload import class_making, class_state, classes
from cellburst.payload.digests import content_id
from cellburst.payload.importable import is_importable
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickler import NotebookPickler
from cellburst.payload.pickling import dump
from cellburst.payload.rebuild import BUILTINS

_IN_STREAM = 1 << 16  # bytes; a larger buffer is told by what is known of it already
_NOT_CODE = frozenset(
    {"__firstlineno__", "__static_attributes__"}
)  # of Python 3.13; of the last the order is not certain


class Seen:
    """What objects refer to by name: modules, and the names in code that travels."""

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self.names: set[str] = set()


def object_digest(obj: object, namespace: Namespace | None, seen: Seen) -> bytes:
    """16 bytes. ``namespace`` is the notebook's, as in ``pack``. Raises what pickling it raises."""
    make: Callable[..., NotebookPickler] = partial(_KeyPickler, namespace=namespace, seen=seen)
    chunks, buffers = dump(obj, _IN_STREAM, namespace=namespace, make=make)
    made = blake2b(digest_size=16)
    for chunk in chunks:
        made.update(chunk)
    for buffer in buffers:
        made.update(f"|{buffer.nbytes}:{content_id(buffer)}".encode())
    return made.digest()


class _KeyPickler(NotebookPickler):
    """Writes what nobody will read: without what differs from process to process, or with the place in a notebook."""

    def __init__(self, *args: Any, seen: Seen, **options: Any) -> None:
        super().__init__(*args, **options)
        self._seen = seen
        self._sets: dict[int, int] = {}

    def persistent_id(self, obj: Any) -> Any:
        """Python's own names; and sets of plain values, for their order differs from process to process.

        Sets have numbers, so that two equal ones are not the same as one.
        """
        kind = type(obj)
        if kind is dict and obj is _BUILTINS:
            return BUILTINS
        if kind is not set and kind is not frozenset:
            return None
        members = [_told(member) for member in obj]
        if None in members:
            return None
        number = self._sets.setdefault(id(obj), len(self._sets))
        return kind.__name__, number, sorted(filter(None, members))

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind is CodeType:
            self._seen.names |= names_in(obj)
            return _code, code_facts(obj)
        if kind is TypeVar:
            bound = obj.__bound__, obj.__constraints__, obj.__covariant__, obj.__contravariant__
            return _code, (obj.__name__, obj.__module__, *bound)
        if kind is Loaded:  # all of the user's modules that are loaded; those that are used are told by `modules`
            return _loaded, ()
        if issubclass(kind, ModuleType):
            self._seen.modules.add(obj.__name__)
        elif kind in _NAMED or issubclass(kind, type):
            if isinstance(module := getattr(obj, "__module__", None), str):
                self._seen.modules.add(module)
            if issubclass(kind, type) and not is_importable(obj) and classes.is_dynamic(obj):
                return _reduce_class(obj)
        return super().reducer_override(obj)


_BUILTINS = vars(builtins)
_PLAIN = frozenset({str, bytes, int, float, bool, complex, type(None)})
_NAMED = frozenset({FunctionType, BuiltinFunctionType})


def _told(member: object) -> str | None:
    """Text that tells a plain value, or a tuple of them, from all others; None for anything else."""
    kind = type(member)
    if kind is tuple:
        parts = [_told(part) for part in member]  # type: ignore[attr-defined]
        return None if None in parts else f"({', '.join(filter(None, parts))},)"
    return f"{kind.__name__} {member!r}" if kind in _PLAIN else None


def _reduce_class(cls: type) -> tuple[Any, ...]:
    """A class of the notebook without the identity that it has in this process."""
    state = class_state.read(cls)
    attributes = {name: value for name, value in state.attributes.items() if name not in _NOT_CODE}
    state = state._replace(attributes=attributes, order=tuple(name for name in state.order if name not in _NOT_CODE))
    arguments = class_making.arguments_for(cls)[:-1]
    return _class, arguments, (tuple(state), class_making.member_state(cls)), None, None, _filled


def _code(*facts: Any) -> None:
    """Stands for code in a digest."""


def _class(*facts: Any) -> None:
    """Stands for a class in a digest."""


def _filled(*facts: Any) -> None:
    """Stands for the content of a class in a digest."""


def _loaded() -> None:
    """Stands for the user's modules in a digest."""
