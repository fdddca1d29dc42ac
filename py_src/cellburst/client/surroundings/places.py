"""What a notebook and its cells change of modules: found in this kernel before a cell, made here after it."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cellburst.cells import registries, versions
from cellburst.cells.patches import Book, Patched
from cellburst.payload import hand_made, originals, places
from cellburst.payload.places import MISSING
from cellburst.payload.rebuild import sentence

if TYPE_CHECKING:
    from cellburst.payload.delta import NamespaceDelta

MODULES = "modules"  # among the states that a cell leaves: what it did to local modules
_VALUES = "module values"  # and what of that does not come about by doing the same here
_books: weakref.WeakKeyDictionary[Any, Book] = weakref.WeakKeyDictionary()
_brought: set[str] = set()
"""Places that cells elsewhere have changed."""


def changed_here(shell: Any) -> Patched:
    """What the notebook of ``shell`` has changed of modules until now."""
    book = _books.get(shell)
    if book is None:
        book = _books[shell] = Book()
    book.remember(_brought)
    inputs = getattr(getattr(shell, "history_manager", None), "input_hist_parsed", None) or []
    return book.look(inputs, shell.user_ns)


@contextmanager
def bringing_back(problems: dict[str, str]) -> Iterator[None]:
    """Inside, an unpickled delta does to local modules what the cell did; what fails is added to ``problems``."""
    with versions.following() as failed:
        yield
    problems.update((f"the module {name}", why) for name, why in failed.items())


class Brought:
    """The part of a delta that belongs into modules."""

    def __init__(self, delta: NamespaceDelta) -> None:
        """Take it out of ``delta``."""
        delta.states.pop(MODULES, None)
        again, self._replaced = delta.states.pop(_VALUES, ({}, {}))
        self.assigned = again | {n: delta.assigned.pop(n) for n in list(delta.assigned) if places.is_place(n)}
        self.deleted = tuple(name for name in delta.deleted if places.is_place(name))
        delta.deleted = tuple(name for name in delta.deleted if not places.is_place(name))

    def put(self, unreturned: dict[str, str]) -> None:
        """Make the changes; those that cannot be made are noted in ``unreturned``."""
        for place, value in self._replaced.items():  # of modules that others have under their names now
            module, _, name = place.partition(":")
            if module in versions.role.earlier:
                setattr(versions.role.earlier[module], name, value)
        versions.role.earlier = {}
        for place in self.deleted:
            _try(place, MISSING, unreturned)
        for place, value in sorted(self.assigned.items(), key=lambda item: places.depth(item[0])):
            _try(place, value, unreturned)
        for place in [name for name in unreturned if places.is_place(name)]:
            unreturned[places.spelled(place)] = unreturned.pop(place)


def _try(place: str, value: Any, unreturned: dict[str, str]) -> None:
    try:
        if registries.is_registry(place):
            registries.write(place, {} if value is MISSING else value)
            return
        before = places.value_of(place)
        if before is value:
            return
        places.restore(place, value)
    except (Exception, SystemExit) as error:
        unreturned[place] = f"it cannot be set here: {sentence(error)}"
        return
    _brought.add(place)
    if place.startswith(":"):
        hand_made.forget(place[1:])
        return
    if places.home_of(value) == place and originals.is_own(value):
        originals.forget(place)
    else:
        originals.note(place, value, before)
