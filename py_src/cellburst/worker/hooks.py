"""Doing something right after a module was imported for the first time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Callback = Callable[[], None]


class _Loader:
    """A module's own loader, followed by a callback."""

    def __init__(self, real: Any, then: Callback) -> None:
        self._real = real
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._real.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._real
        if module.__spec__ is not None:
            module.__spec__.loader = self._real
        self._real.exec_module(module)
        self._then()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class ImportHooks:
    """A finder that wraps the loaders of a few modules and finds nothing by itself."""

    def __init__(self, callbacks: dict[str, Callback]) -> None:
        self._callbacks = callbacks

    def install(self) -> None:
        """From now on; modules that are loaded already do not count."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        then = self._callbacks.get(name)
        if then is None:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, then)  # type: ignore[assignment]
                return spec
        return None
