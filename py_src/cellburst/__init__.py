"""Run a notebook cell on many workers with one line, and get the results back in the kernel.

In IPython: ``%load_ext cellburst``, then a cell that starts with ``%%remote local``. In Python:

``submit(fn, *args)``, ``map(fn, params)``, ``@remote``; ``attach(id)``, ``runs()``; ``Run``, ``Results``; inside a
task: ``task``, ``log``; what varies: ``sweeps``; every exception: ``errors``. What a library remembers outside of
variables travels with ``register_state``. ``Executor`` and ``AsyncExecutor`` are the standard library's way to call
functions; joblib knows the backend "cellburst" once both are imported.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cellburst._version import __version__

if TYPE_CHECKING:
    from cellburst import errors, sweeps
    from cellburst.client.executors.asynchronous import AsyncExecutor
    from cellburst.client.executors.executor import Executor
    from cellburst.client.runs.finding import attach, runs
    from cellburst.client.runs.results import Results
    from cellburst.client.runs.run import Run
    from cellburst.client.starting.functions import map, remote, submit  # noqa: A004 the field's name for it
    from cellburst.library_state.registered import register_state
    from cellburst.widgets.explore import explore
    from cellburst.widgets.grid import ParameterGrid
    from cellburst.worker.task import log, task

__all__ = [
    "AsyncExecutor",
    "Executor",
    "ParameterGrid",
    "Results",
    "Run",
    "__version__",
    "attach",
    "errors",
    "explore",
    "load_ipython_extension",
    "log",
    "map",
    "register_state",
    "remote",
    "runs",
    "submit",
    "sweeps",
    "task",
]

# imported when first used: `import cellburst` costs next to nothing, and a worker never loads the client
_HOMES = {
    "AsyncExecutor": "cellburst.client.executors.asynchronous",
    "Executor": "cellburst.client.executors.executor",
    "ParameterGrid": "cellburst.widgets.grid",
    "Results": "cellburst.client.runs.results",
    "Run": "cellburst.client.runs.run",
    "attach": "cellburst.client.runs.finding",
    "explore": "cellburst.widgets.explore",
    "log": "cellburst.worker.task",
    "map": "cellburst.client.starting.functions",
    "register_state": "cellburst.library_state.registered",
    "remote": "cellburst.client.starting.functions",
    "runs": "cellburst.client.runs.finding",
    "submit": "cellburst.client.starting.functions",
    "task": "cellburst.worker.task",
}


_MODULES = frozenset({"errors", "sweeps"})


def load_ipython_extension(ipython: Any) -> None:
    """``%load_ext cellburst``: register the magics."""
    import_module("cellburst.magics").load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """``%unload_ext cellburst``: take the magics away."""
    import_module("cellburst.magics").unload(ipython)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where an editable install has the built Lab extension."""
    return [{"src": "labextension", "dest": "cellburst"}]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"cellburst.{name}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'cellburst' has no attribute {name!r}")
    found = getattr(import_module(home), name)
    globals()[name] = found
    return found


class _JoblibFinder:
    """Finds nothing by itself: when joblib is imported after us, it is told of our backend."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "joblib.parallel":
            return None
        return import_module("cellburst.client.executors.joblib_names").watched(self, name, path, target)


if "joblib.parallel" in sys.modules:
    import_module("cellburst.client.executors.joblib_names").tell(sys.modules["joblib.parallel"])
else:
    sys.meta_path.insert(0, _JoblibFinder())


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
