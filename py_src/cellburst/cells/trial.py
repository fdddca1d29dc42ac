"""Pickling a value without keeping a byte: does it travel, how large is it, and which notebook code goes with it."""

from __future__ import annotations

import pickle
from collections.abc import Collection
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

from cellburst.cells.plain_data import few_members, plain_array_size, plain_size
from cellburst.payload import refusals
from cellburst.payload.depth import deeper
from cellburst.payload.pickler import NotebookPickler, ScopePickler, holds_scopes

_ATOMS = frozenset({int, float, bool, complex, type(None)})
_PLAIN = _ATOMS | {str, bytes}
_MUCH = 8 << 20  # bytes: of more, what was reached is not kept


@dataclass
class Trial:
    """What one value would cost. ``size`` is in bytes; ``error`` is what pickling it raised.

    ``code`` is the code that travels by value and reads the notebook's namespace. ``elsewhere`` says that a part
    lies on a device that the worker does not have. ``within`` says that it is part of a value that was tried before,
    whose size counts it, or a container of nothing but such parts.
    """

    size: int = 0
    error: BaseException | None = None
    code: set[CodeType] = field(default_factory=set)
    elsewhere: bool = False
    within: bool = False

    def count(self, chunk: Any) -> int:
        """Take a part of the pickle."""
        size = chunk.nbytes if isinstance(chunk, memoryview) else len(chunk)
        self.size += size
        return size

    def take(self, buffer: pickle.PickleBuffer) -> bool:
        """Take a buffer; it is not to be in the pickle."""
        self.size += buffer.raw().nbytes
        return False


class Trials:
    """Tries the values of one namespace; what one of them has reached, such as the axes of a figure, is tried once."""

    def __init__(self, namespace: dict[str, Any], devices: Collection[str] | None = None) -> None:
        self._namespace = namespace
        self._devices = devices
        self._reached: dict[int, Trial] = {}
        self._kept: list[object] = []  # what was reached: nothing else may get its id meanwhile
        self._last: _TrialPickler | None = None  # whose memory nobody has asked for yet: a copy of it is dear

    def of(self, value: object) -> Trial:
        """Pickle ``value`` as ``payload.pack`` does, but into nothing; large buffers are not copied."""
        if (plain := _of_plain(value)) is not None:
            return plain
        self._take_in()
        if (code := self._code_around(value)) is not None:
            return Trial(code=code, within=True)
        make = _ScopeTrialPickler if holds_scopes({"": value}) else _TrialPickler
        pickler = make(self._namespace, None if self._devices is None else frozenset(self._devices))
        trial = pickler.trial
        try:
            with deeper():
                pickler.dump(value)
        except (Exception, SystemExit, GeneratorExit) as error:
            trial.error = error
        if trial.error is None and not trial.elsewhere and trial.size < _MUCH:
            self._last = pickler
        return trial

    def _take_in(self) -> None:
        """Remember what the last trial has reached."""
        if self._last is not None:
            memory = self._last.memo.copy()
            self._kept.append(memory)
            self._reached.update(dict.fromkeys(memory, self._last.trial))
            self._last = None

    def _code_around(self, value: object) -> set[CodeType] | None:
        """The code of what was tried before, if ``value`` is part of it or holds nothing else; None otherwise."""
        if (around := self._reached.get(id(value))) is not None:
            return around.code
        parts = [part for part in few_members(value) if type(part) not in _PLAIN] if self._reached else []
        found = [self._reached.get(id(part)) for part in parts]
        if not found or None in found:
            return None
        return set().union(*(trial.code for trial in found if trial is not None))


def attempt(value: object, namespace: dict[str, Any], devices: Collection[str] | None = None) -> Trial:
    """The trial of a single value."""
    return Trials(namespace, devices).of(value)


def _of_plain(value: object) -> Trial | None:
    kind = type(value)
    if kind in _ATOMS:
        return Trial(len(pickle.dumps(value, 5)))
    if kind is str or kind is bytes:
        return Trial(len(value))  # type: ignore[arg-type]
    size = plain_size(value)
    return None if size is None else Trial(size)


class _TrialPickler(NotebookPickler):
    def __init__(self, namespace: dict[str, Any], devices: frozenset[str] | None) -> None:
        self.trial = Trial()  # not the pickler's own methods: it would refer to itself, and keep what it has seen
        super().__init__(self.trial.count, self.trial.take, namespace)
        self._home = namespace
        self._devices = devices

    def _reduce_array(self, array: Any, kind: type) -> Any:
        if (size := plain_array_size(array)) is not None:
            self.trial.size += size
            return bytes, ()
        return super()._reduce_array(array, kind)

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) is FunctionType:
            if obj.__globals__ is self._home:
                self.trial.code.add(obj.__code__)
        elif self._devices is not None and refusals.absent_device(obj, self._devices):
            self.trial.elsewhere = True
        return super().reducer_override(obj)


class _ScopeTrialPickler(_TrialPickler, ScopePickler):
    """For a value that was the globals of `exec`."""
