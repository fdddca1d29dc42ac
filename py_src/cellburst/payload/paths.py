"""Paths to objects: made where the inputs are, followed where the variables are that they were copied from."""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any

from cellburst.payload import class_state, file_maps, iterators, memory, orders, reducers, tensors, views, weak
from cellburst.payload.kinds import Step
from cellburst.payload.kinds_arrays import objects
from cellburst.payload.kinds_wrapping import kept
from cellburst.payload.rebuild import MissingReferenceError
from cellburst.payload.steps import own_attributes

Path = tuple[Any, ...]  # (type's name, or "" for any; variable's name; step, ...)


def follow(path: Path, root: Any) -> Any:
    """The object that a path leads to from its variable's value. Raises MissingReferenceError."""
    expected, name, *steps = path
    obj = root
    try:
        for step in steps:
            obj = _step(obj, step)
    except (LookupError, AttributeError, TypeError, ValueError) as error:
        raise MissingReferenceError(f"{name} has changed here meanwhile ({error})") from error
    if expected and type(obj).__qualname__ != expected:
        raise MissingReferenceError(f"{name} has changed here meanwhile (a {type(obj).__qualname__}, not {expected})")
    return obj


def _step(obj: Any, step: Step) -> Any:
    what, *where = step
    if what == ".":
        return _attributes(obj)[where[0]]
    return _STEPS[what](obj, *where)


def _attributes(obj: Any) -> Mapping[str, Any]:
    if isinstance(obj, type):
        return class_state.dict_of(obj)
    return vars(obj) if isinstance(obj, FunctionType) else own_attributes(obj)


def _get(obj: Any, name: str, *item: Any) -> Any:
    value = getattr(obj, name)
    return value[item[0]] if item else value


_STEPS: dict[str, Any] = {
    "like": lambda obj, text: obj if type(obj) is type(text) and obj == text else text,
    "[": lambda obj, index: obj[index],
    "k": lambda obj, index: list(dict.keys(obj))[index],
    "v": lambda obj, index: list(dict.values(obj))[index],
    "member": lambda obj, number: (orders.of(obj) or list(obj))[number],
    "held": lambda obj, number: weak.content_of(obj)[number],
    "class": type,
    "base": lambda cls, index: class_state.bases_of(cls)[index],
    "enum": lambda cls, number: class_state.members_of(cls)[number][1],
    "cell": lambda function, index: function.__closure__[index],
    "content": lambda cell: cell.cell_contents,
    "default": lambda function, index: function.__defaults__[index],
    "kwdefault": lambda function, name: function.__kwdefaults__[name],
    "get": _get,
    "own": lambda obj, name: vars(obj)[name],
    "dict": lambda obj: obj.__dict__,
    "kept": kept,
    "behind": reducers.behind_proxy,
    "reduced": lambda obj, number: iterators.reduce(obj)[1][number],
    "block": lambda frame, number: frame._mgr.blocks[number].values,
    "refs": lambda frame, number: frame._mgr.blocks[number].refs,
    "axis": lambda frame, number: frame._mgr.axes[number],
    "file": lambda array: file_maps.find(array)._mmap,
    "record": views.around_record,
    "root": memory.owner_of,
    "tensor": tensors.part,
    "buffer": lambda array: memory.source_of(memory.owner_of(array)),
    "element": lambda array, number: objects(array)[number],
}
