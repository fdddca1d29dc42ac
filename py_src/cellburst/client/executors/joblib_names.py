"""Telling joblib that there is a backend of the name "cellburst"; the backend itself is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from cellburst.cells.loaders import found_by_others, watch

NAME = "cellburst"


def tell(parallel: ModuleType) -> None:
    """Let ``joblib.parallel`` know how the backend is made."""
    register = getattr(parallel, "register_parallel_backend", None)
    if register is not None:  # else another thread is in the middle of importing it
        register(NAME, _made)


def _made(**options: Any) -> Any:
    from cellburst.client.executors.joblib_backend import CellburstBackend

    return CellburstBackend(**options)


def watched(finder: Any, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
    """What the other finders find, with a loader that tells joblib when it has been executed."""
    spec = found_by_others(finder, name, path, target)
    return None if spec is None else watch(spec, _execute)


def _execute(loader: Any, module: ModuleType) -> None:
    loader.exec_module(module)
    tell(module)
