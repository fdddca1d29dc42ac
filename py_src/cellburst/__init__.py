"""Run a notebook cell on many workers with one line, and get the results back in the kernel.

In IPython: ``%load_ext cellburst``, then a cell that starts with ``%%remote local``. In Python:

``submit(fn, *args)``, ``map(fn, params)``, ``@remote``; ``attach(id)``, ``runs()``; ``Run``, ``Results``; inside a
task: ``task``; every exception: ``errors``. What a library remembers outside of variables travels with
``register_state``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cellburst._version import __version__

if TYPE_CHECKING:
    from cellburst import errors
    from cellburst.client.functions import map, remote, submit  # noqa: A004 the field's name for it
    from cellburst.client.results import Results
    from cellburst.client.run import Run
    from cellburst.client.runs import attach, runs
    from cellburst.library_state.registered import register_state
    from cellburst.worker.task import task

__all__ = [
    "Results",
    "Run",
    "__version__",
    "attach",
    "errors",
    "load_ipython_extension",
    "map",
    "register_state",
    "remote",
    "runs",
    "submit",
    "task",
]

# imported when first used: `import cellburst` costs next to nothing, and a worker never loads the client
_HOMES = {
    "Results": "cellburst.client.results",
    "Run": "cellburst.client.run",
    "attach": "cellburst.client.runs",
    "map": "cellburst.client.functions",
    "register_state": "cellburst.library_state.registered",
    "remote": "cellburst.client.functions",
    "runs": "cellburst.client.runs",
    "submit": "cellburst.client.functions",
    "task": "cellburst.worker.task",
}


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
    if name == "errors":
        return import_module("cellburst.errors")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'cellburst' has no attribute {name!r}")
    found = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
