"""Why an object cannot travel, in one sentence: `model.log.handlers[0].stream is an open file`."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from cellburst.payload import namespaces, refusals
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickler import NotebookPickler
from cellburst.payload.rebuild import sentence
from cellburst.payload.steps import Step, children, joined

_DEEPEST = 100
_SECONDS = 2.0
_WIDEST = 200_000  # objects looked at for their device

Part = tuple[Step, Any]


def explain(
    obj: Any, path: str, *, namespace: Namespace | None = None, devices: Collection[str] | None = None
) -> str | None:
    """What in ``obj``, which is called ``path``, cannot travel, and why; None if all of it can.

    ``namespace`` is the one whose functions leave their globals behind (`__main__`'s if not given).
    ``devices`` ("cpu", "cuda", "cuda:0") are those of the worker; None does not ask where tensors lie.
    The search follows what pickle refuses, so it finds exactly what is in the way; it gives up
    going deeper after two seconds.
    """
    namespace = namespaces.main() if namespace is None else namespace
    error = _failure(obj, namespace)
    if error is not None:
        return _blame(obj, path, error, namespace)
    return None if devices is None else _elsewhere(obj, path, frozenset(devices))


def refusal(obj: Any, name: str, error: BaseException, *, namespace: Namespace | None = None) -> str:
    """The message for an object whose pickling raised; the entries of a dict of names go by their own."""
    if type(obj) is dict and all(isinstance(key, str) and key.isidentifier() for key in obj):
        for key, value in obj.items():
            if found := explain(value, key, namespace=namespace):
                return found
    return explain(obj, name, namespace=namespace) or f"{name} cannot be pickled: {sentence(error)}"


def _blame(obj: Any, path: str, error: BaseException, namespace: Namespace) -> str:
    stop = time.monotonic() + _SECONDS
    seen = {id(obj)}
    for _ in range(_DEEPEST):
        if words := refusals.describe(obj):
            return f"{path} is {words}"
        parts = [part for part in children(obj) if id(part[1]) not in seen]
        found = _first_failing(parts, namespace, stop)
        if found is None:
            break
        (step, obj), error = found
        path = joined(path, step)
        seen.add(id(obj))
    return f"{path} ({_kind(obj)}) cannot be pickled: {_said(error)}"


def _first_failing(parts: list[Part], namespace: Namespace, stop: float) -> tuple[Part, BaseException] | None:
    """One part that cannot be pickled, found by halving: as many trials as the number has bits."""
    for part in parts:  # the obvious ones first: their path is the shorter one
        if refusals.describe(part[1]) and (error := _failure(part[1], namespace)):
            return part, error
    while parts and time.monotonic() < stop:
        half = parts[: (len(parts) + 1) // 2]
        error = _failure([value for _, value in half], namespace)
        if error is not None and len(half) == 1:
            return half[0], error
        parts = half if error is not None else parts[len(half) :]
    return None


def _failure(obj: Any, namespace: Namespace) -> BaseException | None:
    """What pickling it raises; nothing is written anywhere."""
    try:
        NotebookPickler(_drop, _drop, namespace).dump(obj)
    except (Exception, SystemExit, GeneratorExit) as error:
        return error
    return None


def _drop(_: Any) -> bool:
    return False


def _said(error: BaseException) -> str:
    if isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError):
        return "it is nested too deeply"
    return sentence(error)


def _kind(obj: Any) -> str:
    kind = type(obj)
    return (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )


def _elsewhere(obj: Any, path: str, devices: frozenset[str]) -> str | None:
    stop = time.monotonic() + _SECONDS
    queue = [(obj, path)]
    seen: set[int] = set()
    for value, where in queue:  # grows while it is read: breadth first
        if device := refusals.absent_device(value, devices):
            return f"{where} is a tensor on {device}, which the worker does not have; move it with .cpu()"
        if id(value) in seen:
            continue
        seen.add(id(value))
        if len(seen) > _WIDEST or time.monotonic() > stop:
            break
        queue.extend((part, joined(where, step)) for step, part in children(value))
    return None
