"""Functions by value, without their globals: they get the namespace that is being filled.

So functions of one notebook share its variables on the other side too, writes with `global` are seen by all,
and a name may be assigned after the function that reads it was sent. Functions whose globals are an
importable module's are bound to that module. Closures that share a variable go on sharing it.
"""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from cellburst.payload import caches, namespaces
from cellburst.payload.namespaces import Namespace

_COPIED = ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__", "__defaults__", "__kwdefaults__")


class CellRef:
    """Stands for a closure cell in a pickle, so that the cell exists before what is in it."""

    __slots__ = ("cell",)

    def __init__(self, cell: CellType) -> None:
        self.cell = cell

    def __reduce__(self) -> tuple[type[CellType], tuple[()]]:
        return CellType, ()


class GlobalsRef:
    """Stands in a pickle for globals that are no module's, such as those of `exec(source, {})`."""

    __slots__ = ("variables",)

    def __init__(self, variables: Namespace) -> None:
        self.variables = variables

    def __reduce__(self) -> tuple[Any, ...]:
        real = self.variables.get("__builtins__") is vars(builtins)
        others = {name: value for name, value in self.variables.items() if name != "__builtins__" or not real}
        return make_globals, (real,), others, None, None, dict.update


def make_globals(with_builtins: bool) -> Namespace:
    """The globals that a ``GlobalsRef`` stands for, with only what Python puts there."""
    return {"__builtins__": vars(builtins)} if with_builtins else {}


def has_own_globals(function: FunctionType) -> bool:
    """Whether its globals are of no module, nor the notebook's."""
    variables = function.__globals__
    name = variables.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is not None and module.__dict__ is variables:
        return False
    return variables is not namespaces.current() and not is_modules(variables)


def is_modules(variables: Namespace) -> bool:
    """Whether these are the globals of some module, if not of one that can be imported."""
    return any(name in variables for name in ("__spec__", "__loader__"))


def reduce_function(
    function: FunctionType,
    namespace: Namespace | None,
    cell_ref: Callable[[CellType], CellRef],
    own_globals: Callable[[Namespace], Any],
) -> tuple[Any, ...] | None:
    """How to rebuild a function, for pickle; None when its globals are neither ``namespace`` nor a module's."""
    source = function.__globals__
    module = None if source is namespace else namespaces.module_of(source)
    own: Any = None
    if source is not namespace and module is None:
        if is_modules(source):
            return None
        own = own_globals(source)
    closure = function.__closure__ or ()
    state = {name: getattr(function, name) for name in _COPIED}
    if parameters := getattr(function, "__type_params__", ()):
        state["__type_params__"] = parameters
    contents = [_content(cell) for cell in closure]
    submodules = sorted(set(used_submodules(function.__code__, source))) if module is None and own is None else []
    arguments = (function.__code__, module if own is None else own, tuple(map(cell_ref, closure)))
    return make_function, arguments, (state, contents, submodules, dict(vars(function))), None, None, fill_function


def make_function(code: CodeType, module: str | Namespace | None, closure: tuple[CellType, ...]) -> FunctionType:
    """A function that still lacks its state."""
    variables = module if isinstance(module, dict) else namespaces.globals_of(module)
    return FunctionType(code, variables, None, None, closure or None)


def fill_function(function: FunctionType, pickled: tuple[Any, ...]) -> None:
    """Give a function from ``make_function`` its state."""
    state, contents, submodules, attributes = pickled
    for name in submodules:
        import_module(name)
    for cell, content in zip(function.__closure__ or (), contents, strict=True):
        if content:
            cell.cell_contents = content[0]
    for name, value in state.items():
        setattr(function, name, value)
    vars(function).update(attributes)


def _content(cell: CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # an empty cell
        return ()


def reduce_cached(cached: Any) -> tuple[Any, ...]:
    """How to rebuild what `functools.lru_cache` gave, with what it has kept."""
    attributes = {name: value for name, value in vars(cached).items() if name != "__wrapped__"}
    state = attributes, caches.content_of(cached)
    return make_cached, (cached.__wrapped__, cached.cache_parameters()), state, None, None, fill_cached


def make_cached(function: Callable[..., Any], parameters: dict[str, Any]) -> Any:
    """The cached function that ``reduce_cached`` took apart, without what it had kept."""
    return functools.lru_cache(parameters["maxsize"], parameters["typed"])(function)


def fill_cached(cached: Any, state: tuple[dict[str, Any], caches.Content | None]) -> None:
    """Give a function from ``make_cached`` its attributes, and what it had kept."""
    attributes, content = state
    fill_attributes(cached, attributes)
    if content is not None:
        caches.fill(cached, content)


def fill_attributes(target: Any, attributes: dict[str, Any]) -> None:
    """Set what was in the object's own `__dict__`."""
    vars(target).update(attributes)


def is_notebook_function(function: Any, namespace: Namespace | None) -> bool:
    """Whether a function can only travel by value: it was defined in ``namespace`` or inside another function."""
    if not isinstance(function, FunctionType):
        return False
    if function.__globals__ is namespace or function.__module__ == "__main__" or has_own_globals(function):
        return True
    return "<locals>" in function.__qualname__


def used_submodules(code: CodeType, variables: Namespace) -> Iterator[str]:
    """Submodules that code may reach through the packages it names, such as `scipy.stats` through `scipy`."""
    names = _names(code)
    for name in names:
        package = variables.get(name)
        if isinstance(package, ModuleType) and hasattr(package, "__path__"):
            yield from _loaded_below(package.__name__, names)


def _loaded_below(package: str, names: set[str]) -> Iterator[str]:
    for name in names:
        full = f"{package}.{name}"
        if isinstance(sys.modules.get(full), ModuleType):
            yield full
            yield from _loaded_below(full, names)


def _names(code: CodeType) -> set[str]:
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= _names(constant)
    return found
