"""What a notebook has changed of the modules around it, found for the next cell that runs elsewhere.

The sources of its cells say which attributes of modules and classes they set; modules of the user's own are
compared with how they were right after their import. What is found travels as variables whose names are places.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from cellburst.cells import registries, stores, versions
from cellburst.cells.candidates import CONTAINERS, Candidates, is_followed, is_made_by_hand, made_by_hand, resolve
from cellburst.cells.foreign import Hosts
from cellburst.cells.imports import Seen, observer
from cellburst.cells.module_state import data_of, held_by, is_made_anew
from cellburst.payload import hand_made, originals, places
from cellburst.payload.kinds_objects import ATOMS
from cellburst.payload.places import MISSING

LOADED = "cellburst:loaded"
LOOKS = "cellburst:looks"
_MANY = 50  # loaded modules of one package, above which it is a library, whatever folder it is in


@dataclass
class Patched:
    """``values`` by place; ``deleted`` are places of what is gone.

    ``unchanged`` are places that code of the notebook may set, and ``owners`` those of which it may set any attribute:
    to be looked at after the cell. ``fresh`` are small values of the user's own modules that an import there may make
    otherwise. ``optional`` values need not travel: the other side makes the like. ``aliased`` has, by ``id``, the
    places of further objects in such modules, which are sent if the cell gets them another way, too. ``lost`` are
    modules that were edited since their import, whose version is not to be found.
    """

    values: dict[str, Any] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    unchanged: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    fresh: dict[str, Any] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)
    aliased: dict[int, tuple[str, Any]] = field(default_factory=dict)
    loaded: tuple[versions.Version, ...] = ()
    lost: list[str] = field(default_factory=list)

    def inputs(self) -> dict[str, object]:
        """What is sent before and beside the values."""
        found: dict[str, object] = {}
        if self.loaded:
            found[LOADED] = versions.Loaded(self.loaded)
        if self.deleted or self.unchanged or self.owners or self.fresh:
            names = (tuple(sorted(part)) for part in (self.deleted, self.unchanged, self.owners))
            found[LOOKS] = (*names, self.fresh)
        return found


class Book:
    """What is known of one notebook: the cells that were read, and the places that were ever changed."""

    def __init__(self) -> None:
        self._left = stores.Stores()
        self._candidates = Candidates()
        self._read = 0
        self._sources: dict[str, str] = {}
        self._hosts = Hosts()

    def remember(self, found: set[str]) -> None:
        """Look at these places, too, from now on."""
        self._candidates.attributes |= found

    def look(self, inputs: Sequence[str], namespace: Mapping[str, Any]) -> Patched:
        """What is changed now. ``inputs`` are the sources of all cells so far; each is read once."""
        observer.install()
        observer.look_back()
        self._read_new(inputs, namespace)
        found = Patched()
        known = self._candidates
        compared = {name for name, seen in observer.loaded().items() if seen.base is not None}
        for place in known.attributes:
            if places.module_of(place) not in compared:
                _look_at(place, found)
        for place in known.contents:
            found.values.update(_content(place))
        for name in made_by_hand(known.modules):
            found.values.update(_module_made_by_hand(name))
        for place in known.registries:
            found.values.update(registries.entries(place))
        self._look_at_owners(namespace, found)
        self._look_at_own_modules(found)
        for place, value in found.values.items():
            if not place.startswith(":"):
                originals.note(place, value, _original(place))
        hand_made.travelling.clear()
        hand_made.travelling.update(place[1:] for place in found.values if place.startswith(":"))
        return found

    def _read_new(self, inputs: Sequence[str], namespace: Mapping[str, Any]) -> None:
        if len(inputs) < self._read:  # a history that was emptied
            self._read = 0
        new = stores.Stores()
        for source in inputs[self._read :]:
            new.add(stores.of_source(source))
        self._read = len(inputs)
        left, self._left = self._left.beginning_with(namespace), self._left
        for waiting in (new, left):
            if waiting:
                self._candidates.add(resolve(waiting, namespace, self._left))
        for name, seen in observer.loaded().items():
            if seen.source is not None and self._sources.get(name) != seen.digest:
                self._sources[name] = seen.digest
                found = stores.of_source(seen.source.decode("utf-8", "replace"))
                self._candidates.add(resolve(found, vars(seen.module)))

    def _look_at_owners(self, namespace: Mapping[str, Any], found: Patched) -> None:
        known = self._candidates
        for start in known.owners:
            for name, value in list((places.variables(places.owner_at(start)) or {}).items()):
                if type(value) in ATOMS and not name.startswith("_"):
                    found.values.setdefault(start + name, value)
        found.owners = known.owners | known.mentioned
        hosts = {start: owner for start in found.owners if (owner := places.owner_at(start)) is not MISSING}
        hosts.update((f"{value.__name__}:", value) for value in namespace.values() if _is_followed_module(value))
        for place, value in self._hosts.changed(hosts, namespace):
            found.values.setdefault(place, value)

    def _look_at_own_modules(self, found: Patched) -> None:
        loaded = observer.loaded()
        if not loaded:
            return
        found.loaded, found.lost = versions.loaded_here()
        for name in _small(loaded):
            if name not in found.lost:
                self._look_at_module(loaded[name], found)

    def _look_at_module(self, seen: Seen, found: Patched) -> None:
        if seen.base is None:
            sent = data_of(seen.module)
            found.optional |= set(sent)
        else:
            changed = seen.base.changed(seen.module)
            found.deleted |= {place for place, value in changed.items() if value is MISSING}
            sent = {place: value for place, value in changed.items() if value is not MISSING}
        for place, value in sent.items():
            found.values.setdefault(place, value)
        for place, value in held_by(seen.module).items():
            if place in found.values:
                continue
            if is_made_anew(value):
                found.fresh[place] = value
            if type(value) not in ATOMS and places.home_of(value) is None:
                found.aliased[id(value)] = place, value


def _original(place: str) -> Any:
    """What a module of the user's own had there after its import; MISSING if that is not known."""
    seen = observer.seen.get(places.module_of(place))
    return MISSING if seen is None or seen.base is None else seen.base.original(place)


def _small(loaded: Mapping[str, Any]) -> Iterator[str]:
    """The loaded modules that belong to no large package."""
    tops: dict[str, int] = {}
    for name in loaded:
        top = name.partition(".")[0]
        tops[top] = tops.get(top, 0) + 1
    return (name for name in loaded if tops[name.partition(".")[0]] <= _MANY)


def _look_at(place: str, found: Patched) -> None:
    value = places.value_of(place)
    if value is MISSING:
        if places.module_of(place) in sys.modules:
            found.deleted.add(place)
    elif isinstance(value, ModuleType) and not place.startswith(":"):
        found.unchanged.add(place)
    elif places.home_of(value) == place and originals.is_own(value):
        originals.forget(place)
        found.unchanged.add(place)
    else:
        found.values[place] = value


def _content(place: str) -> Iterator[tuple[str, Any]]:
    value = places.value_of(place)
    if type(value) in CONTAINERS:
        yield place, value


def _module_made_by_hand(name: str) -> Iterator[tuple[str, Any]]:
    module = sys.modules.get(name)
    if isinstance(module, ModuleType) and is_made_by_hand(name, module):
        yield f":{name}", module
        yield from held_by(module).items()


def _is_followed_module(value: object) -> bool:
    if not isinstance(value, ModuleType):
        return False
    start = places.name_of(value)
    return start is not None and is_followed(start)
