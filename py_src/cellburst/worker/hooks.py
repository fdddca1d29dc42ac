"""Doing something right after a module was imported for the first time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

_HALF_WAY = "_sysconfigdata"  # loaded by the first use of sysconfig, which cannot be used at that moment

Callback = Callable[[], None]
Begin = Callable[[], Any]
End = Callable[[str, Any], None]


class _Loader:
    """A module's own loader, with something done before it and after it."""

    def __init__(self, real: Any, hooks: ImportHooks, name: str) -> None:
        self._real = real
        self._hooks = hooks
        self._name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._real.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._real
        if module.__spec__ is not None:
            module.__spec__.loader = self._real
        begun = self._hooks.begin()
        self._real.exec_module(module)
        self._hooks.end(self._name, begun)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class ImportHooks:
    """A finder that wraps the loaders of packages, and of a few modules inside some, and finds nothing by itself."""

    def __init__(self, callbacks: dict[str, Callback], begin: Begin, end: End, *also: Container[str]) -> None:
        """``begin`` is called before such a module is executed, ``end`` with its name and that result after it.

        ``callbacks`` are called before ``end``, by module. ``also`` are names with a dot, and may change.
        """
        self._callbacks = callbacks
        self._also = also
        self.begin = begin
        self._end = end

    def install(self) -> None:
        """From now on; modules that are loaded already do not count."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def end(self, name: str, begun: Any) -> None:
        """The module of this name is loaded."""
        then = self._callbacks.get(name)
        if then is not None:
            then()
        self._end(name, begun)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if "." in name and name not in self._callbacks and not any(name in names for names in self._also):
            return None
        if name.startswith(_HALF_WAY):
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, self, name)  # type: ignore[assignment]
                return spec
        return None
