"""Wrapping the loader of a module that others have found, so that something is done around its execution."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Execute = Callable[[Any, ModuleType], None]  # is given the module's own loader, and calls its exec_module or not
Watch = Callable[[str, ModuleSpec], ModuleSpec]

watches: list[Watch] = []
"""What finders do to the specs that they are asked for, to be done too by a finder that asks no other."""


class WatchedLoader:
    """A module's own loader, but for how the module is executed; the module itself only ever sees its own."""

    def __init__(self, real: Any, execute: Execute) -> None:
        self._real = real
        self._execute = execute

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._real.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        self.execute(self._real, module)

    def execute_by(self, module: ModuleType, by: Callable[[ModuleType], None]) -> None:
        """Do all that is done around the module's execution, which is ``by`` and not its own loader's."""
        self.execute(_By(self._real, by), module)

    def execute(self, real: Any, module: ModuleType) -> None:
        """Let ``real`` execute the module, as it is watched here."""
        module.__loader__ = self._real
        if module.__spec__ is not None:
            module.__spec__.loader = self._real
        self._execute(real, module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class _By:
    """A loader, but for how the module is executed in the end."""

    def __init__(self, real: Any, by: Callable[[ModuleType], None]) -> None:
        self._real = real
        self._by = by

    def exec_module(self, module: ModuleType) -> None:
        execute_by(self._real, module, self._by)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def execute_by(loader: Any, module: ModuleType, by: Callable[[ModuleType], None]) -> None:
    """Execute a module by ``by`` in place of its own loader; whoever watches its execution notices it all the same."""
    if isinstance(loader, WatchedLoader):
        loader.execute_by(module, by)
    else:
        by(module)


def watch(spec: ModuleSpec, execute: Execute) -> ModuleSpec:
    """The spec with its loader wrapped, if that is one which executes modules."""
    if hasattr(spec.loader, "exec_module"):
        spec.loader = WatchedLoader(spec.loader, execute)  # type: ignore[assignment]
    return spec


def found_by_others(own: Any, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
    """What the other finders find."""
    for finder in sys.meta_path:
        if finder is not own and hasattr(finder, "find_spec"):
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
    return None
