"""Modules in a test's own folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cellburst.cells import local_modules


def write(folder: Path, **modules: str) -> None:
    """Source files; ``__in__`` in a name is a folder."""
    for name, text in modules.items():
        path = folder / (name.replace("__in__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@contextmanager
def forgotten() -> Iterator[None]:
    """Modules of projects that are imported inside are forgotten at the end."""
    before = dict(sys.modules)
    yield
    for name, module in list(sys.modules.items()):
        if name not in before and (local_modules.is_local(module) or getattr(module, "__file__", None) is None):
            del sys.modules[name]
