"""What can be known of a statement from its text alone: conditions, loops and ``with`` that hold no surprise."""

from __future__ import annotations

import ast
from collections.abc import Collection

# Context managers by the last part of their name: they let exceptions through. Of any other it is not known.
_LETS_THROUGH = {
    "Client", "Connection", "ExcelWriter", "File", "GradientTape", "H5File", "HDFStore", "Image", "LocalCluster",
    "NamedTemporaryFile", "Parallel", "Path", "Pool", "ProcessPoolExecutor", "Progress", "Session",
    "SpooledTemporaryFile", "TarFile", "TemporaryDirectory", "TemporaryFile", "ThreadPool", "ThreadPoolExecutor",
    "ZipFile", "autocast", "axes_style", "catch_warnings", "chdir", "closing", "config_context", "connect", "context",
    "device", "enable_grad", "enabled", "errstate", "fork_rng", "inference_mode", "localcontext", "no_grad",
    "nullcontext", "open", "option_context", "parallel_backend", "parallel_config", "plotting_context",
    "printoptions", "profile", "rc_context", "record_function", "redirect_stderr", "redirect_stdout", "scope",
    "set_grad_enabled", "start_run", "threadpool_limits", "tqdm", "urlopen",
}  # fmt: skip
_EXITS = {"exit", "quit", "_exit", "abort"}


def is_true(test: ast.expr) -> bool:
    """Whether a condition is written as always true."""
    return isinstance(test, ast.Constant) and bool(test.value)


def surely_has_items(iterable: ast.expr) -> bool:
    """Whether a loop over this runs at least once."""
    if isinstance(iterable, (ast.List, ast.Tuple, ast.Set)):
        return any(not isinstance(item, ast.Starred) for item in iterable.elts)
    return isinstance(iterable, ast.Constant) and isinstance(iterable.value, (str, bytes)) and bool(iterable.value)


def never_returns(node: ast.expr) -> bool:
    """Whether this looks like the end of the cell."""
    return isinstance(node, ast.Call) and _last_name(node.func) in _EXITS


def may_swallow(manager: ast.expr, rebound: Collection[object]) -> bool:
    """Whether leaving a ``with`` over this may drop an exception. ``rebound`` are names the cell may have bound."""
    if isinstance(manager, ast.Await):
        manager = manager.value
    if not isinstance(manager, ast.Call):
        return True
    name = _last_name(manager.func)
    return name not in _LETS_THROUGH or (isinstance(manager.func, ast.Name) and name in rebound and name == "open")


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
