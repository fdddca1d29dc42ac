"""What of modules and classes a task finds changed, what it has changed itself, and all of it as before for the next.

While a cell runs the places are no variables of it; they are among them when it is compared with how it was.
"""

from __future__ import annotations

import sys
from collections import deque
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

from cellburst.cells import registries, stores, versions
from cellburst.cells.candidates import CONTAINERS, Candidates, is_followed, is_made_by_hand, made_by_hand, resolve
from cellburst.cells.foreign import is_foreign
from cellburst.cells.imports import observer
from cellburst.cells.module_state import held_by
from cellburst.cells.patches import LOADED, LOOKS
from cellburst.payload import hand_made, originals, places
from cellburst.payload.kinds_objects import ATOMS
from cellburst.payload.places import MISSING
from cellburst.worker.stale_modules import settle

Namespace = dict[str, Any]


_NO_LOOKS: tuple[Any, ...] = ((), (), (), {})


class ModulePlaces:
    """The changed places of one task at a time."""

    def __init__(self) -> None:
        self._was: dict[str, Any] = {}  # by place, what this process had there
        self._contents: dict[str, tuple[Any, Any]] = {}  # containers, and copies of them
        self._owners: dict[str, tuple[Any, Namespace]] = {}
        self._stores: stores.Stores = stores.Stores()
        self._entered: Namespace = {}
        self._before: versions.Before = {}
        self._is_idle = False
        self._replaced: set[str] = set()
        self._anew: set[str] = set()
        self._namespace: Namespace = {}

    def enter(self, namespace: Namespace, source: str, *, single: bool) -> None:
        """Make the places what the inputs in ``namespace`` say; then they and all others that may change are in it.

        Raises what setting them raises.
        """
        settle(single=single)
        self._stores, self._namespace = stores.of_source(source), namespace
        self._is_idle = not (self._stores or observer.seen or any(map(places.is_place, namespace)))
        if self._is_idle:  # as most are
            return
        namespace.pop(LOADED, None)
        deleted, unchanged, owners, fresh = namespace.pop(LOOKS, _NO_LOOKS)
        for place, value in fresh.items():
            if places.module_of(place) not in sys.modules or not _is_equal(places.value_of(place), value):
                self._put(place, value)
        received = [name for name in namespace if places.is_place(name)]
        for place in sorted(received, key=places.depth):
            namespace[place] = self._put(place, namespace[place])
        for place in deleted:
            self._save(place)
            places.remove(place)
        candidates = resolve(self._stores, namespace)
        candidates.attributes.update(unchanged, deleted)
        for start in candidates.owners | candidates.mentioned | set(owners):
            owner = places.owner_at(start)
            if owner is not MISSING:
                self._owners[start] = owner, dict(places.variables(owner) or {})
        self._watch(candidates, namespace)
        self._before = versions.before()
        for seen in observer.loaded().values():
            for place, value in held_by(seen.module).items():
                namespace.setdefault(place, value)
                self._was.setdefault(place, value)
        self._entered = {name: value for name, value in namespace.items() if places.is_place(name)}

    def may_change(self) -> bool:
        """Whether the cell may change, or has changed, anything of the modules and classes that are loaded."""
        found = resolve(self._stores, self._namespace)
        sets = found.attributes or found.contents or found.owners or found.mentioned
        return bool(sets or found.registries or found.modules)

    def hide(self, namespace: Namespace) -> None:
        """Take the places out of the variables."""
        if self._is_idle:
            return
        for name in [name for name in namespace if places.is_place(name)]:
            del namespace[name]

    def show(self, namespace: Namespace) -> dict[str, Any]:
        """Put what is at the places now among the variables; the states to return with them."""
        if self._is_idle and not observer.seen:
            return {}
        self._is_idle = False
        candidates = resolve(self._stores, namespace)  # a cell may have imported what it changes
        found = {place: value for place in self._entered if (value := _read(place)) is not MISSING}
        for place in candidates.attributes - set(self._entered):
            self._new(place, found)
        for place in candidates.contents - set(self._entered):
            found[place] = places.value_of(place)
        for place in map(registries.place_of, candidates.registries):
            if entered := registries.read(place):
                found[place] = entered
        for name in made_by_hand(candidates.modules):
            self._made_by_hand(name, found)
        for start, (owner, before) in self._owners.items():
            if places.owner_at(start) is owner:  # and not a module that the cell has put another in the place of
                self._changed_attributes(start, owner, before, found)
        self._changed_modules(found)
        for place, value in found.items():
            was = self._was.get(place, MISSING)
            if (
                was is not value
                and type(value) not in ATOMS
                and not (places.home_of(value) == place and originals.is_own(value))
            ):
                originals.note(place, value, was)
        namespace.update(found)
        steps = versions.happened(self._before)
        self._anew = {step.version[0] for step in steps}
        self._share_what_was()
        return {"modules": versions.Happened(steps), "module values": self._set_by_hand()} if steps else {}

    def _set_by_hand(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the kernel does not get by doing the same: by place, in modules made anew, and in those they replace."""
        again = {
            place: value
            for name, seen in observer.loaded().items()
            if name in self._anew and name in self._before and seen.base is not None
            for place, value in seen.base.changed(seen.module).items()
            if value is not MISSING and self._entered.get(place, MISSING) is value
        }
        replaced = {
            f"{place[1:]}:{name}": value
            for place, module in versions.replaced(self._before).items()
            for name, value in vars(module).items()
            if not name.startswith("__") and self._entered.get(f"{place[1:]}:{name}", value) is not value
        }
        return again, replaced

    def _share_what_was(self) -> None:
        """Modules that the cell has loaded again, and what was in them: the kernel has the like of it."""
        for place, module in versions.replaced(self._before).items():
            originals.share(place, module)
            self._replaced.add(place)
        for place, value in self._entered.items():
            if places.module_of(place) in self._anew and isinstance(value, (FunctionType, type)):
                originals.share(place, value)

    def restore(self) -> None:
        """Let the next task find everything as this process had it."""
        if self._is_idle and not observer.seen:
            return
        for start, (owner, before) in self._owners.items():
            self._changed_attributes(start, owner, before, {})
        for place, value in self._was.items():
            if places.module_of(place) not in self._anew:
                _restore(place, value)
            originals.forget(place)
            hand_made.forget(place[1:])
        for place in [*self._replaced, *self._entered]:
            originals.forget(place)
        hand_made.travelling.clear()
        for obj, content in self._contents.values():
            if _content(obj) != content:
                _fill(obj, content)
        for seen in observer.loaded().values():
            if seen.base is not None and not seen.is_dirty:
                seen.is_dirty = bool(seen.module.__name__ in self._anew or seen.base.changed(seen.module))
        self.__init__()  # type: ignore[misc]

    def _put(self, place: str, value: Any) -> Any:
        self._save(place)
        if registries.is_registry(place):
            registries.write(place, value)
            return registries.read(place)
        present = places.value_of(place)
        if type(present) is type(value) and type(present) in CONTAINERS and not _is_users(place):
            self._contents.setdefault(place, (present, _content(present)))
            _fill(present, _content(value))
            del self._was[place]
            return present
        if type(value) in ATOMS and _is_equal(present, value):
            return present
        places.put(place, value)
        if place.startswith(":"):
            originals.share(place, value)
        else:
            originals.note(place, value, self._was[place])
        return value

    def _save(self, place: str) -> None:
        if place in self._was:
            return
        if places.module_of(place) not in sys.modules and not place.startswith(":"):
            import_module(places.module_of(place))
        self._was[place] = MISSING if hand_made.was_made_here(place[1:]) else _read(place)

    def _watch(self, candidates: Candidates, namespace: Namespace) -> None:
        for place in candidates.attributes:
            if places.module_of(place) in sys.modules:
                self._save(place)
                if self._was[place] is not MISSING:
                    namespace.setdefault(place, places.value_of(place))
        for place in candidates.contents:
            value = places.value_of(place)
            if not _is_users(place):
                self._contents.setdefault(place, (value, _content(value)))
            namespace.setdefault(place, value)
        for place in map(registries.place_of, candidates.registries):
            self._save(place)

    def _made_by_hand(self, name: str, found: Namespace) -> None:
        module = sys.modules.get(name)
        if isinstance(module, ModuleType) and is_made_by_hand(name, module):
            found[f":{name}"] = module
            found.update(held_by(module))
            if self._was.setdefault(f":{name}", MISSING) is MISSING and f":{name}" not in self._entered:
                hand_made.travelling.add(name)

    def _new(self, place: str, found: Namespace) -> None:
        """A place whose module was imported by the cell: what it had there is not known."""
        value = places.value_of(place)
        if value is not MISSING and not (places.home_of(value) == place and originals.is_own(value)):
            found[place] = value
            self._was.setdefault(place, MISSING)

    def _changed_attributes(self, start: str, owner: Any, before: Namespace, found: Namespace) -> None:
        for name in _different(owner, before):
            value = places.read(owner, name)
            if is_followed(start) and (is_foreign(value, self._namespace) or _is_open(name, value)):
                self._was.setdefault(start + name, before.get(name, MISSING))
                found[start + name] = value

    def _changed_modules(self, found: Namespace) -> None:
        for name, seen in observer.loaded().items():
            if name not in self._before and seen.base is not None:
                found.update({place: v for place, v in seen.base.changed(seen.module).items() if v is not MISSING})
            elif name in self._before:
                found.update((place, value) for place, value in held_by(seen.module).items() if place not in found)


def _read(place: str) -> Any:
    return registries.read(place) if registries.is_registry(place) else places.value_of(place)


def _restore(place: str, value: Any) -> None:
    try:
        if registries.is_registry(place):
            registries.write(place, {} if value is MISSING else value)
        else:
            places.restore(place, value)
    except Exception:  # a module that is gone; or what does not let itself be set, and was set by no one
        return


def _different(owner: Any, before: Namespace) -> list[str]:
    now = places.variables(owner) or {}
    names = [name for name, value in list(now.items()) if before.get(name, MISSING) is not value]
    return names + [name for name in before if name not in now]


def _is_open(name: str, value: Any) -> bool:
    """Whether it is a plain value that a notebook may have set; a library's own notes have hidden names."""
    return type(value) in ATOMS and not name.startswith("_")


def _is_users(place: str) -> bool:
    return places.module_of(place) in observer.seen


def _is_equal(one: Any, other: Any) -> bool:
    if one is other:
        return True
    try:
        return type(one) is type(other) and type(one) in _COMPARED and bool(one == other)
    except Exception:
        return False


_COMPARED = CONTAINERS | {int, float, bool, str, bytes, complex, tuple, frozenset, type(None)}


def _content(container: Any) -> Any:
    return list(container.items()) if isinstance(container, dict) else list(container)


def _fill(container: Any, content: Any) -> None:
    container.clear()
    if isinstance(container, (list, deque)):
        container.extend(content)
    else:
        container.update(content)
