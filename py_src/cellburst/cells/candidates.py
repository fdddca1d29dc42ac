"""From names in code to the places they lead to, in the modules and classes that are loaded."""

from __future__ import annotations

import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from cellburst.cells.stores import Chain, Stores, prefixes
from cellburst.payload import places
from cellburst.payload.places import MISSING

_HEAP_TYPE = 1 << 9  # of `type.__flags__`: made by a class statement
CONTAINERS = frozenset({list, dict, set, deque, OrderedDict, defaultdict, Counter})
# Modules whose places are none: the process's own, or a state that travels by itself.
_OTHERS = frozenset({"__main__", "__mp_main__", "sys", "os", "cellburst", "IPython", "ipykernel", "traitlets"})
_STATES = ("pandas:options", "matplotlib:rcParams", "matplotlib.pyplot:rcParams", "warnings:filters", "warnings:once")


@dataclass
class Candidates:
    """``attributes`` are places that may be set, ``contents`` places of containers that may be changed in place.

    Of ``owners``, by the beginning of their places' names, any attribute may be set; of ``mentioned`` ones it is not
    known at all. ``registries`` are functions and classes with a method `register`. ``modules`` are names of modules
    made by hand.
    """

    attributes: set[str] = field(default_factory=set)
    contents: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)
    registries: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)

    def add(self, other: Candidates) -> None:
        """Those of another source, too."""
        for name in ("attributes", "contents", "owners", "mentioned", "registries", "modules"):
            getattr(self, name).update(getattr(other, name))


def resolve(stores: Stores, namespace: Mapping[str, Any], left: Stores | None = None) -> Candidates:
    """The places that code with these names may change, as far as its modules are loaded.

    What begins with a name that leads nowhere yet is added to ``left``, to be tried again.
    """
    found = Candidates()
    if not stores:
        return found
    seek = _Seeker(stores.imports, namespace, left)
    for chain in stores.attributes:
        _add_attribute(found, seek, chain)
    for chain in stores.contents:
        _add_content(found, seek, chain)
    for chain in stores.owners:
        _add_owner(found.owners, seek, chain, "owners")
    for path in stores.paths:
        _add_path(found, path, left)
    if stores.loose or seek.is_lost:
        for chain in prefixes(stores.mentions):
            _add_owner(found.mentioned, seek, chain, "mentions")
    if left is not None:
        left.loose |= stores.loose or seek.is_lost
        left.imports.update(stores.imports)
        left.begin_anew()
    found.modules = set(stores.modules)
    return found


class _Seeker:
    """Follows names to objects, and remembers the way through modules and classes."""

    def __init__(self, imports: Mapping[str, str], namespace: Mapping[str, Any], left: Stores | None) -> None:
        self._imports = imports
        self._namespace = namespace
        self._left = left
        self.is_lost = False
        """Whether a name that something is set on leads nowhere."""

    def find(self, chain: Chain, whole: Chain, kind: str) -> tuple[Any, str | None]:
        """The object, and the name of its place if there is one; MISSING if it is not there.

        ``whole`` is the chain that ``chain`` is the beginning of, and ``kind`` the set of `Stores` that it is in.
        """
        obj, place = self._root(chain[0])
        if obj is MISSING:
            self.is_lost |= kind != "mentions"
            if self._left is not None:
                getattr(self._left, kind).add(whole)
        for step in chain[1:]:
            if obj is MISSING:
                break
            obj, place = _step(obj, place, step)
        return obj, place

    def _root(self, name: str) -> tuple[Any, str | None]:
        obj = self._namespace.get(name, MISSING)
        imported = self._imports.get(name)
        if obj is MISSING and imported is not None:
            obj = _imported(imported)
        if imported is not None and ":" in imported and places.value_of(imported) is obj:
            return obj, imported
        return obj, None


def _imported(name: str) -> Any:
    if ":" not in name:
        return sys.modules.get(name, MISSING)
    found = places.value_of(name)
    return sys.modules.get(name.replace(":", "."), MISSING) if found is MISSING else found


def _step(obj: Any, place: str | None, step: str) -> tuple[Any, str | None]:
    start = places.name_of(obj)
    if start is None and place is not None:
        start = f"{place}."
    found = places.read(obj, step)
    if found is MISSING and isinstance(obj, ModuleType):
        found = sys.modules.get(f"{obj.__name__}.{step}", MISSING)
    if found is MISSING and isinstance(obj, type):
        found = next((vars(base)[step] for base in obj.__mro__ if step in vars(base)), MISSING)
    return found, f"{start}{step}" if start is not None else None


def _add_attribute(found: Candidates, seek: _Seeker, chain: Chain) -> None:
    owner, place = seek.find(chain[:-1], chain, "attributes")
    start = places.name_of(owner) or (f"{place}." if place else None)
    if owner is not MISSING and start is not None and is_followed(start):
        found.attributes.add(f"{start}{chain[-1]}")


def _add_content(found: Candidates, seek: _Seeker, chain: Chain) -> None:
    obj, place = seek.find(chain, chain, "contents")
    if obj is MISSING:
        return
    if type(obj) in CONTAINERS:
        if place is not None and is_followed(place):
            found.contents.add(place)
        return
    start = places.name_of(obj)
    if start is not None and start.endswith(".") and is_followed(start) and hasattr(obj, "register"):
        found.registries.add(start[:-1])


def _add_owner(into: set[str], seek: _Seeker, chain: Chain, kind: str) -> None:
    obj = seek.find(chain, chain, kind)[0]
    start = places.name_of(obj)
    if start is not None and is_followed(start) and not _is_fixed(obj):
        into.add(start)


def _add_path(found: Candidates, path: str, left: Stores | None) -> None:
    """What ``mock.patch`` is given: "package.module.Class.name"."""
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:length])
        if module in sys.modules:
            place = f"{module}:{'.'.join(parts[length:])}"
            if is_followed(place):
                found.attributes.add(place)
                if "unittest.mock" in sys.modules:  # the cell itself may be the first to import it
                    found.contents.add("unittest.mock:_patch._active_patches")
            return
    if left is not None:
        left.paths.add(path)


def made_by_hand(names: set[str]) -> set[str]:
    """The names that code puts into ``sys.modules``; "*" is any, as far as a notebook would choose it."""
    if "*" not in names:
        return names
    found = {name for name, module in sys.modules.copy().items() if is_made_by_hand(name, module)}
    return {name for name in found if not name.startswith("_") and "." not in name} | names - {"*"}


def is_made_by_hand(name: str, module: object) -> bool:
    """Whether a module was made by code and not imported."""
    return (
        type(module) is ModuleType
        and getattr(module, "__spec__", None) is None
        and not hasattr(module, "__file__")
        and name.partition(".")[0] not in _OTHERS
    )


def is_followed(place: str) -> bool:
    """Whether what is at a place is to be the same on both sides."""
    module, _, _ = place.partition(":")
    return module.partition(".")[0] not in _OTHERS and not place.startswith(_STATES)


def _is_fixed(obj: Any) -> bool:
    """Whether nothing can be set there, or nobody would by a computed name."""
    return not isinstance(obj, ModuleType) and not (isinstance(obj, type) and obj.__flags__ & _HEAP_TYPE)
