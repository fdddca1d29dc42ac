"""Why an object cannot travel, in one sentence: `model.log.handlers[0].stream is an open file`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any
from weakref import ReferenceType

from cellburst.payload import namespaces, refusals
from cellburst.payload.depth import deeper
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickler import ScopePickler
from cellburst.payload.placeholders import Placeholder, reason_of
from cellburst.payload.rebuild import sentence
from cellburst.payload.steps import Step, children, joined

_DEEPEST = 100
_FEW = 2  # steps into something that is nested too deeply: all of them are in the way
_SECONDS = 2.0
_WIDEST = 200_000  # objects looked at for their device

Part = tuple[Step, Any]


@dataclass(frozen=True)
class Culprit:
    """An object that cannot travel. ``words`` say what it is if it is of a kind that never does."""

    obj: Any
    path: str
    words: str
    error: BaseException

    def sentence(self) -> str:
        """What it is, where, and why it cannot travel."""
        if type(self.obj) is Placeholder:
            return f"{self.path} is a placeholder: {reason_of(self.obj).sentence()}"
        if self.words:
            return f"{self.path} is {self.words}"
        return f"{self.path} ({kind_name(self.obj)}) cannot be pickled: {said(self.error)}"

    def message(self) -> str:
        """That, and what to do about it."""
        return f"{self.sentence()}; {refusals.way_there(self.words)}" if self.words else self.sentence()


def explain(
    obj: Any, path: str, *, namespace: Namespace | None = None, devices: Collection[str] | None = None
) -> str | None:
    """What in ``obj``, which is called ``path``, cannot travel, and why; None if all of it can.

    ``namespace`` is the one whose functions leave their globals behind (`__main__`'s if not given).
    ``devices`` ("cpu", "cuda", "cuda:0") are those of the worker; None does not ask where tensors lie.
    The search follows what pickle refuses, so it finds exactly what is in the way; it gives up
    going deeper after two seconds.
    """
    found = find(obj, path, namespace=namespace, devices=devices)
    return found.sentence() if found else None


def find(
    obj: Any, path: str, *, namespace: Namespace | None = None, devices: Collection[str] | None = None
) -> Culprit | None:
    """As ``explain``, with the object that is in the way."""
    namespace = namespaces.main() if namespace is None else namespace
    found = culprit(obj, path, lambda part: failure(part, namespace))
    if found is not None or devices is None:
        return found
    return _elsewhere(obj, path, frozenset(devices))


def refusal(obj: Any, name: str, error: BaseException, *, namespace: Namespace | None = None) -> str:
    """The message for an object whose pickling raised; the entries of a dict of names go by their own."""
    parts = obj if type(obj) is dict and all(isinstance(key, str) for key in obj) else {}
    for key, value in parts.items():
        if key.isidentifier() and (found := find(value, key, namespace=namespace)):
            return found.message()
    whole = find(obj, name, namespace=namespace)  # what only all of it together has against it
    if whole is None:
        return f"{name} cannot be pickled: {sentence(error)}"
    entry = re.match(re.escape(name) + r"\['([^\W\d]\w*)'\]", whole.path) if parts else None
    return replace(whole, path=entry[1] + whole.path[entry.end() :] if entry else whole.path).message()


def culprit(obj: Any, path: str, fails: Callable[[Any], BaseException | None]) -> Culprit | None:
    """The object inside ``obj`` that ``fails`` says an error of; None if it says none of the whole."""
    error = fails(obj)
    if error is None:
        return None
    stop = time.monotonic() + _SECONDS
    seen = {id(obj)}
    for _ in range(_FEW if is_too_deep(error) else _DEEPEST):
        if words := refusals.describe(obj):
            return Culprit(obj, path, words, error)
        parts = [part for part in children(obj) if id(part[1]) not in seen]
        found = _first_failing(parts, fails, stop)
        if found is None:
            break
        (step, obj), error = found
        path = joined(path, step)
        seen.add(id(obj))
    return Culprit(obj, path, "", error)


def _first_failing(
    parts: list[Part], fails: Callable[[Any], BaseException | None], stop: float
) -> tuple[Part, BaseException] | None:
    """One part that cannot be pickled, found by halving: as many trials as the number has bits."""
    for part in parts:  # the obvious ones first: their path is the shorter one
        if refusals.describe(part[1]) and (error := fails(part[1])):
            return part, error
    while parts and time.monotonic() < stop:
        half = parts[: (len(parts) + 1) // 2]
        error = fails([value for _, value in half])
        if error is not None and len(half) == 1:
            return half[0], error
        parts = half if error is not None else parts[len(half) :]
    return None


def failure(obj: Any, namespace: Namespace | None) -> BaseException | None:
    """What pickling it raises; nothing is written anywhere."""
    pickler = ScopePickler(_drop, _drop, namespace)
    try:
        with deeper():
            pickler.dump(obj)
        if type(obj) is not ReferenceType:  # by itself one leads nowhere; what it is in may hold its target
            pickler.next_plan()
    except (Exception, SystemExit, GeneratorExit) as error:
        return error
    return None


def _drop(_: Any) -> bool:
    return False


def is_too_deep(error: BaseException) -> bool:
    """Whether it says that objects are nested too deeply: no single one of them is in the way."""
    return isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError)


def said(error: BaseException) -> str:
    """What an error of pickling says, in a line."""
    if is_too_deep(error):
        return "it is nested too deeply"
    return sentence(error)


def kind_name(obj: Any) -> str:
    """The name of its type, with the module unless that is plain."""
    kind = type(obj)
    return (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )


def _elsewhere(obj: Any, path: str, devices: frozenset[str]) -> Culprit | None:
    stop = time.monotonic() + _SECONDS
    queue = [(obj, path)]
    seen: set[int] = set()
    for value, where in queue:  # grows while it is read: breadth first
        if device := refusals.absent_device(value, devices):
            words = f"a tensor on {device}, which the worker does not have; move it with .cpu()"
            return Culprit(value, where, words, LookupError(device))
        if id(value) in seen:
            continue
        seen.add(id(value))
        if len(seen) > _WIDEST or time.monotonic() > stop:
            break
        queue.extend((part, joined(where, step)) for step, part in children(value))
    return None
