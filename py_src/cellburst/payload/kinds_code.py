"""Functions, the cells of their closures, and classes."""

from __future__ import annotations

from collections.abc import Iterable
from enum import EnumMeta
from typing import Any

from cellburst.payload.kinds import Digest, Kind, Part, attribute_changes, same_attributes
from cellburst.payload.kinds_objects import ATOMS, is_dynamic

# What Python itself keeps in a class.
_OWN = frozenset(
    {
        *("__dict__", "__weakref__", "__module__", "__annotations__", "__abstractmethods__", "_abc_impl", "__doc__"),
        *("__slots__", "__slotnames__", "__parameters__", "__orig_bases__", "__type_params__", "__firstlineno__"),
        *("__static_attributes__", "__annotate_func__", "__annotations_cache__"),
    }
)


def _function_parts(function: Any) -> Iterable[Part]:
    yield from ((("cell", index), cell) for index, cell in enumerate(function.__closure__ or ()))
    yield from ((("default", i), part) for i, part in enumerate(function.__defaults__ or ()) if type(part) not in ATOMS)
    for name, part in (function.__kwdefaults__ or {}).items():
        if type(part) not in ATOMS:
            yield ("kwdefault", name), part
    yield from (((".", name), part) for name, part in vars(function).items() if type(part) not in ATOMS)


def _function_state(function: Any) -> dict[str, Any]:
    return {
        **vars(function),
        "__defaults__": function.__defaults__,
        "__kwdefaults__": function.__kwdefaults__,
        "__code__": function.__code__,
    }


def _same_function(frozen: Any, function: Any, _: Digest) -> bool:
    return same_attributes(frozen, _function_state(function))


def _replace_attributes(obj: Any, content: Any) -> None:
    changed, deleted = content
    for name in deleted or ():
        if name in vars(obj):
            delattr(obj, name)
    for name, value in changed.items():
        setattr(obj, name, value)


def _cell_content(cell: Any) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # an empty cell
        return ()


def _cell_parts(cell: Any) -> Iterable[Part]:
    yield from ((("content",), part) for part in _cell_content(cell) if type(part) not in ATOMS)


def _same_cell(frozen: Any, cell: Any, _: Digest) -> bool:
    now = _cell_content(cell)
    return len(frozen) == len(now) and all(before is after for before, after in zip(frozen, now, strict=True))


def _replace_cell(cell: Any, content: Any) -> None:
    if content:
        cell.cell_contents = content[0]
    elif _cell_content(cell):
        del cell.cell_contents


def _class_state(cls: Any) -> dict[str, Any]:
    return {} if isinstance(cls, EnumMeta) else {name: value for name, value in vars(cls).items() if name not in _OWN}


def _class_parts(cls: Any) -> Iterable[Part]:
    yield from ((("base", index), base) for index, base in enumerate(cls.__bases__) if is_dynamic(base))
    for name, part in _class_state(cls).items():
        if not name.startswith("__") and type(part) not in ATOMS:
            yield (".", name), part


FUNCTION = Kind(
    "function",
    lambda function, _: _function_state(function),
    _same_function,
    lambda function, frozen: attribute_changes(frozen, _function_state(function)),
    _replace_attributes,
    _function_parts,
)
CELL = Kind(
    "cell",
    lambda cell, _: _cell_content(cell),
    _same_cell,
    lambda cell, _: _cell_content(cell),
    _replace_cell,
    _cell_parts,
)
CLASS = Kind(
    "class",
    lambda cls, _: _class_state(cls),
    lambda frozen, cls, _: same_attributes(frozen, _class_state(cls)),
    lambda cls, frozen: attribute_changes(frozen, _class_state(cls)),
    _replace_attributes,
    _class_parts,
)
