"""Doing something right after a module was imported for the first time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Sequence
from functools import partial
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from cellburst.cells.loaders import found_by_others, watch, watches

_HALF_WAY = "_sysconfigdata"  # loaded by the first use of sysconfig, which cannot be used at that moment

Callback = Callable[[], None]
Begin = Callable[[], Any]
End = Callable[[str, Any], None]
LookedFor = Callable[[str], None]


class ImportHooks:
    """A finder that wraps the loaders of packages, and of a few modules inside some, and finds nothing by itself."""

    def __init__(self, callbacks: dict[str, Callback], begin: Begin, end: End, *also: Container[str]) -> None:
        """``begin`` is called before such a module is executed, ``end`` with its name and that result after it.

        ``callbacks`` are called before ``end``, by module. ``also`` are names with a dot, and may change.
        """
        self._callbacks = callbacks
        self._also = also
        self.looked_for: LookedFor | None = None
        """Called with the name of each module that is looked for."""
        self.begin = begin
        self._end = end

    def install(self) -> None:
        """From now on; modules that are loaded already do not count."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
            watches.append(self._watch)

    def end(self, name: str, begun: Any) -> None:
        """The module of this name is loaded."""
        then = self._callbacks.get(name)
        if then is not None:
            then()
        self._end(name, begun)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if self.looked_for is not None:
            self.looked_for(name)
        if not self._is_awaited(name):
            return None
        spec = found_by_others(self, name, path, target)
        return None if spec is None else self._watch(name, spec)

    def _is_awaited(self, name: str) -> bool:
        if "." in name and name not in self._callbacks and not any(name in names for names in self._also):
            return False
        return not name.startswith(_HALF_WAY)

    def _watch(self, name: str, spec: ModuleSpec) -> ModuleSpec:
        return watch(spec, partial(self._execute, name)) if self._is_awaited(name) else spec

    def _execute(self, name: str, real: Any, module: ModuleType) -> None:
        begun = self.begin()
        real.exec_module(module)
        self.end(name, begun)
