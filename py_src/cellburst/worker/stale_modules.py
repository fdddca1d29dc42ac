"""Modules of the user's own that lie beside the notebook: their edited version is what runs."""

from __future__ import annotations

import importlib
import sys
from typing import Any


class LocalModules:
    """Which imported modules are local. While there are none, which is common, this costs next to nothing."""

    def __init__(self) -> None:
        self._watch: Any = None
        self._seen = set(sys.modules)
        self._count = len(sys.modules)

    def before_run(self) -> None:
        """Forget imported local modules whose files have changed, or that another path now hides."""
        importlib.invalidate_caches()
        if self._watch is not None:
            self._seen -= set(self._watch.purge())
            self._count = len(sys.modules)

    def after_task(self, since: float) -> None:
        """Take note of what was imported after ``since`` (wall seconds)."""
        if len(sys.modules) == self._count:
            return
        self._count = len(sys.modules)
        new = {name: module for name, module in sys.modules.copy().items() if name not in self._seen}
        self._seen |= set(new)

        from cellburst.cells import local_modules  # slow to import, and most tasks import nothing new

        if local_modules.loaded(new):
            if self._watch is None:
                self._watch = local_modules.Watch()
            self._watch.note(since)
