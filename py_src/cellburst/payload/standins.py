"""Pickling around what cannot be pickled: a placeholder takes its place, and everything around it travels as it is."""

from __future__ import annotations

import pickle
import weakref
from collections.abc import Collection
from types import FunctionType
from typing import Any

from cellburst.payload import diagnose, pickling, refusals
from cellburst.payload.depth import deeper
from cellburst.payload.diagnose import Culprit
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickler import NotebookPickler, References, ReferringPickler, TakeBuffer, Write
from cellburst.payload.placeholders import Placeholder, Reason
from cellburst.payload.plans import Plan

_AS_WHAT_THEY_SHOW = frozenset({memoryview, weakref.ReferenceType})  # they travel if that does
_TRIALS = 50  # objects that only a search can find: what they give to the pickler is no use to it


class StandIns:
    """What is known of the objects that cannot travel. ``devices`` are those of the other side; None: not asked.

    ``found`` are those that the last pickle has placeholders for.
    """

    def __init__(
        self, namespace: Namespace | None, references: References, devices: Collection[str] | None = None
    ) -> None:
        self.namespace = namespace
        self.references = references
        self.found: list[Any] = []
        self._devices = None if devices is None else frozenset(devices)
        self._wholes: dict[int, tuple[Any, Placeholder]] = {}
        self._reasons: dict[int, tuple[Any, Reason]] = {}  # by id, with the object, which keeps the id its own

    def dump(self, body: Any, buffer_bytes: int) -> tuple[list[Any], list[memoryview]]:
        """As ``pickling.dump``, with placeholders. Raises what is raised by something that nothing can stand for."""
        for _ in range(_TRIALS):
            try:
                return pickling.dump(body, buffer_bytes, make=self._pickler, arranged=True)
            except (Exception, SystemExit, GeneratorExit):
                if not self._find(body):
                    raise
        return pickling.dump(body, buffer_bytes, make=self._pickler, arranged=True)

    def fails(self, part: Any) -> BaseException | None:
        """What pickling a part raises all the same; nothing is written anywhere."""
        try:
            with deeper():
                self._pickler(_drop, _drop).dump(part)
        except (Exception, SystemExit, GeneratorExit) as error:
            return error
        return None

    def _pickler(self, write: Write, take: TakeBuffer, small: int = 0, plan: Plan | None = None) -> NotebookPickler:
        self.found.clear()
        return _StandInPickler(write, take, self, small, plan)

    def _find(self, body: Any) -> bool:
        """Look for one more object that is in the way; False if there is none that could be replaced."""
        culprit = diagnose.culprit(body, "", self.fails)
        if culprit is None or type(culprit.obj) in _NEVER_ASKED_ABOUT or id(culprit.obj) in self._reasons:
            return False
        if diagnose.is_too_deep(culprit.error):
            return False
        self._reasons[id(culprit.obj)] = culprit.obj, _reason(culprit)
        return True

    def whole(self, obj: Any, error: BaseException) -> Placeholder:
        """A placeholder for an object that the pickler would take apart without asking."""
        known = self._wholes.get(id(obj))
        if known is None:
            words = refusals.describe(obj) or ""
            known = self._wholes[id(obj)] = obj, Placeholder(_reason(Culprit(obj, "", words, error)))
        return known[1]

    def note(self, obj: Any, reason: Reason) -> None:
        """A placeholder takes the place of this object."""
        self._reasons[id(obj)] = obj, reason
        self.found.append(obj)

    def reason(self, obj: Any) -> Reason | None:
        """Why an object cannot travel, as far as that can be seen without pickling it."""
        if known := self._reasons.get(id(obj)):
            return known[1]
        if device := refusals.absent_device(obj, self._devices):
            return Reason("", f"is a tensor on {device}, which is not here", "move it with .cpu()", _kind(obj))
        words = None if type(obj) in _AS_WHAT_THEY_SHOW else refusals.describe(obj)
        if words and (error := diagnose.failure(obj, self.namespace)):
            return _reason(Culprit(obj, "", words, error))
        return None


# The pickler takes these apart itself, so nobody can put anything in their place.
_NEVER_ASKED_ABOUT = frozenset({list, dict, tuple, set, frozenset, str, bytes, bytearray, int, float, bool, type(None)})


class _StandInPickler(ReferringPickler):
    def __init__(self, write: Write, take: TakeBuffer, known: StandIns, small: int, plan: Plan | None) -> None:
        super().__init__(write, take, known.namespace, known.references, small, plan)
        self._known = known

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind is Placeholder:
            self._known.found.append(obj)
            return obj.__reduce__()
        reason = self._known.reason(obj)
        if reason is None:
            try:
                reduced = super().reducer_override(obj)
                if reduced is NotImplemented and kind is not FunctionType and not issubclass(kind, type):
                    reduced = self._reduced(obj, kind)
            except RecursionError:  # that is about where it is, and not about what it is
                raise
            except (Exception, SystemExit, GeneratorExit) as error:
                reason = _reason(Culprit(obj, "", refusals.describe(obj) or "", error))
            else:
                return reduced
        self._known.note(obj, reason)
        return Placeholder, (reason,)

    def _reduced(self, obj: Any, kind: type) -> Any:
        """What the pickler would do next, here, where it can fail without harm."""
        reduce = self.dispatch_table.get(kind)
        return obj.__reduce_ex__(pickle.HIGHEST_PROTOCOL) if reduce is None else reduce(obj)


def _reason(culprit: Culprit) -> Reason:
    kind, words = _kind(culprit.obj), culprit.words
    if words:
        return Reason("", f"is {words}, which stays on the worker", refusals.way_back(words), kind)
    why = f"({kind}) stays on the worker: it cannot be pickled ({diagnose.said(culprit.error)})"
    return Reason("", why, refusals.way_back(""), kind)


def _kind(obj: Any) -> str:
    return diagnose.kind_name(obj)


def _drop(_: Any) -> bool:
    return False
