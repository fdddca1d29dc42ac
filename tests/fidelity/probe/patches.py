"""What a notebook has put into library modules and their classes, of the modules that it has names for."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

from .atoms import is_a, module_of, token
from .classes import importable


def describe(shell: Any) -> Iterator[tuple[str, str]]:
    """Functions and classes of the notebook inside a module or a library's class; a module's public constants."""
    if shell is None:
        return
    for name, value in sorted(shell.user_ns.items()):
        if type(value) is types.ModuleType and sys.modules.get(value.__name__) is value and name != "__builtins__":
            yield from _of_module(value)
        elif is_a(value, type) and importable(value):
            yield from _of_class(value)


def _of_module(module: types.ModuleType) -> Iterator[tuple[str, str]]:
    constants = []
    for name, value in list(vars(module).items()):
        if _is_of_notebook(value):
            yield f"patches[{module.__name__}.{name}]", "the notebook's"
        elif is_a(value, type) and module_of(value).partition(".")[0] == module.__name__.partition(".")[0]:
            yield from _of_class(value)
        elif not name.startswith("_") and (text := token(value)) is not None:
            constants.append(f"{name}={text}")
    yield f"constants[{module.__name__}]", ", ".join(sorted(constants))


def _of_class(kind: type) -> Iterator[tuple[str, str]]:
    for name, value in list(type.__getattribute__(kind, "__dict__").items()):
        if _is_of_notebook(value):
            yield f"patches[{module_of(kind)}.{kind.__qualname__}.{name}]", "the notebook's"


def _is_of_notebook(value: Any) -> bool:
    """Whether a function or class was made in the notebook, also inside a property or the like."""
    for wrapper in ("__func__", "fget"):
        if type(value) in (staticmethod, classmethod, property):
            value = getattr(value, wrapper, value)
    if is_a(value, type):
        return module_of(value) == "__main__"
    return type(value) is types.FunctionType and value.__module__ == "__main__"
