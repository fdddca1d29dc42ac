"""Values that are written as they are: their identity is nobody's business."""

from __future__ import annotations

import struct
from typing import Any

_PLAIN = frozenset({type(None), bool, str, bytes, type(...), type(NotImplemented)})


def token(obj: Any, *, flat: bool = False) -> str | None:
    """The text of an atom, which tells types apart; None for everything else."""
    kind = type(obj)
    if kind in _PLAIN:
        return repr(obj)
    if kind is int:
        return repr(obj) if obj.bit_length() < 4000 else hex(obj)
    if kind is float:
        return _float(obj)
    if kind is complex:
        return f"complex({_float(obj.real)}, {_float(obj.imag)})"
    if flat and kind is tuple and len(obj) < 12:
        return _tuple(obj)
    return None


def _float(number: float) -> str:
    return repr(number) if number == number else f"nan:{struct.pack('>d', number).hex()}"


def _tuple(items: tuple[Any, ...]) -> str | None:
    texts = []
    for item in items:
        text = token(item, flat=True)
        if text is None:
            return None
        texts.append(text)
    return f"({', '.join(texts)})"


def is_a(obj: Any, *kinds: type) -> bool:
    """``isinstance`` without asking the object, which may have an opinion."""
    return any(base in kinds for base in type.__getattribute__(type(obj), "__mro__"))


def module_of(kind: type) -> str:
    """Where a class says it is from, whatever its metaclass says."""
    return str(type.__getattribute__(kind, "__module__"))


def type_name(kind: type) -> str:
    """``pandas.DataFrame`` as the class itself says it, whatever its metaclass does; builtins without a module."""
    module = type.__getattribute__(kind, "__module__")
    name = type.__getattribute__(kind, "__qualname__")
    return name if module == "builtins" else f"{module}.{name}"


def is_type_hint(obj: Any) -> bool:
    """Whether this is a type hint such as `Optional[int]`, of which typing keeps some and makes others anew."""
    return module_of(type(obj)) == "typing" and type_name(type(obj)).endswith("GenericAlias")
