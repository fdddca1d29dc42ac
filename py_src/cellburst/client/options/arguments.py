"""What a function is given: its parameters, and whether it takes them; asked before anything starts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

from cellburst.client.options.submission import OPTION_NAMES, SubmitOptions
from cellburst.errors import SweepError, UsageError
from cellburst.sweeps.base import Sweep
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.tables import Table
from cellburst.sweeps.values import is_frame, is_indexed

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def check_arguments(
    fn: Callable[..., Any],
    label: str,
    names: Collection[str],
    optional: Collection[str],
    kwargs: Mapping[str, Any],
    *,
    positional: bool = False,
) -> None:
    """Raise SweepError or UsageError if ``fn``, called ``label``, cannot be called with ``names`` and ``kwargs``.

    ``optional`` are names that some of the calls go without. With ``positional`` the only one of ``names`` is the
    function's first parameter, whatever its name.
    """
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return  # a builtin that does not say
    named = {name for name, parameter in parameters.items() if parameter.kind in _NAMED}
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        for name in () if positional else names:
            if name not in named:
                raise SweepError(f"{label}() has no parameter {name!r}{_hint(name, named)}", at=f"-p {name}")
        for name in kwargs:
            if name not in named:
                if name in OPTION_NAMES:
                    raise UsageError(f"{name} is an option of %%remote; here the call returns at once, with the run")
                hint = _hint(name, [*named, *OPTION_NAMES])
                raise UsageError(f"{label}() has no parameter {name!r}, and there is no such option{hint}")
    for name, parameter in parameters.items():
        if parameter.default is not parameter.empty or parameter.kind in _REST:
            continue
        if name in optional:
            said = f"{label}() needs {name} in every call, because it has no default there"
            raise SweepError(f"--when {name}: {said}", at=f"--when {name}")
        if name not in names and name not in kwargs:
            way_out = f"pass {name}=..., which goes to every call" if name in named else "give it a name there"
            raise SweepError(f"{label}() needs {name}, which the sweep does not give it; {way_out}")


def _hint(wrong: str, right: Collection[str]) -> str:
    import difflib  # only mistakes need it

    near = difflib.get_close_matches(wrong, right, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; it takes {', '.join(sorted(right))}" if 0 < len(right) < 20 else ""


def with_params(fn: Callable[..., Any], params: Any, options: SubmitOptions) -> tuple[SubmitOptions, bool]:
    """The options with ``params`` in them, and whether a task's only value is passed by position."""
    if params is None:
        return options, False
    if isinstance(params, Mapping):
        return replace(options, params=params), False
    if options.over is not None:
        raise UsageError("rows are given twice, as the second argument and as over=; leave one of them out")
    is_described = isinstance(params, (Sweep, SweepOptions, PathLike)) or hasattr(params, "sweep_options")
    if is_described or is_frame(params):
        return replace(options, over=params), False
    if isinstance(params, (str, bytes)) or not (isinstance(params, Iterable) or is_indexed(params)):
        raise UsageError(f"map needs a dict of lists, a list of dicts or a list of values, not {type(params).__name__}")
    values = params if is_indexed(params) else list(params)
    if len(values) and all(isinstance(row, Mapping) for row in (values[0], values[len(values) - 1])):
        return replace(options, over=values), False
    if not len(values):
        raise SweepError("map: there are no values, so there is nothing to run")
    return replace(options, over=Table({_first_parameter(fn): values})), True


def _first_parameter(fn: Callable[..., Any]) -> str:
    try:
        names = [
            name
            for name, parameter in inspect.signature(fn).parameters.items()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        names = []
    return names[0] if names else "value"
