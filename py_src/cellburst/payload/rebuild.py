"""Unpickling that goes on where something cannot be rebuilt, so that it can be named and the rest be kept."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from typing import Any, ClassVar

from cellburst.payload.namespaces import Namespace, filling
from cellburst.payload.steps import children, joined

_LIMIT = 100_000  # objects that are looked through for the broken one
_LONGEST = 500


class MissingReferenceError(LookupError):
    """The pickle names an object that is not here; the message is a whole sentence."""


def referred(known: Mapping[Any, object], pid: Any) -> object:
    """The object that a pickle only names. Raises MissingReferenceError."""
    try:
        return known[pid]
    except KeyError:
        raise MissingReferenceError(f"it refers to {pid}, which is not here") from None


class Broken:
    """Stands for an object that could not be rebuilt, and takes whatever the pickle does with it."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __call__(self, *_: Any, **__: Any) -> Broken:
        return self

    def append(self, _: Any) -> None: ...
    def extend(self, _: Any) -> None: ...
    def add(self, _: Any) -> None: ...
    def update(self, _: Any) -> None: ...
    def __setitem__(self, _: Any, __: Any) -> None: ...
    def __setstate__(self, _: Any) -> None: ...
    def __repr__(self) -> str:
        return f"<not rebuilt: {self.why}>"


def sentence(error: BaseException) -> str:
    """An exception in one bounded line; never raises."""
    try:
        text = " ".join(str(error).split())[:_LONGEST]
    except Exception:
        text = ""
    if isinstance(error, MissingReferenceError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


_PythonUnpickler: Any = pickle._Unpickler  # the C one cannot be told what to do with an operation


class _Tolerant(_PythonUnpickler):  # type: ignore[misc]
    """pickle's Python version, with a `Broken` wherever an operation raises."""

    dispatch: ClassVar[dict[int, Any]] = dict(_PythonUnpickler.dispatch)

    def __init__(self, body: bytes | memoryview, buffers: list[memoryview], known: Mapping[Any, object]) -> None:
        super().__init__(io.BytesIO(body), buffers=buffers)
        self._known = known

    def persistent_load(self, pid: Any) -> Any:
        try:
            return referred(self._known, pid)
        except Exception as error:
            return Broken(sentence(error))

    def find_class(self, module: str, name: str) -> Any:
        try:
            return super().find_class(module, name)
        except (Exception, SystemExit) as error:
            return Broken(sentence(error))

    def load_reduce(self) -> None:
        arguments = self.stack.pop()
        result = self.stack[-1] = _call(self.stack[-1], arguments)
        mine = len(self.stack) > 1 and arguments and self.stack[-2] is arguments[0] and type(arguments[0]) is not str
        if isinstance(result, Broken) and mine:
            self._replace(-2, result)  # it was the object's own state that could not be set

    def load_newobj(self) -> None:
        arguments = self.stack.pop()
        cls = self.stack.pop()
        self.append(cls if isinstance(cls, Broken) else _call(cls.__new__, (cls, *arguments)))

    def load_newobj_ex(self) -> None:
        keywords = self.stack.pop()
        arguments = self.stack.pop()
        cls = self.stack.pop()
        self.append(cls if isinstance(cls, Broken) else _call(cls.__new__, (cls, *arguments), keywords))

    def load_build(self) -> None:
        try:
            super().load_build()
        except (Exception, SystemExit) as error:
            self._replace(-1, Broken(sentence(error)))

    def _replace(self, position: int, broken: Broken) -> None:
        damaged, self.stack[position] = self.stack[position], broken
        for index, value in self.memo.items():
            if value is damaged:
                self.memo[index] = broken

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build


def _call(function: Any, arguments: Any, keywords: Mapping[str, Any] | None = None) -> Any:
    if broken := next((part for part in (function, *arguments) if isinstance(part, Broken)), None):
        return broken
    try:
        return function(*arguments, **(keywords or {}))
    except (Exception, SystemExit) as error:
        return Broken(sentence(error))


def tolerant_load(
    body: bytes | memoryview, buffers: list[memoryview], known: Mapping[Any, object] | None, namespace: Namespace | None
) -> Any:
    """What can be rebuilt, with a `Broken` for each thing that cannot. Raises if the stream itself is no pickle."""
    with filling(namespace):
        return _Tolerant(body, buffers, {} if known is None else known).load()


def reason(
    error: BaseException,
    body: bytes | memoryview,
    buffers: list[memoryview],
    name: str,
    namespace: Namespace | None,
    known: Mapping[Any, object] | None,
) -> str:
    """Why a pickle cannot be rebuilt, with the path to the first thing that cannot."""
    try:
        found = _find_in_names(tolerant_load(body, buffers, known, namespace), name)
    except (Exception, SystemExit):
        found = None
    path, why = found or (name, sentence(error))
    return f"{path} cannot be rebuilt here: {why}{_way_out(error)}"


def _way_out(error: BaseException) -> str:
    if isinstance(error, ImportError):
        return "; is it installed in this environment?"
    if isinstance(error, AttributeError):
        return "; was it defined or changed after it was sent?"
    return ""


def _find_in_names(obj: Any, name: str) -> tuple[str, str] | None:
    """As ``find_broken``, but the entries of a dict of names go by their own."""
    if type(obj) is dict and all(isinstance(key, str) and key.isidentifier() for key in obj):
        return next((found for key, value in obj.items() if (found := find_broken(value, key))), None)
    return find_broken(obj, name)


def find_broken(obj: Any, name: str) -> tuple[str, str] | None:
    """The path to the first `Broken` inside an object of that name, and why it is one."""
    queue: list[tuple[Any, str]] = [(obj, name)]
    seen: set[int] = set()
    for value, path in queue:  # grows while it is read: breadth first
        if isinstance(value, Broken):
            return path, value.why
        if id(value) in seen or len(seen) > _LIMIT:
            continue
        seen.add(id(value))
        queue.extend((child, joined(path, step)) for step, child in children(value))
    return None
