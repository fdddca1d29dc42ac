"""The namespace that functions are bound to while they are rebuilt."""

from __future__ import annotations

import sys
import threading
from importlib import import_module
from types import ModuleType
from typing import Any

from cellburst.payload import hand_made

Namespace = dict[str, Any]


class _Filling(threading.local):
    """The namespaces being filled by this thread, innermost last."""

    def __init__(self) -> None:
        self.stack: list[Namespace] = []


_filling = _Filling()


class filling:  # noqa: N801 - used as a function; a generator would cost more than the unpickling of a number
    """Functions rebuilt inside get ``namespace`` as their globals; None leaves it as it is."""

    __slots__ = ("_namespace",)

    def __init__(self, namespace: Namespace | None) -> None:
        self._namespace = namespace

    def __enter__(self) -> None:
        if self._namespace is not None:
            _filling.stack.append(self._namespace)

    def __exit__(self, *_: object) -> None:
        if self._namespace is not None:
            _filling.stack.pop()


def current() -> Namespace:
    """The namespace being filled, or that of `__main__`."""
    return _filling.stack[-1] if _filling.stack else main()


def main() -> Namespace:
    """The namespace of `__main__`, which is the notebook's in a kernel and the task's in a worker."""
    return sys.modules["__main__"].__dict__


def module_of(namespace: Namespace) -> str | None:
    """The name of the importable module whose globals these are, or of one that travels with its functions."""
    name = namespace.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) and name != "__main__" else None
    if name is None or module is None or module.__dict__ is not namespace:
        return None
    if name in hand_made.travelling:
        return hand_made.mark(name)
    return name if is_importable(module) else None


def is_importable(module: ModuleType) -> bool:
    """Whether another process of this environment can import it: not one that was made up at run time."""
    name = getattr(module, "__name__", None)
    if sys.modules.get(name or "") is not module:
        return False
    return getattr(module, "__spec__", None) is not None or name == "__main__" or name in sys.builtin_module_names


def globals_of(module: str | None) -> Namespace:
    """The globals that ``module_of`` named; None is the notebook's namespace. Raises ImportError."""
    if module is None:
        return current()
    made = hand_made.globals_of(module)
    return import_module(module).__dict__ if made is None else made
