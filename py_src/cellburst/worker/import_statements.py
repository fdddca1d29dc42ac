"""Imports of a cell whose modules this worker has loaded for another one: what they do to a kernel.

The cell's own statements are read before they are executed. What functions import is noticed when it happens: every
import asks the module for its ``__spec__``, and little else does.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from types import CodeType, ModuleType
from typing import Any

from cellburst.library_state import library_filters

# they look for what is there
_TOOLS = frozenset({"IPython", "cellburst", "traitlets", "matplotlib_inline", "ipykernel"})
_watched: list[ModuleType] = []
_IMPORT, _EXTENDED = dis.opmap["IMPORT_NAME"], dis.opmap["EXTENDED_ARG"]
_OPTIMIZED = 1  # of the flags of a function's code, which may be called later


def before(statement: CodeType) -> None:
    """A statement of the cell is about to be executed: let appear what its imports would have brought."""
    if library_filters.hidden and (names := list(_imported(statement))):
        library_filters.appear(names)


def _imported(code: CodeType) -> Iterator[str]:
    """The modules that it imports, as far as they are loaded; none if it looks after the filters itself."""
    if "catch_warnings" in code.co_names:
        return
    members = [name for constant in code.co_consts if isinstance(constant, tuple) for name in constant]
    for module in _modules(code):
        if module in sys.modules:
            yield module
            yield from (name for member in members if (name := f"{module}.{member}") in sys.modules)
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and not constant.co_flags & _OPTIMIZED:
            yield from _imported(constant)


def _modules(code: CodeType) -> Iterator[str]:
    found = code.co_code
    if _IMPORT not in found[::2]:
        return
    high = 0
    for place in range(0, len(found), 2):
        operation, number = found[place], found[place + 1]
        if operation == _IMPORT:
            yield code.co_names[high | number]
        high = (high | number) << 8 if operation == _EXTENDED else 0


class _Watched(ModuleType):
    """A package that nobody has imported yet, as the kernel sees it."""

    def __getattribute__(self, name: str) -> Any:
        if name == "__spec__" and _importer(sys._getframe(1)) not in _TOOLS:
            self.__class__ = ModuleType  # type: ignore[assignment]
            library_filters.appear([self.__name__])
        return ModuleType.__getattribute__(self, name)


def begin() -> None:
    """A cell starts: notice the imports of what only this worker has loaded."""
    if library_filters.hidden:
        found = [sys.modules.get(name) for name in library_filters.packages()]
        _watched[:] = [module for module in found if type(module) is ModuleType]
        for module in _watched:
            module.__class__ = _Watched


def end() -> None:
    """The cell has ended."""
    while _watched:
        _watched.pop().__class__ = ModuleType


def _importer(frame: Any) -> str:
    """The package that the code which imports belongs to."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__")).partition(".")[0]
        if name != "importlib":
            return name
        frame = frame.f_back
    return ""
