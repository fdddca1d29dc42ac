"""Where modules keep their things, by name: ``json:dumps``, ``pandas:DataFrame.total``; ``:helper`` is a module itself.

A place is an attribute of a module, or of a class, function or other object that a module leads to. Its name is
no identifier, so it can stand among the variables of a task without being one.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import CellType, FunctionType, MappingProxyType, MemberDescriptorType, ModuleType
from typing import Any

from cellburst.payload.class_state import dict_of, is_notebooks
from cellburst.payload.steps import own_attributes

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "<nothing>"})()
earlier: dict[str, Any] = {}
"""While a cell is brought back: what was where a module has meanwhile been loaded again."""
_OF_FUNCTIONS = frozenset({"__defaults__", "__kwdefaults__", "__closure__"})


def is_place(name: str) -> bool:
    """Whether a name is a place and not a variable's."""
    return ":" in name


def spelled(place: str) -> str:
    """As one would write it in Python: ``pandas.DataFrame.total``."""
    return place.replace(":", ".").lstrip(".")


def module_of(place: str) -> str:
    """The module that a place is in."""
    name, _, path = place.partition(":")
    return name or path


def depth(place: str) -> int:
    """How far it is below its module: what holds something comes before that."""
    return -1 if place.startswith(":") else place.partition(":")[2].count(".")


def owner_of(place: str) -> tuple[Any, str]:
    """The object that has the attribute, and the attribute. Imports nothing; raises LookupError."""
    name, _, path = place.partition(":")
    *way, attribute = path.split(".")
    owner: Any = sys.modules.get(name)
    if owner is None:
        raise LookupError(f"{name} is not imported")
    for step in way:
        owner = read(owner, step)
        if owner is MISSING:
            raise LookupError(f"{spelled(place)}: there is no {step}")
    return owner, attribute


def value_of(place: str) -> Any:
    """What is there, MISSING if there is nothing. Never raises."""
    if place.startswith(":"):
        return sys.modules.get(place[1:], MISSING)
    try:
        owner, attribute = owner_of(place)
    except LookupError:
        return MISSING
    return read(owner, attribute)


def earlier_value_of(place: str) -> Any:
    """What was there before modules were loaded again; MISSING if there was nothing."""
    return earlier[place] if place in earlier else value_of(place)


def read(owner: Any, attribute: str) -> Any:
    """An attribute as it is kept: a class's static method is not unwrapped. MISSING if there is none."""
    found = variables(owner)
    if found is not None and attribute in found:
        return found[attribute]
    if attribute in _OF_FUNCTIONS and isinstance(owner, FunctionType):
        return getattr(owner, attribute) or MISSING
    if isinstance(owner, type) or type(owner) in (ModuleType, FunctionType):
        return MISSING  # what is inherited, or made when it is asked for, is not kept there
    if is_notebooks(type(owner)):
        return _read_quietly(owner, attribute)
    try:
        return getattr(owner, attribute)
    except Exception:
        return MISSING


def _read_quietly(owner: Any, attribute: str) -> Any:
    """An attribute of an instance of a notebook's class, without running a getter of it."""
    for cls in type(owner).__mro__:
        found = dict_of(cls).get(attribute, MISSING)
        if found is not MISSING:
            if type(found) is MemberDescriptorType:
                return own_attributes(owner).get(attribute, MISSING)
            return MISSING if hasattr(type(found), "__get__") else found
    return MISSING


def variables(owner: Any) -> MappingProxyType[str, Any] | dict[str, Any] | None:
    """The attributes that an object keeps itself; None if it does not say."""
    if isinstance(owner, ModuleType):
        found: dict[str, Any] = ModuleType.__getattribute__(owner, "__dict__")  # past what watches its use
        return found
    try:
        found = object.__getattribute__(owner, "__dict__") if is_notebooks(type(owner)) else vars(owner)
    except (TypeError, AttributeError):
        return None
    return found


def put(place: str, value: Any) -> None:
    """Set it; a module is imported if need be. Raises what importing and setting raise."""
    if place.startswith(":"):
        sys.modules[place[1:]] = value
        return
    if module_of(place) not in sys.modules:
        import_module(module_of(place))
    owner, attribute = owner_of(place)
    if attribute == "__closure__":
        _fill_cells(owner, value)
    else:
        setattr(owner, attribute, value)


def _fill_cells(function: FunctionType, cells: tuple[CellType, ...]) -> None:
    for own, cell in zip(function.__closure__ or (), cells, strict=True):
        if own is not cell:
            own.cell_contents = cell.cell_contents


def remove(place: str) -> None:
    """Delete it; nothing happens if it is not there. Raises what deleting raises."""
    if value_of(place) is MISSING:
        return
    if place.startswith(":"):
        del sys.modules[place[1:]]
        return
    owner, attribute = owner_of(place)
    delattr(owner, attribute)


def restore(place: str, value: Any) -> None:
    """Make it what ``value_of`` said. Raises what setting and deleting raise."""
    if value is MISSING:
        remove(place)
    elif value_of(place) is not value:
        put(place, value)


def owner_at(start: str) -> Any:
    """The module or class that the places beginning like this are in; MISSING if it is not loaded."""
    module, _, path = start.rstrip(".").partition(":")
    return value_of(f"{module}:{path}") if path else sys.modules.get(module, MISSING)


def home_of(obj: Any) -> str | None:
    """The place that a function or class says it is defined at; it may be wrong."""
    module = getattr(obj, "__module__", None)
    path = getattr(obj, "__qualname__", None) or getattr(obj, "__name__", None)
    if not isinstance(module, str) or not isinstance(path, str) or module == "__main__" or "<" in path:
        return None
    return f"{module}:{path}"


def name_of(owner: Any) -> str | None:
    """The beginning of the names of places in a module or in a class that can be imported; None for others."""
    if isinstance(owner, ModuleType):
        name = getattr(owner, "__name__", None)
        return f"{name}:" if isinstance(name, str) and sys.modules.get(name) is owner else None
    if isinstance(owner, (type, FunctionType)):
        home = home_of(owner)
        return f"{home}." if home is not None and value_of(home) is owner else None
    return None
