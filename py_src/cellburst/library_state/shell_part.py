"""A part of the shell's state, and what of the shell a cell uses."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType
from typing import Any

MAKERS = frozenset({"IPython", "ipykernel", "matplotlib_inline", "cellburst", "traitlets"})

_INSTALLED = re.compile(r"[/\\](?:site|dist)-packages[/\\]")


@dataclass(frozen=True)
class Uses:
    """What a cell, and the functions that travel with it, use of the kernel's ``shell``.

    ``magics`` are pairs of kind ("line", "cell") and name, ``attributes`` all names after a dot, ``names`` what is read
    of the namespace, ``sources`` the lines and numbers of cells by the file names that their code objects have.
    ``looks_at_all_names`` says that they must all be there, or be listed.
    """

    shell: Any
    magics: frozenset[tuple[str, str]] = frozenset()
    attributes: frozenset[str] = frozenset()
    sources: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    calls_shell: bool = False
    looks_at_all_names: bool = False

    def magic_names(self) -> set[str]:
        """The magics of both kinds."""
        return {name for _, name in self.magics}


Get = Callable[[Any, "Uses | None"], Any]
Set = Callable[[Any, Any, "Uses | None"], None]


@dataclass(frozen=True)
class Part:
    """``get(shell, uses)`` is a picklable value, None if there is nothing to say; ``set(shell, value, uses)`` sets it.

    In a kernel ``uses`` is what the cell at hand uses and the part is left alone unless ``wanted(uses)``; in a worker
    it is None and everything is read and set. ``holds`` as in ``State``.
    """

    name: str
    get: Get
    set: Set
    wanted: Callable[[Uses], bool]
    holds: bool = False


def calls_shell(uses: Uses) -> bool:
    """For parts that every cell with a shell needs."""
    return uses.calls_shell


def is_users(function: Any) -> bool:
    """Whether a callback or magic was made by the user and not by a library."""
    owner = getattr(function, "__self__", None)
    made = function if owner is None or isinstance(owner, ModuleType) else type(owner)
    name = str(getattr(made, "__module__", None) or type(made).__module__)
    return name == "__main__" or not is_library(name)


@lru_cache(maxsize=512)
def is_library(name: str) -> bool:
    """Whether a module is installed, or Python's own."""
    if name.partition(".")[0] in MAKERS:
        return True
    file = getattr(sys.modules.get(name), "__file__", None)
    return file is None or _INSTALLED.search(file) is not None or file.startswith(sys.base_prefix + os.sep)
