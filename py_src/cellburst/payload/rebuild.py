"""Unpickling that goes on where something cannot be rebuilt, so that it can be named and the rest be kept."""

from __future__ import annotations

import builtins
import io
import pickle
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

from cellburst.errors import PlaceholderError
from cellburst.payload import log_handlers
from cellburst.payload.namespaces import Namespace, filling
from cellburst.payload.steps import children, joined

_LIMIT = 100_000  # objects that are looked through for the broken one
_LONGEST = 500
_WAYS_OUT = {
    "ImportError": "is it installed in this environment?",
    "ModuleNotFoundError": "is it installed in this environment?",
    "AttributeError": "was it defined or changed after it was sent?",
}


class MissingReferenceError(LookupError):
    """The pickle names an object that is not here; the message is a whole sentence."""


BUILTINS = ("builtins",)
"""Names the dictionary of Python's own names in a pickle: every process has its own, also in `exec(source, {})`."""


def referred(known: Mapping[Any, object], pid: Any) -> object:
    """The object that a pickle only names. Raises MissingReferenceError."""
    if pid == BUILTINS:
        return vars(builtins)
    if type(pid) is tuple and pid[:1] == (log_handlers.OF_LOGGER,):
        return log_handlers.list_of_logger(pid)
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
    if isinstance(error, PlaceholderError):  # what it is made from is one
        return f"a part of it {text.partition(', but an object ')[2]}"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


_PythonUnpickler: Any = pickle._Unpickler  # the C one cannot be told what to do with an operation


class _Tolerant(_PythonUnpickler):  # type: ignore[misc]
    """pickle's Python version, with a `Broken` wherever an operation raises."""

    dispatch: ClassVar[dict[int, Any]] = dict(_PythonUnpickler.dispatch)

    def __init__(self, body: bytes | memoryview, buffers: list[memoryview], known: Mapping[Any, object]) -> None:
        super().__init__(io.BytesIO(body), buffers=buffers)
        self._known = known
        self.broken: list[Broken] = []

    def _broken(self, why: str) -> Broken:
        self.broken.append(Broken(why))
        return self.broken[-1]

    def persistent_load(self, pid: Any) -> Any:
        try:
            return referred(self._known, pid)
        except Exception as error:
            return self._broken(sentence(error))

    def find_class(self, module: str, name: str) -> Any:
        try:
            return super().find_class(module, name)
        except (Exception, SystemExit) as error:
            return self._broken(sentence(error))

    def load_reduce(self) -> None:
        arguments = self.stack.pop()
        result = self.stack[-1] = self._call(self.stack[-1], arguments)
        mine = len(self.stack) > 1 and arguments and self.stack[-2] is arguments[0] and type(arguments[0]) is not str
        if isinstance(result, Broken) and mine:
            self._replace(-2, result)  # it was the object's own state that could not be set

    def load_newobj(self) -> None:
        arguments = self.stack.pop()
        cls = self.stack.pop()
        self._append_new(cls, arguments, {})

    def load_newobj_ex(self) -> None:
        keywords = self.stack.pop()
        arguments = self.stack.pop()
        cls = self.stack.pop()
        self._append_new(cls, arguments, keywords)

    def _append_new(self, cls: Any, arguments: Any, keywords: Mapping[str, Any]) -> None:
        make = self._broken(cls.why) if isinstance(cls, Broken) else cls.__new__  # each instance is one of its own
        self.append(make if isinstance(make, Broken) else self._call(make, (cls, *arguments), keywords))

    def load_build(self) -> None:
        try:
            super().load_build()
        except (Exception, SystemExit) as error:
            self._replace(-1, self._broken(sentence(error)))

    def _replace(self, position: int, broken: Broken) -> None:
        damaged, self.stack[position] = self.stack[position], broken
        for index, value in self.memo.items():
            if value is damaged:
                self.memo[index] = broken

    def _call(self, function: Any, arguments: Any, keywords: Mapping[str, Any] | None = None) -> Any:
        if broken := next((part for part in (function, *arguments) if isinstance(part, Broken)), None):
            return self._broken(broken.why)
        try:
            return function(*arguments, **(keywords or {}))
        except (Exception, SystemExit) as error:
            return self._broken(sentence(error))

    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build


def tolerant_load(
    body: bytes | memoryview, buffers: list[memoryview], known: Mapping[Any, object] | None, namespace: Namespace | None
) -> tuple[Any, list[Broken]]:
    """What can be rebuilt, and each `Broken` that stands for something that cannot.

    Raises if the stream itself is no pickle.
    """
    unpickler = _Tolerant(body, buffers, {} if known is None else known)
    with filling(namespace):
        return unpickler.load(), unpickler.broken


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
        found = _find_in_names(tolerant_load(body, buffers, known, namespace)[0], name)
    except (Exception, SystemExit):
        found = None
    path, why = found or (name, sentence(error))
    way = way_out(type(error).__name__)
    return f"{path} cannot be rebuilt here: {why}{f'; {way}' if way else ''}"


def way_out(why: str) -> str:
    """What to ask oneself when an object could not be rebuilt for this reason, as ``sentence`` says it."""
    return _WAYS_OUT.get(why.partition(":")[0], "")


def _find_in_names(obj: Any, name: str) -> tuple[str, str] | None:
    """As ``find_broken``, but the entries of a dict of names go by their own."""
    if type(obj) is dict and all(isinstance(key, str) and key.isidentifier() for key in obj):
        return next((found for key, value in obj.items() if (found := find_broken(value, key))), None)
    return find_broken(obj, name)


def find_broken(obj: Any, name: str) -> tuple[str, str] | None:
    """The path to the first `Broken` inside an object of that name, and why it is one."""
    for path, value in _walk({name: obj}):
        if isinstance(value, Broken):
            return path, value.why
    return None


def paths_to(wanted: Collection[int], roots: Mapping[str, Any]) -> dict[int, str]:
    """The shortest paths to objects that are known by their ``id``, as far as they are found."""
    found: dict[int, str] = {}
    for path, value in _walk(roots):
        if id(value) in wanted:
            found.setdefault(id(value), path)
            if len(found) == len(wanted):
                break
    return found


def _walk(roots: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """All objects with the paths to them, breadth first; each is looked into once."""
    queue = [(value, name) for name, value in roots.items()]
    seen: set[int] = set()
    for value, path in queue:  # grows while it is read
        yield path, value
        if id(value) in seen or len(seen) > _LIMIT:
            continue
        seen.add(id(value))
        queue.extend((child, joined(path, step)) for step, child in children(value))
