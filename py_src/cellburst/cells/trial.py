"""Pickling a value without keeping a byte: does it travel, how large is it, and which notebook code goes with it."""

from __future__ import annotations

import pickle
from collections.abc import Collection
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

from cellburst.payload import refusals
from cellburst.payload.depth import deeper
from cellburst.payload.pickler import NotebookPickler, ScopePickler, holds_scopes

_ATOMS = frozenset({int, float, bool, complex, type(None)})


@dataclass
class Trial:
    """What one value would cost. ``size`` is in bytes; ``error`` is what pickling it raised.

    ``code`` is the code that travels by value and reads the notebook's namespace. ``elsewhere`` says that a part
    lies on a device that the worker does not have.
    """

    size: int = 0
    error: BaseException | None = None
    code: set[CodeType] = field(default_factory=set)
    elsewhere: bool = False


def attempt(value: object, namespace: dict[str, Any], devices: Collection[str] | None = None) -> Trial:
    """Pickle ``value`` as ``payload.pack`` does, but into nothing; large buffers are not copied."""
    kind = type(value)
    if kind in _ATOMS:
        return Trial(len(pickle.dumps(value, 5)))
    if kind is str or kind is bytes:
        return Trial(len(value))  # type: ignore[arg-type]
    make = _ScopeTrialPickler if holds_scopes({"": value}) else _TrialPickler
    pickler = make(namespace, None if devices is None else frozenset(devices))
    try:
        with deeper():
            pickler.dump(value)
    except (Exception, SystemExit, GeneratorExit) as error:
        pickler.trial.error = error
    return pickler.trial


class _TrialPickler(NotebookPickler):
    def __init__(self, namespace: dict[str, Any], devices: frozenset[str] | None) -> None:
        super().__init__(self._count, self._take, namespace)
        self.trial = Trial()
        self._home = namespace
        self._devices = devices

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) is FunctionType:
            if obj.__globals__ is self._home:
                self.trial.code.add(obj.__code__)
        elif self._devices is not None and refusals.absent_device(obj, self._devices):
            self.trial.elsewhere = True
        return super().reducer_override(obj)

    def _count(self, chunk: Any) -> int:
        size = chunk.nbytes if isinstance(chunk, memoryview) else len(chunk)
        self.trial.size += size
        return size

    def _take(self, buffer: pickle.PickleBuffer) -> bool:
        self.trial.size += buffer.raw().nbytes
        return False


class _ScopeTrialPickler(_TrialPickler, ScopePickler):
    """For a value that was the globals of `exec`."""
