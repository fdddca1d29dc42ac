"""Classes: by name if they can be imported, else with everything in them."""

from __future__ import annotations

import sys
import types
import typing
from typing import TYPE_CHECKING, Any

from .atoms import is_a, module_of, type_name
from .containers import items

if TYPE_CHECKING:
    from .walk import Walk

# __slotnames__: what pickle and copy have found out about it
_LEFT_OUT = frozenset({"__weakref__", "__dict__", "_abc_impl", "__slotnames__"})
_SLOTS = (types.MemberDescriptorType, types.GetSetDescriptorType)


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    if not is_a(obj, type):
        typed = module_of(type(obj)) == "typing" or is_a(obj, typing.TypeVar, typing.ParamSpec)
        return f"{type_name(type(obj))} {obj!r}" if typed else None
    if importable(obj):
        return f"class {type_name(obj)}"
    bases = items(walk, f"{path}.__bases__", type.__getattribute__(obj, "__bases__"))
    made_by = walk.child(f"{path}.__class__", type(obj))
    parts = []
    members = list(type.__getattribute__(obj, "__dict__").items())
    walk.note(f"{path}.__dict__<order>", ", ".join(name for name, _ in members if name not in _LEFT_OUT))
    for name, value in sorted(members):
        if name in _LEFT_OUT:
            continue
        if name in {"__static_attributes__"}:
            value = sorted(value)
        if type(value) in _SLOTS:
            parts.append(f"{name}: {type_name(type(value))}")
        else:
            parts.append(f"{name}: {walk.child(f'{path}.{name}', walk.fresh(value), flat=True)}")
    return f"class {type_name(obj)} of {made_by} {bases} {{{', '.join(parts)}}}"


def importable(kind: type) -> bool:
    """Whether a class is found in its module under its name; the notebook's own are not asked."""
    module = type.__getattribute__(kind, "__module__")
    if module == "__main__":
        return False
    found: Any = sys.modules.get(module)
    for part in type.__getattribute__(kind, "__qualname__").split("."):
        found = getattr(found, "__dict__", {}).get(part)
    return found is kind or not made_by_statement(kind)  # such as list_iterator, which is in no module


def made_by_statement(kind: type) -> bool:
    """Whether a class was made by a class statement, and not in C code."""
    return bool(type.__getattribute__(kind, "__flags__") & (1 << 9))
