"""One module for each system, imported only in the process that measures it."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from benchmarks.systems.base import System

# name -> (module, class, what must be installed)
KNOWN = {
    "cellburst": ("ours", "Cellburst", "cellburst"),
    "multiprocessing.Pool": ("stdlib", "Multiprocessing", "multiprocessing"),
    "ProcessPoolExecutor": ("stdlib", "Futures", "concurrent.futures"),
    "joblib": ("joblib_loky", "Joblib", "joblib"),
    "loky": ("joblib_loky", "Loky", "loky"),
    "dask": ("dask_distributed", "Dask", "distributed"),
    "ray": ("ray_core", "Ray", "ray"),
    "ipyparallel": ("ipp", "Ipyparallel", "ipyparallel"),
}


def installed() -> list[str]:
    """The names of the systems that can be measured here."""
    return [name for name, (_, _, needed) in KNOWN.items() if find_spec(needed) is not None]


def load(name: str) -> System:
    """A system that is not started yet."""
    module, kind, _ = KNOWN[name]
    system: System = getattr(import_module(f"benchmarks.systems.{module}"), kind)()
    return system
