"""The state of libraries, as the tasks of a run find it, and what of it a cell has changed."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from cellburst.library_state import exits, fault_handler, library_filters, registry, warnings_, warnings_shown
from cellburst.library_state.gathering import held_name
from cellburst.library_state.registry import State

Complain = Callable[[str, str], None]  # the name of a state, and what went wrong with it
_UNKNOWN: Any = object()
_FIRST = "registered states"  # after it is set, there may be others
# What is gone with a module that is made anew, and what the surroundings put back themselves.
_LOOKED_AT_ANEW = ("warnings shown", "resource limits")


class LibraryStates:
    """Sets what differs from what is wanted, and remembers what it has set; what nobody touched costs a comparison."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain
        self._now: dict[str, Any] = {}
        self._known: dict[str, State] = {}
        self._wanted: Mapping[str, Any] = {}
        self._seeded = False
        self._looked = True
        self._filters: list[Any] = []
        self._depth = 0

    def watch(self) -> None:
        """Begin, before the first task."""
        exits.listen()
        fault_handler.listen()
        warnings_.note_library_filters()
        warnings_shown.watch()
        self.enter({}, seeded=False)

    def enter(self, wanted: Mapping[str, Any], *, seeded: bool) -> None:
        """Make every state what ``wanted`` says, and those it does not name as right after their import.

        Random generators are left alone unless ``seeded``.
        """
        if not self._looked:
            self._look_at_all()
        if seeded and not self._seeded:
            self._forget_generators()
        self._wanted, self._seeded, self._looked = wanted, seeded, False
        for name in _LOOKED_AT_ANEW:
            self._now.pop(name, None)
        self._settle_all()

    def held(self) -> dict[str, Any]:
        """What the cell may change in place of the states that it found: objects of the user's."""
        wanted = self._wanted
        return {held_name(one.name): wanted[one.name] for one in registry.loaded() if one.holds and one.name in wanted}

    def glance(self) -> None:
        """Put back what is quick to see and would harm the next task, however short."""
        if warnings.filters != self._filters or sys.getrecursionlimit() != self._depth:
            self.settle()

    def settle(self) -> None:
        """Put back what a task of the run has changed."""
        self._look_at_all()
        self._settle_all()

    def left(self) -> dict[str, Any]:
        """What is no longer as it was when the cell started."""
        found = {}
        for state in registry.loaded():
            before = self._now.get(state.name)
            now = self._look(state)
            if now is not _UNKNOWN and not _same(before, now) and not library_filters.is_hidden(state.module):
                found[state.name] = now
        self._looked = True
        return found

    def release(self) -> None:
        """Let go of what refers to objects of the task."""
        for state in registry.loaded():
            if state.holds and self._now.get(state.name) is not None:
                self._set(state, None)
        self._wanted = {}

    def importing(self) -> frozenset[str]:
        """A module is about to be imported: what to give to ``imported``."""
        if "logging" not in sys.modules:
            return frozenset()
        from cellburst.library_state import logging_

        return logging_.configured()

    def imported(self, name: str, before: frozenset[str]) -> None:
        """A module was imported: what waits for it becomes what the run wants it to be."""
        if new := self.importing() - before:
            from cellburst.library_state import logging_

            logging_.keep_for_libraries(new)
        warnings_.complete()
        warnings_shown.complete()
        for state in registry.loaded(name):
            is_new = state.name not in self._now or self._known.get(state.name) is not state
            if is_new and (self._seeded or not state.seeded):
                self._settle(state)

    def _forget_generators(self) -> None:
        """Tasks of a sweep have seeded them since they were looked at."""
        for state in registry.loaded():
            if state.seeded and state.name in self._now:
                self._now[state.name] = _UNKNOWN

    def _settle_all(self) -> None:
        for state in [one for one in registry.loaded() if one.name == _FIRST]:
            self._settle(state)
        for state in registry.loaded():
            if self._seeded or not state.seeded:
                self._settle(state)
        self._filters, self._depth = list(warnings.filters), sys.getrecursionlimit()

    def _look_at_all(self) -> None:
        for state in registry.loaded():
            if self._seeded or not state.seeded:
                self._look(state)
        self._looked = True

    def _settle(self, state: State) -> None:
        target = self._wanted.get(state.name)
        if target is None and state.seeded:
            if self._now.get(state.name) is not None:  # it was a run's, which the next must not go on with
                self._set(state, None)
            self._look(state)  # only what the cell makes of it goes back
            return
        if self._known.get(state.name) is not state:  # another than the last time: its library was imported again
            self._known[state.name] = state
            self._now.pop(state.name, None)
        now = self._now[state.name] if state.name in self._now else self._look(state)
        if not _same(now, target):
            self._set(state, target)

    def _look(self, state: State) -> Any:
        try:
            self._now[state.name] = value = state.get()
        except Exception as error:
            self._complain(state.name, f"it cannot be read: {type(error).__name__}: {error}")
            return _UNKNOWN
        return value

    def _set(self, state: State, value: Any) -> None:
        try:
            state.set(value)
        except Exception as error:
            self._complain(state.name, f"it cannot be set: {type(error).__name__}: {error}")
        if value is None or state.seeded:  # a generator is exactly what it was set to
            self._now[state.name] = value
        else:
            self._look(state)


def _same(one: Any, other: Any) -> bool:
    try:
        return one is other or bool(one == other)
    except Exception:  # arrays, and what has a mind of its own
        return False
