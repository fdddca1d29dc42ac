"""Pickling a value without keeping a byte: does it travel, how large is it, and which notebook code goes with it."""

from __future__ import annotations

import pickle
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from cellburst.cells.plain_data import few_members, plain_array_size, plain_size
from cellburst.payload import refusals
from cellburst.payload.begun import Begun
from cellburst.payload.depth import deeper
from cellburst.payload.pickler import NotebookPickler, ScopePickler, TakeBuffer, Write, holds_scopes

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

    def __init__(
        self, namespace: dict[str, Any], devices: Collection[str] | None = None, begun: Begun | None = None
    ) -> None:
        """``begun`` is the pickle that will be sent, if it begins with what is tried."""
        self._namespace = namespace
        self._devices = None if devices is None else frozenset(devices)
        self._begun = begun
        self._reached: dict[int, Trial] = {}
        self._kept: list[object] = []  # what was reached: nothing else may get its id meanwhile
        self._last: _TrialPickler | None = None  # whose memory nobody has asked for yet: a copy of it is dear
        self._with_code: Trial | None = None  # the last part of what was begun, if code is in it

    def of(self, value: object, *, sent: bool = True) -> Trial:
        """Pickle ``value`` as ``payload.pack`` does, but into nothing; large buffers are not copied.

        What is to be ``sent`` is pickled into what was begun, as long as none of it reads the notebook's namespace:
        whatever else leads to such code needs a try of its own, to be known to do so.
        """
        if (plain := _of_plain(value)) is not None:
            return plain
        begun = self._begun
        if self._with_code is not None and begun is not None:
            self._give_up(begun, self._with_code)
        if sent and begun is not None and begun.is_open and not _is_code(value) and not holds_scopes({"": value}):
            return self._go_on(value, begun)
        self._take_in()
        if (code := self._code_around(value)) is not None:
            return Trial(code=code, within=True)
        make = _ScopeTrialPickler if holds_scopes({"": value}) else _TrialPickler
        trial = Trial()
        pickler = make(self._namespace, self._devices, trial)
        try:
            with deeper():
                pickler.dump(value)
        except (Exception, SystemExit, GeneratorExit) as error:
            trial.error = error
        if trial.error is None and not trial.elsewhere and trial.size < _MUCH:
            self._last = pickler
        return trial

    def _go_on(self, value: object, begun: Begun) -> Trial:
        """Make ``value`` the next part of what was begun."""
        if begun.pickler is None:
            begun.start(partial(_FirstPickler, self._namespace, self._devices))
        trial = begun.pickler.trial = Trial()
        try:
            size = begun.add(value)
            trial.within, trial.size = size is None, size or 0
        except (Exception, SystemExit, GeneratorExit) as error:
            trial.error = error
        if trial.error is not None or trial.elsewhere:
            self._give_up(begun, trial)
        elif trial.code:
            self._with_code = trial  # there may be no other value
        return trial

    def _give_up(self, begun: Begun, last: Trial) -> None:
        """Pickle no more into what was begun, and remember what it has reached; ``last`` is of its last part."""
        self._with_code = None
        memory, first = begun.give_up(_MUCH)
        self._kept.append(memory)
        before = Trial()
        if last.error is None and not last.elsewhere:
            self._reached.update({key: before if at < first else last for key, (at, _) in memory.items()})
        else:
            self._reached.update({key: before for key, (at, _) in memory.items() if at < first})

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


def _is_code(value: object) -> bool:
    """Whether it most likely reads the namespace itself."""
    return type(value) is FunctionType or isinstance(value, type)


class _JudgingPickler(NotebookPickler):
    """Notes in ``trial`` what reads the namespace, and what lies elsewhere."""

    trial: Trial
    _home: dict[str, Any]
    _devices: frozenset[str] | None

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) is FunctionType:
            if obj.__globals__ is self._home:
                self.trial.code.add(obj.__code__)
        elif self._devices is not None and refusals.absent_device(obj, self._devices):
            self.trial.elsewhere = True
        return super().reducer_override(obj)


class _FirstPickler(_JudgingPickler):
    """For what will be sent."""

    def __init__(
        self, namespace: dict[str, Any], devices: frozenset[str] | None, write: Write, take: TakeBuffer, *, small: int
    ) -> None:
        super().__init__(write, take, namespace, small)
        self._home = namespace
        self._devices = devices


class _TrialPickler(_JudgingPickler):
    """For what is only tried."""

    def __init__(self, namespace: dict[str, Any], devices: frozenset[str] | None, trial: Trial) -> None:
        self.trial = trial  # not the pickler's own methods: it would refer to itself, and keep what it has seen
        super().__init__(trial.count, trial.take, namespace)
        self._home = namespace
        self._devices = devices

    def _reduce_array(self, array: Any, kind: type) -> Any:
        if (size := plain_array_size(array)) is not None:
            self.trial.size += size
            return bytes, ()
        return super()._reduce_array(array, kind)


class _ScopeTrialPickler(_TrialPickler, ScopePickler):
    """For a value that was the globals of `exec`."""
