"""Type variables and type aliases that were defined in the notebook: one and the same wherever they travel."""

from __future__ import annotations

import gc
import sys
import typing
import uuid
from types import FunctionType
from typing import Any

_KINDS: dict[Any, tuple[str, ...]] = {
    typing.TypeVar: ("bound", "covariant", "contravariant", "infer_variance", "default"),
    typing.ParamSpec: ("bound", "covariant", "contravariant", "infer_variance", "default"),
}
if hasattr(typing, "TypeVarTuple"):
    _KINDS[typing.TypeVarTuple] = ("default",)
_ALIAS: Any = getattr(typing, "TypeAliasType", None)
KINDS: frozenset[Any] = frozenset(_KINDS) | ({_ALIAS} if _ALIAS else frozenset())
_by_identity: dict[str, Any] = {}
_identities: dict[int, str] = {}
_late: dict[int, FunctionType] = {}  # by the id of an alias that was made here, what says what it stands for


def reduce(obj: Any, _: Any) -> Any:
    """How to pickle one of them: by name if a module has it, else with its identity."""
    name, home = obj.__name__, sys.modules.get(obj.__module__ or "")
    if obj.__module__ != "__main__" and home is not None and vars(home).get(name) is obj:
        return getattr, (home, name)
    identity = _identities.get(id(obj))
    if identity is None:
        identity = uuid.uuid4().hex
        _remember(identity, obj)
    if type(obj) is _ALIAS:
        try:
            return make_alias, (name, obj.__value__, obj.__type_params__, obj.__module__, identity)
        except NameError:  # it stands for something that is not there yet
            if (late := _value_of_late(obj)) is None:
                raise
            return make_late_alias, (name, late, obj.__module__, identity)
    return make, (type(obj), obj.__name__, *_arguments(obj), obj.__module__, identity)


def _arguments(obj: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    found = {name: value for name in _KINDS[type(obj)] if (value := _read(obj, f"__{name}__"))}
    if found.get("default") is getattr(typing, "NoDefault", None):
        found.pop("default", None)
    return getattr(obj, "__constraints__", ()), found


def _read(obj: Any, name: str) -> Any:
    try:
        return getattr(obj, name, None)
    except Exception:  # a bound that names what is not there yet
        return None


def make(
    kind: Any, name: str, constraints: tuple[Any, ...], options: dict[str, Any], module: str | None, identity: str
) -> Any:
    """The type variable of this identity, a new one if there is none."""
    known = _by_identity.get(identity)
    if known is not None:
        return known
    made = kind(name, *constraints, **options)
    made.__module__ = module
    return _remember(identity, made)


def make_alias(name: str, value: Any, parameters: tuple[Any, ...], module: str | None, identity: str) -> Any:
    """The type alias of this identity, a new one if there is none."""
    known = _by_identity.get(identity)
    if known is not None:
        return known
    return _remember(identity, _called_from(module, _ALIAS, name, value, type_params=parameters))


def _value_of_late(alias: Any) -> FunctionType | None:
    """The function that will say what an alias stands for; None for one with parameters."""
    if id(alias) in _late:
        return _late[id(alias)]
    found = [one for one in gc.get_referents(alias) if type(one) is FunctionType]
    return found[0] if len(found) == 1 and not alias.__type_params__ else None


def make_late_alias(name: str, value: FunctionType, module: str | None, identity: str) -> Any:
    """A type alias that asks for what it stands for when that is needed."""
    known = _by_identity.get(identity)
    if known is not None:
        before = _value_of_late(known)
        if before is None or before.__globals__ is value.__globals__:
            return known
        _forget(known)  # it asks in the variables of an earlier cell
    scope: dict[str, Any] = {"__name__": module, "value": value}
    exec(f"type {name} = value()", scope)
    _late[id(scope[name])] = value
    return _remember(identity, scope[name])


def _called_from(module: str | None, function: Any, *arguments: Any, **options: Any) -> Any:
    """Call a function as code of that module would: it asks its caller where it is."""
    scope = {"__name__": module, "call": function, "arguments": arguments, "options": options}
    return eval("call(*arguments, **options)", scope)


def _forget(obj: Any) -> None:
    _by_identity.pop(_identities.pop(id(obj)))
    _late.pop(id(obj), None)


def _remember(identity: str, obj: Any) -> Any:
    """For good: some of them cannot be referred to weakly, and a notebook has few."""
    _by_identity[identity] = obj
    _identities[id(obj)] = identity
    return obj
