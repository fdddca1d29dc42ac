"""Packages that travel with the submodules that the cell uses.

``import scipy.stats`` in one cell lets another use ``scipy.stats`` through the name ``scipy``. On the other side
``scipy`` alone would have no ``stats``.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from importlib import import_module
from types import ModuleType


class Package:
    """Stands for a package among the inputs; what is rebuilt from it is the package itself."""

    def __init__(self, name: str, submodules: tuple[str, ...]) -> None:
        self.name = name
        self.submodules = submodules

    def __reduce__(self) -> tuple[object, tuple[str, tuple[str, ...]]]:
        return load, (self.name, self.submodules)


def load(name: str, submodules: tuple[str, ...]) -> ModuleType:
    """Import a package and its submodules. Raises ImportError."""
    for submodule in submodules:
        import_module(submodule)
    return import_module(name)


def with_submodules(module: ModuleType, attributes: Collection[str]) -> ModuleType | Package:
    """What to send for ``module`` in code that uses ``attributes`` (of anything)."""
    if not hasattr(module, "__path__"):
        return module
    submodules = tuple(sorted(_loaded_below(module.__name__, set(attributes))))
    return Package(module.__name__, submodules) if submodules else module


def _loaded_below(package: str, attributes: set[str]) -> Iterator[str]:
    for name in attributes:
        full = f"{package}.{name}"
        if isinstance(sys.modules.get(full), ModuleType):
            yield full
            yield from _loaded_below(full, attributes)
