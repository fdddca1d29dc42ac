"""Modules of the user's own that are loaded in a worker from a task before: those that are not as they should be go.

A cell finds the versions that its kernel has imported (`cells/versions.py`); a function finds what is on disk.
"""

from __future__ import annotations

import importlib

from cellburst.cells import versions
from cellburst.cells.imports import observer
from cellburst.cells.local_modules import is_hidden


class LocalModules:
    """Which imported modules are local. While there are none, which is common, this costs next to nothing."""

    def before_run(self, kind: str) -> None:
        """A run of a "cell" or "function" follows: of the local modules nothing is known to fit it."""
        importlib.invalidate_caches()
        versions.role.aligned = False
        observer.pins.clear()
        if kind == "function":
            settle(single=False)


def settle(*, single: bool) -> None:
    """Forget what does not fit a cell whose kernel has sent no versions, or a function.

    A single cell's kernel has no local modules then, so that each is to be executed when the cell imports it.
    """
    if versions.role.aligned:
        return
    versions.role.aligned = True
    loaded = observer.loaded()
    if loaded:
        names = {
            name
            for name, seen in loaded.items()
            if single or seen.is_dirty or versions.is_edited(seen) or is_hidden(seen.module)
        }
        versions.forget_with_dependents(names)
