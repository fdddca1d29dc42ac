"""Entries that a notebook has added to a library's dispatching functions and abstract classes.

The entries of ``module:function`` are at the place ``module:function@register``; only the notebook's are looked at.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterator
from importlib import import_module
from types import FunctionType
from typing import Any

from cellburst.payload import places
from cellburst.payload.kinds_objects import is_dynamic
from cellburst.payload.places import MISSING

_MARK = "@register"
_abc: Any = import_module("_abc")  # the registry of an abstract class is kept there


def is_registry(place: str) -> bool:
    """Whether a place is that of entries."""
    return place.endswith(_MARK)


def place_of(owner: str) -> str:
    """The place of the entries of a function or class."""
    return owner + _MARK


def entries(owner: str) -> Iterator[tuple[str, Any]]:
    """The place of the notebook's entries, with what they are; nothing if there are none."""
    found = read(owner + _MARK)
    if found is not MISSING and found:
        yield owner + _MARK, found


def read(place: str) -> Any:
    """A dict of implementations by class, or a dict of classes by themselves; MISSING if it is no registry."""
    obj = places.value_of(place.removesuffix(_MARK))
    if isinstance(obj, ABCMeta):
        return {cls: cls for cls in _registered(obj) if is_dynamic(cls)}
    found = _dispatch(obj)
    return MISSING if found is None else {cls: made for cls, made in found.items() if _is_notebooks(cls, made)}


def write(place: str, value: dict[type, Any]) -> None:
    """Make the notebook's entries those of ``value``. Raises LookupError if it is no registry."""
    present = read(place)
    if present is MISSING:
        raise LookupError(f"{places.spelled(place.removesuffix(_MARK))} takes no registrations")
    gone = set(present) - set(value)
    obj = places.value_of(place.removesuffix(_MARK))
    registry = _dispatch(obj)
    if registry is not None:
        for cls in gone:
            del registry[cls]
        registry.update(value)
        obj._clear_cache()
        return
    classes = [cls for cls in _registered(obj) if cls not in gone]
    if gone:
        _abc._reset_registry(obj)
    for cls in [*(classes if gone else ()), *value]:
        obj.register(cls)


def _registered(cls: ABCMeta) -> list[type]:
    return [found for reference in _abc._get_dump(cls)[0] if (found := reference()) is not None]


def _is_notebooks(cls: type, made: Any) -> bool:
    return is_dynamic(cls) or getattr(made, "__module__", None) == "__main__"


def _dispatch(obj: Any) -> dict[type, Any] | None:
    """The dict inside a function of ``functools.singledispatch``."""
    if not isinstance(obj, FunctionType) or not hasattr(obj, "registry") or not hasattr(obj, "dispatch"):
        return None
    register: Any = vars(obj).get("register")
    if not isinstance(register, FunctionType):
        return None
    for name, cell in zip(register.__code__.co_freevars, register.__closure__ or (), strict=True):
        if name == "registry":
            found: dict[type, Any] = cell.cell_contents
            return found
    return None
