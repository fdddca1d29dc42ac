"""Functions, the cells of their closures, and classes."""

from __future__ import annotations

from collections.abc import Iterable
from types import FunctionType
from typing import Any

from cellburst.payload import class_state
from cellburst.payload.class_state import ClassState
from cellburst.payload.functions import has_own_globals
from cellburst.payload.kinds import Judge, Kind, Part, attribute_changes, same_attributes
from cellburst.payload.kinds_objects import ATOMS, is_dynamic

_FUNCTION_ATTRIBUTES = (
    *("__code__", "__defaults__", "__kwdefaults__", "__annotations__"),
    *("__name__", "__qualname__", "__module__", "__doc__"),
    *(("__type_params__",) if hasattr(FunctionType, "__type_params__") else ()),
)


def _function_parts(function: Any) -> Iterable[Part]:
    yield from ((("cell", index), cell) for index, cell in enumerate(function.__closure__ or ()))
    yield from ((("default", i), part) for i, part in enumerate(function.__defaults__ or ()) if type(part) not in ATOMS)
    for name, part in (function.__kwdefaults__ or {}).items():
        if type(part) not in ATOMS:
            yield ("kwdefault", name), part
    yield from (((".", name), part) for name, part in vars(function).items() if type(part) not in ATOMS)
    if has_own_globals(function):
        yield ("get", "__globals__"), function.__globals__


def _function_state(function: Any) -> dict[Any, Any]:
    """Its `__dict__`, what else can be set, and under pairs the items of its two dicts."""
    state: dict[Any, Any] = {name: getattr(function, name) for name in _FUNCTION_ATTRIBUTES}
    for kept in ("__kwdefaults__", "__annotations__"):
        if items := state[kept]:
            state.update({(kept, name): value for name, value in items.items()})
    state.update(function.__dict__)
    return state


def _same_function(frozen: Any, function: Any, _: Judge) -> bool:
    return same_attributes(frozen, _function_state(function))


def _replace_function(function: Any, content: Any) -> None:
    changed, deleted = content
    if deleted is None:
        deleted = [name for name in function.__dict__ if name not in changed]
    for name in deleted:
        held = function.__dict__ if isinstance(name, str) else getattr(function, name[0]) or {}
        held.pop(name if isinstance(name, str) else name[1], None)
    for name, value in changed.items():
        if isinstance(name, str):
            if name in _FUNCTION_ATTRIBUTES:
                setattr(function, name, value)
            else:
                function.__dict__[name] = value
        elif (held := getattr(function, name[0])) is not None:
            held[name[1]] = value


def _wrapper_parts(wrapper: Any) -> Iterable[Part]:
    names = ("fget", "fset", "fdel") if type(wrapper) is property else ("__func__",)
    yield from ((("get", name), part) for name in names if (part := getattr(wrapper, name)) is not None)


def _cell_content(cell: Any) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # an empty cell
        return ()


def _cell_parts(cell: Any) -> Iterable[Part]:
    yield from ((("content",), part) for part in _cell_content(cell) if type(part) not in ATOMS)


def _same_cell(frozen: Any, cell: Any, _: Judge) -> bool:
    now = _cell_content(cell)
    return len(frozen) == len(now) and all(before is after for before, after in zip(frozen, now, strict=True))


def _replace_cell(cell: Any, content: Any) -> None:
    if content:
        cell.cell_contents = content[0]
    elif _cell_content(cell):
        del cell.cell_contents


def _same_class(frozen: ClassState, cls: Any, _: Judge) -> bool:
    now = class_state.read(cls)
    return (
        now.order == frozen.order
        and now.names == frozen.names
        and same_members(now.bases, frozen.bases)
        and same_members(now.registered, frozen.registered)
        and len(now.values) == len(frozen.values)
        and same_attributes(frozen.attributes, now.attributes)
    )


def same_members(before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    """Whether two tuples hold the same objects."""
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))


def _class_content(cls: Any, frozen: ClassState | None) -> Any:
    now = class_state.read(cls)
    changes = attribute_changes(frozen and frozen.attributes, now.attributes)
    bases = None if frozen and same_members(now.bases, frozen.bases) else now.bases
    return changes, now.order, bases, now.names, now.registered, now.values


def _replace_class(cls: Any, content: Any) -> None:
    (changed, deleted), order, bases, names, registered, values = content
    own = class_state.dict_of(cls)
    if deleted is None:
        deleted = [name for name in own if name not in order and class_state.is_attribute(cls, own, name)]
    if bases is not None:
        class_state.set_bases(cls, bases)
    class_state.set_names(cls, names)
    for name in deleted:
        class_state.delete_attribute(cls, name)
    for name, value in changed.items():
        class_state.set_attribute(cls, name, value)
    class_state.put_in_order(cls, order)
    class_state.register(cls, registered)
    class_state.add_values(cls, values)


def _class_parts(cls: Any) -> Iterable[Part]:
    bases = class_state.bases_of(cls)
    yield from ((("base", index), base) for index, base in enumerate(bases) if is_dynamic(base))
    if is_dynamic(type(cls)):
        yield ("class",), type(cls)
    for name, part in class_state.read(cls).attributes.items():
        if type(part) not in ATOMS:
            yield (".", name), part
    yield from ((("enum", n), member) for n, (_, member) in enumerate(class_state.members_of(cls)))


FUNCTION = Kind(
    "function",
    lambda function, _: _function_state(function),
    _same_function,
    lambda function, frozen: attribute_changes(frozen, _function_state(function)),
    _replace_function,
    _function_parts,
)
WRAPPER = Kind("wrapper", lambda *_: None, lambda *_: True, parts=_wrapper_parts)
WRAPPERS = frozenset({property, staticmethod, classmethod})
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
    lambda cls, _: class_state.read(cls),
    _same_class,
    _class_content,
    _replace_class,
    _class_parts,
)
