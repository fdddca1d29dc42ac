"""Functions, methods, cells, modules and code."""

from __future__ import annotations

import functools
import sys
import types
from typing import TYPE_CHECKING, Any

from .atoms import is_a, token, type_name
from .containers import items, pairs

if TYPE_CHECKING:
    from .walk import Walk

_EMPTY = "an empty cell"


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    kind = type(obj)
    if kind is types.FunctionType:
        return function(walk, path, obj)
    if kind is types.MethodType:
        return (
            f"method {walk.child(f'{path}.__func__', obj.__func__)} of {walk.child(f'{path}.__self__', obj.__self__)}"
        )
    if kind in (types.BuiltinFunctionType, types.MethodWrapperType):
        return _builtin(walk, path, obj)
    if kind in (types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType):
        return f"{type_name(kind)} {type_name(obj.__objclass__)}.{obj.__name__}"
    if kind in (types.GetSetDescriptorType, types.MemberDescriptorType):
        return f"{type_name(kind)} {obj.__name__}"  # its class is where it is found
    if kind is types.CellType:
        return f"cell {cell(walk, path, obj)}"
    if kind is types.CodeType:
        return code(obj)
    if kind is types.ModuleType or is_a(obj, types.ModuleType):
        return module(walk, path, obj)
    if kind in (staticmethod, classmethod):
        return f"{kind.__name__} {walk.child(f'{path}.__func__', obj.__func__)}"
    if kind is property:
        parts = [f"{part[1:]}={walk.child(f'{path}.{part}', getattr(obj, part))}" for part in ("fget", "fset", "fdel")]
        return f"property {' '.join(parts)} {obj.__doc__!r}"
    if kind in (functools.partial, functools.partialmethod):
        parts = [walk.child(f"{path}.func", obj.func), items(walk, f"{path}.args", obj.args)]
        return f"{type_name(kind)} {' '.join(parts)} {pairs(walk, f'{path}.keywords', obj.keywords)}"
    if kind is functools._lru_cache_wrapper:
        wrapped = walk.child(f"{path}.__wrapped__", obj.__wrapped__)
        rest = pairs(walk, f"{path}.__dict__", obj.__dict__, left_out=("__wrapped__",))
        return f"lru_cache {wrapped} {obj.cache_info()} {rest}"
    return None


def function(walk: Walk, path: str, obj: types.FunctionType) -> str:
    if not defined_here(walk, obj):
        return f"function {obj.__module__}.{obj.__qualname__}"
    where = _globals(walk, path, obj)
    closure = [walk.child(f"{path}.__closure__[{n}]", found) for n, found in enumerate(obj.__closure__ or ())]
    return " ".join(
        (
            f"function {obj.__module__}.{obj.__qualname__} {obj.__name__} doc={obj.__doc__!r}",
            f"globals={where}",
            f"defaults={items(walk, f'{path}.__defaults__', obj.__defaults__ or ())}",
            f"kwdefaults={pairs(walk, f'{path}.__kwdefaults__', obj.__kwdefaults__ or {})}",
            f"closure=[{', '.join(closure)}]",
            f"annotations={pairs(walk, f'{path}.__annotations__', obj.__annotations__)}",
            f"dict={pairs(walk, f'{path}.__dict__', obj.__dict__)}",
            code(obj.__code__),
        )
    )


def _globals(walk: Walk, path: str, obj: types.FunctionType) -> str:
    name = obj.__globals__.get("__name__")
    module = sys.modules.get(str(name))
    if module is not None and module.__dict__ is obj.__globals__ is not walk.user_ns:
        walk.inner = True
        return f"of {name}"
    walk.namespaces.add(id(obj.__globals__))
    return walk.child(f"{path}.__globals__", obj.__globals__)


def defined_here(walk: Walk, obj: types.FunctionType) -> bool:
    """Whether a function belongs to the notebook, and not to a module that it can be imported from."""
    if obj.__globals__ is walk.user_ns or obj.__module__ in (None, "__main__"):
        return True
    found: Any = sys.modules.get(obj.__module__)
    for part in obj.__qualname__.split("."):
        found = getattr(found, "__dict__", {}).get(part)
        found = getattr(found, "__func__", found)
    return found is not obj


def code(obj: types.CodeType) -> str:
    """Everything of a code object but the hash in its file's name."""
    constants = [code(found) if isinstance(found, types.CodeType) else _constant(found) for found in obj.co_consts]
    return (
        f"code {obj.co_name} line {obj.co_firstlineno} of {file_name(obj)} {obj.co_code.hex()} flags={obj.co_flags} "
        f"{obj.co_names} {obj.co_varnames} {obj.co_freevars} {obj.co_cellvars} ({', '.join(constants)})"
    )


def file_name(obj: types.CodeType) -> str:
    """The file of a code object; ``In[n]`` if it is a cell's."""
    found = obj.co_filename
    if "ipykernel_" not in found:
        return found
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None  # type: ignore[attr-defined]
    number = getattr(getattr(shell, "compile", None), "_filename_map", {}).get(found)
    return "a cell that is not known" if number is None else f"In[{number}]"


def _constant(obj: Any) -> str:
    text = token(obj, flat=True)
    if text is None and is_a(obj, frozenset):
        return f"frozenset({sorted(map(repr, obj))})"
    return f"{type_name(type(obj))} {obj!r}" if text is None else text


def cell(walk: Walk, path: str, obj: types.CellType) -> str:
    try:
        content = obj.cell_contents
    except ValueError:
        return _EMPTY
    return walk.child(f"{path}.cell_contents", content)


def _builtin(walk: Walk, path: str, obj: Any) -> str:
    owner = obj.__self__
    if owner is None or isinstance(owner, (types.ModuleType, type)):
        return f"builtin {getattr(obj, '__module__', None)}.{obj.__qualname__}"
    return f"builtin {obj.__qualname__} of {walk.child(f'{path}.__self__', owner)}"


def module(walk: Walk, path: str, obj: types.ModuleType) -> str:
    name = obj.__dict__.get("__name__")
    if sys.modules.get(str(name)) is obj:
        return f"module {name}"
    return (
        f"module {name} that is not loaded {pairs(walk, f'{path}.__dict__', obj.__dict__, left_out=('__builtins__',))}"
    )
