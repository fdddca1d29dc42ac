"""Instances: attributes, slots and, for a subclass of a container, its items; user code is never called."""

from __future__ import annotations

import collections
import copyreg
import enum
import functools
import sys
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import containers
from .atoms import is_a, module_of, token, type_name
from .classes import importable
from .code import file_name
from .iterators import has_ended

if TYPE_CHECKING:
    from .walk import Walk

_CONTENT = (list, tuple, dict, set, frozenset, collections.deque)
_ATOMS = (int, float, complex, str, bytes, bytearray)


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    kind = type(obj)
    if is_a(obj, enum.Enum) and "_name_" in (attributes(obj) or {}):
        return f"member {(attributes(obj) or {})['_name_']} of {_class_token(walk, path, kind)}"
    if is_a(obj, BaseException):
        return _exception(walk, path, obj)
    walk.inner = walk.inner or importable(kind)
    parts = [_class_token(walk, path, kind), *_content(walk, path, obj)]
    state = attributes(obj)
    if state is not None:
        parts.append(containers.attributes(walk, path, state, left_out=_cached(kind)))
    parts += [f"{name}={walk.child(f'{path}.{name}', value)}" for name, value in _slots(obj)]
    if len(parts) == 1 and importable(kind):
        parts += _reduced(walk, path, obj)
    return " ".join(parts)


def _class_token(walk: Walk, path: str, kind: type) -> str:
    return type_name(kind) if importable(kind) else f"{type_name(kind)} {walk.child(f'{path}.__class__', kind)}"


def attributes(obj: Any) -> dict[str, Any] | None:
    """The object's own ``__dict__``, whatever its class makes of attribute access."""
    try:
        found = object.__getattribute__(obj, "__dict__")
    except Exception:
        return None
    return found if isinstance(found, dict) else None


def _cached(kind: type) -> Iterator[str]:
    """Attributes of library classes that only remember what was computed."""
    if importable(kind):
        for base in type.__getattribute__(kind, "__mro__"):
            for name, value in type.__getattribute__(base, "__dict__").items():
                if type(value) is functools.cached_property:
                    yield name


def _slots(obj: Any) -> Iterator[tuple[str, Any]]:
    for base in type.__getattribute__(type(obj), "__mro__"):
        for name, member in list(type.__getattribute__(base, "__dict__").items()):
            if type(member) is types.MemberDescriptorType and module_of(base) != "builtins":
                try:
                    yield name, member.__get__(obj, type(obj))
                except AttributeError:
                    continue


def _content(walk: Walk, path: str, obj: Any) -> Iterator[str]:
    for base in _CONTENT:
        if is_a(obj, base):
            if base is dict:
                yield containers.pairs(walk, path, obj)
            elif base in (set, frozenset):
                yield containers.members(walk, path, list(base.__iter__(obj)))
            else:
                yield containers.items(walk, path, list(base.__iter__(obj)))
    for atom in _ATOMS:
        if is_a(obj, atom):
            yield _plain(obj, atom)


def _plain(obj: Any, atom: type) -> str:
    if atom is bytearray:
        return repr(bytes(obj))
    return token(atom.__getnewargs__(obj)[0]) or ""  # type: ignore[attr-defined]


def _exception(walk: Walk, path: str, obj: BaseException) -> str:
    parts = [_class_token(walk, path, type(obj)), f"args={containers.items(walk, f'{path}.args', obj.args)}"]
    for name in ("__cause__", "__context__"):
        parts.append(f"{name}={walk.child(f'{path}.{name}', getattr(obj, name))}")
    parts.append(f"suppress={obj.__suppress_context__}")
    parts.append(containers.attributes(walk, path, attributes(obj) or {}))
    frames = []
    traceback = obj.__traceback__
    while traceback is not None:
        place = traceback.tb_frame.f_code
        if "/IPython/core/" not in place.co_filename:  # how the cell was run
            frames.append(f"{file_name(place)}:{traceback.tb_lineno} {place.co_name}")
        traceback = traceback.tb_next
    walk.note(f"{path}.__traceback__", "\n".join(frames))
    return " ".join(parts)


def _reduced(walk: Walk, path: str, obj: Any) -> Iterator[str]:
    """What pickle would keep of a library's object; nothing if it would not."""
    kind = type(obj)
    if kind is object:
        return
    warnings: Any = sys.modules["warnings"]
    filters = warnings.filters
    warnings.filters = [("ignore", None, Warning, None, 0)]  # catch_warnings would make registries forget
    try:
        if has_ended(obj):
            yield "ended"
            return
        how = copyreg.dispatch_table.get(kind)
        found = how(obj) if how else obj.__reduce_ex__(4)
    except Exception:
        return
    finally:
        warnings.filters = filters
    yield walk.child(f"{path}.__reduce__()", walk.fresh(found), flat=True)
