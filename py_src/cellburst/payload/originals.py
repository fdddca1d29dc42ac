"""What a library had where a notebook has put something else.

A function of a library travels by its name, and under its name there may now be the notebook's own. So
the library's is named as the original of its place, and each process answers with its own.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import BuiltinFunctionType, FunctionType
from typing import Any

from cellburst.payload import hand_made, places
from cellburst.payload.places import MISSING

BY_VALUE: Any = object()
_originals: dict[str, Any] = {}
_places: dict[int, str] = {}  # by the id of what is in _originals
_changed: set[str] = set()
_known: set[str] = set()  # places of which it is certain what the library had there
_copied: dict[int, Any] = {}  # values that say they were what they stand for
_shared: dict[int, tuple[str, Any]] = {}


def active() -> bool:
    """Whether anything is to be asked at all."""
    return bool(_changed or _shared or hand_made.travelling)


def standing() -> tuple[frozenset[Any], ...]:
    """What all of this goes by: as long as it is the same, the same object is pickled in the same way."""
    return (
        frozenset(_changed),
        frozenset(_known),
        frozenset(_shared),
        frozenset(_copied),
        frozenset(hand_made.travelling),
    )


def note(place: str, value: Any, original: Any = MISSING) -> None:
    """``value`` stands at ``place`` and is not the library's; ``original`` is what was, if that is known."""
    if value is original:
        return
    _changed.add(place)
    if original is not MISSING and place not in _known:
        _known.add(place)
        if places.home_of(original) == place and is_own(original):
            _remember(place, original)
    if places.home_of(value) == place:
        _copied[id(value)] = value


def share(place: str, value: Any) -> None:
    """The other side has the like of ``value`` at ``place``: it is named and not sent."""
    _shared[id(value)] = place, value


def forget(place: str) -> None:
    """At ``place`` is again what the library had, and nothing is shared there."""
    _changed.discard(place)
    _known.discard(place)
    for key in [key for key, (where, _) in _shared.items() if where == place]:
        del _shared[key]
    original = _originals.pop(place, None)
    _places.pop(id(original), None)
    for key in [key for key, value in _copied.items() if places.home_of(value) == place]:
        del _copied[key]


def original(place: str) -> Any:
    """What the library has there. Raises LookupError."""
    found = places.earlier.get(place, _originals.get(place, MISSING))
    if found is MISSING:
        found = _imported(place)
    if found is MISSING:
        raise LookupError(f"there is no {places.spelled(place)} here")
    return found


def reduce(obj: Any) -> Any:
    """How to pickle an original, ``BY_VALUE`` for what only has its name, None for everything else."""
    key = id(obj)
    if key in _shared:
        return original, (_shared[key][0],)
    if key in _copied or (hand_made.travelling and hand_made.travels(obj)):
        return BY_VALUE
    place = _places.get(key)
    if place is None and isinstance(obj, (FunctionType, BuiltinFunctionType, type)):
        claimed = places.home_of(obj)
        if (
            claimed in _changed
            and claimed not in _known | _originals.keys()
            and is_own(obj)
            and places.value_of(claimed) is not obj
        ):
            _remember(claimed, obj)
            place = claimed
    return None if place is None else (original, (place,))


def is_own(value: Any) -> bool:
    """Whether a function or class is the library's that its name tells, and not a wrapper that took its name over."""
    home = places.home_of(value)
    if home is None:
        return False
    if isinstance(value, FunctionType):
        package = places.module_of(home).partition(".")[0]
        return str(value.__globals__.get("__name__")).partition(".")[0] == package
    return isinstance(value, (BuiltinFunctionType, type)) or not hasattr(value, "__wrapped__")


def _remember(place: str, value: Any) -> None:
    _originals[place] = value
    _places[id(value)] = place


def _imported(place: str) -> Any:
    if places.module_of(place) not in sys.modules:
        import_module(places.module_of(place))
    return places.value_of(place)
