"""What a module of the user's own holds, and what of it has changed since the module ran."""

from __future__ import annotations

from collections.abc import Iterator
from enum import EnumMeta
from types import FunctionType, ModuleType
from typing import Any

from cellburst.cells.candidates import CONTAINERS
from cellburst.payload import places
from cellburst.payload.kinds_objects import ATOMS
from cellburst.payload.places import MISSING
from cellburst.payload.snapshot import Snapshot

_FEW = 50  # plain members of a container that is sent rather than trusted to be made alike on the other side
_LARGE = 1 << 24  # bytes; what is larger is compared by identity only
_ABC = frozenset({"_abc_impl"})

Places = dict[str, Any]


class Baseline:
    """What a module held right after it had run.

    ``left_over`` are names that an earlier version has left in it: a module that is made anew does not have them.
    """

    def __init__(self, module: ModuleType, left_over: frozenset[str] = frozenset()) -> None:
        held = held_by(module)
        old = {f"{module.__name__}:{name}" for name in left_over}
        self._large = {place: value for place, value in held.items() if _size(value) > _LARGE}
        small = {place: value for place, value in held.items() if place not in self._large and place not in old}
        self._snapshot = Snapshot(small)

    def original(self, place: str) -> Any:
        """What was there; MISSING if there was nothing."""
        return self._snapshot.variables.get(place, self._large.get(place, MISSING))

    def changed(self, module: ModuleType) -> Places:
        """What is set or changed now, MISSING for what was deleted."""
        now = held_by(module)
        before = {**self._snapshot.variables, **self._large}
        inside = self._snapshot.changed_names(now)
        found = {
            place: value
            for place, value in now.items()
            if place in inside or not _is_same(before.get(place, MISSING), value)
        }
        found.update((place, MISSING) for place in before if place not in now)
        return found


def _is_same(before: Any, now: Any) -> bool:
    """Whether it is the same object, or another number or text that is like it, as a module made anew has."""
    if before is now:
        return True
    return type(before) is type(now) and type(now) in ATOMS and repr(before) == repr(now)


def held_by(module: ModuleType) -> Places:
    """All that a module, its classes and its functions hold, by place; not the modules that it has imported."""
    return dict(_held(module))


def _held(module: ModuleType) -> Iterator[tuple[str, Any]]:
    start = f"{module.__name__}:"
    for name, value in list(vars(module).items()):
        if (name.startswith("__") and name.endswith("__")) or isinstance(value, ModuleType):
            continue
        yield start + name, value
        if isinstance(value, type) and value.__module__ == module.__name__ and value.__qualname__ == name:
            yield from _held_by_class(value, f"{start}{name}.")
        elif isinstance(value, FunctionType) and value.__module__ == module.__name__:
            yield from _held_by_function(value, f"{start}{name}.")


def _held_by_class(cls: type, start: str) -> Iterator[tuple[str, Any]]:
    if isinstance(cls, EnumMeta):
        return
    for name, value in list(vars(cls).items()):
        if isinstance(value, FunctionType) and value.__module__ == cls.__module__:
            yield from _held_by_function(value, f"{start}{name}.")
        if not (name.startswith("__") and name.endswith("__")) and name not in _ABC:
            yield start + name, value


def _held_by_function(function: FunctionType, start: str) -> Iterator[tuple[str, Any]]:
    """Its attributes, and what of its defaults and of its closure can change."""
    for name, value in list(vars(function).items()):
        if _is_plain(value):
            yield start + name, value
    for name in ("__defaults__", "__kwdefaults__"):
        value = getattr(function, name)
        parts = value.values() if isinstance(value, dict) else value or ()
        if any(type(part) not in ATOMS for part in parts):
            yield start + name, value
    if "<locals>" in function.__qualname__:  # it travels by value, with its closure
        return
    if any(_is_plain(cell.cell_contents) for cell in function.__closure__ or () if _is_full(cell)):
        yield start + "__closure__", function.__closure__


def _is_full(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _is_plain(value: Any) -> bool:
    return type(value) in ATOMS or type(value) in CONTAINERS


def is_made_anew(value: Any) -> bool:
    """Whether a value is small and plain: one that is made by a clock or by chance is another after each import."""
    return type(value) in ATOMS or (type(value) in CONTAINERS and len(value) <= _FEW and _only_atoms(value))


def data_of(module: ModuleType, *, most: int = 10_000) -> Places:
    """What of it may have changed if nobody saw it at first, beside what ``is_made_anew``."""
    return {
        place: value
        for place, value in held_by(module).items()
        if not place.endswith("__")
        and not is_made_anew(value)
        and ((type(value) in CONTAINERS and len(value) <= most) or _is_own_instance(value))
    }


def _only_atoms(value: Any) -> bool:
    members = [*value, *value.values()] if isinstance(value, dict) else value
    return all(type(member) in ATOMS for member in members)


def _is_own_instance(value: Any) -> bool:
    """Whether it is an instance of a class that only the user's own modules have."""
    home = places.home_of(type(value))
    if home is None or isinstance(value, (type, FunctionType)):
        return False
    from cellburst.cells import local_modules

    return local_modules.is_local_name(places.module_of(home))


def _size(value: Any) -> int:
    size = getattr(value, "nbytes", 0)
    if isinstance(size, int):
        return size
    usage = getattr(value, "memory_usage", None)
    try:
        return int(usage().sum()) if usage is not None else 0
    except Exception:
        return 0
