"""Functions on many workers: ``submit``, ``map`` and the ``remote`` decorator."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from cellburst.client.connecting.discover import offline
from cellburst.client.options.arguments import check_arguments, with_params
from cellburst.client.options.searching import wanted
from cellburst.client.options.submission import OPTION_NAMES, SubmitOptions, seconds
from cellburst.client.runs.run import Run
from cellburst.client.starting.calls import Call, name_of, send_call
from cellburst.errors import UsageError
from cellburst.sweeps.base import names_of, optional_of
from cellburst.sweeps.options import SweepOptions

if TYPE_CHECKING:
    from cellburst.client.machines.agreeing import Show

Function = TypeVar("Function", bound=Callable[..., Any])
_ONLY_IN_CELLS = frozenset({"params", "into", "out", "detach", "dry_run", "quiet"})
_OPTIONS = OPTION_NAMES - _ONLY_IN_CELLS
_FOR_ONE_CALL = _OPTIONS - (frozenset(item.name for item in fields(SweepOptions)) - {"parallel", "seed", "yes"})


def submit(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Run:
    """Run ``fn(*args, **kwargs)`` on a worker; returns at once. ``submit(...).result()`` waits for the value.

    Keywords named as an option (target, parallel, retries, timeout, seed, name, on_interrupt, at_most_once, cache, yes,
    and those about machines in docs/targets.md) are options; if the function has such a parameter itself, use
    ``remote(...)(fn).submit(...)``. With ``parallel=N`` N copies run; with ``until="stderr < 0.01"``, ``most=1000`` as
    many as it takes.
    Raises UsageError, UnpicklableError, ControllerError.
    """
    options, kwargs = _split(fn, kwargs, _FOR_ONE_CALL)
    return _submit(fn, args, kwargs, options)


def map(fn: Callable[..., Any], params: Any = None, /, **kwargs: Any) -> Run:  # noqa: A001 the field's name for it
    """Run ``fn`` once for each set of parameters; returns at once.

    ``params`` is a dict of lists (every combination), a list of dicts or a DataFrame (one call for each row), a sweep
    of ``cellburst.sweeps``, or other values (each is the first argument of a call). Options as in ``submit``, and as
    in the magic zip, const, when, where, over, each, batch, sample, sampler and yes, and those of a search: search,
    trials, minimize, maximize, pruner. ``parallel`` bounds how many run at once. Other keywords go to every call.
    Raises SweepError, UsageError, UnpicklableError, ControllerError.
    """
    options, kwargs = _split(fn, kwargs, _OPTIONS)
    return _map(fn, params, kwargs, options)


def submit_each(fn: Callable[..., Any], options: SubmitOptions, *, code: str, show: Show | None = None) -> Run:
    """Run ``fn`` with the parameters of each task that ``options`` ask for; ``code`` is what is shown of it.

    ``show`` is given the plan of machines (None: it is printed).

    Raises SweepError, UsageError, UnpicklableError, ControllerError.
    """
    connection, options = offline(), _seeded(options, fn)
    tasks = wanted(options, options.for_sweep(options.seed or 0, connection.settings, {}))
    return send_call(Call(fn, (), {}, code=code), tasks, options, connection, show)


class RemoteFunction:
    """A function with options for its runs. Called, it runs here; ``submit`` and ``map`` run it on workers."""

    def __init__(self, fn: Callable[..., Any], options: SubmitOptions) -> None:
        functools.update_wrapper(self, fn)
        self._fn = fn
        self._options = options

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._fn(*args, **kwargs)

    def submit(self, *args: Any, **kwargs: Any) -> Run:
        """Run it on a worker; all arguments are the function's own."""
        return _submit(self._fn, args, kwargs, self._options)

    def map(self, params: Any = None, /, **kwargs: Any) -> Run:
        """Run it for each set of parameters; keywords go to every call."""
        return _map(self._fn, params, kwargs, self._options)

    def with_options(self, **options: Any) -> RemoteFunction:
        """The same function with some options changed. Raises UsageError."""
        given = {item.name: getattr(self._options, item.name) for item in fields(SubmitOptions)}
        changed = SubmitOptions(**{**given, **options})
        changed.check()
        return RemoteFunction(self._fn, changed)

    def __repr__(self) -> str:
        return f"<remote function {name_of(self._fn)} on {self._options.target}>"


def remote(fn: Callable[..., Any] | str | None = None, /, **options: Any) -> Any:
    """Decorate a function: ``@remote``, ``@remote("gpu", retries=2)``. Raises UsageError for an unknown option."""
    if isinstance(fn, str):
        options = {"target": fn, **options}
    made = _options(options, _OPTIONS)
    if fn is None or isinstance(fn, str):
        return lambda function: RemoteFunction(function, made)
    return RemoteFunction(fn, made)


def _submit(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], options: SubmitOptions) -> Run:
    fn = _bare(fn)
    connection, options = offline(), _seeded(options, fn)
    tasks = wanted(options, options.for_sweep(options.seed or 0, connection.settings))
    return send_call(Call(fn, args, kwargs), tasks, options, connection)


def _map(fn: Callable[..., Any], params: Any, kwargs: dict[str, Any], options: SubmitOptions) -> Run:
    fn = _bare(fn)
    connection = offline()
    options, positional = with_params(fn, params, _seeded(options, fn))
    tasks = wanted(options, options.for_sweep(options.seed or 0, connection.settings))
    if tasks.sweep is None:
        raise UsageError("map needs parameters: a dict of lists, rows, or values; submit is for one call")
    names = names_of(tasks.sweep)
    if both := [name for name in names if name in kwargs]:
        raise UsageError(f"{both[0]!r} is both a parameter of the sweep and an argument of every call")
    positional = positional and len(names) == 1
    check_arguments(fn, name_of(fn), names, optional_of(tasks.sweep), kwargs, positional=positional)
    return send_call(Call(fn, (), kwargs, positional), tasks, options, connection)


def _seeded(options: SubmitOptions, fn: Callable[..., Any]) -> SubmitOptions:
    if options.caching:
        from cellburst.client.caching.preparing import seeded_by_function

        return seeded_by_function(options, fn)
    return options.seeded()


def _bare(fn: Callable[..., Any]) -> Callable[..., Any]:
    if not callable(fn):
        raise UsageError(f"a function is needed, not {type(fn).__name__}")
    return fn._fn if isinstance(fn, RemoteFunction) else fn


def _split(
    fn: Callable[..., Any], kwargs: dict[str, Any], allowed: frozenset[str]
) -> tuple[SubmitOptions, dict[str, Any]]:
    """Options and the function's own keywords. Raises UsageError for a name that could be either."""
    options = {name: value for name, value in kwargs.items() if name in allowed}
    own = _parameter_names(fn) if options else frozenset()
    for name in options:
        if name in own:
            raise UsageError(
                f"{name_of(fn)}() has a parameter {name!r}, which is also an option here; "
                f"write remote(...)(fn).submit({name}=...) for the function's own"
            )
    return _options(options, allowed), {name: value for name, value in kwargs.items() if name not in options}


def _options(given: dict[str, Any], allowed: frozenset[str]) -> SubmitOptions:
    for name in given:
        if name not in allowed:
            raise UsageError(f"there is no option {name!r}; there are: {', '.join(sorted(allowed))}")
    if isinstance(given.get("where"), str) or callable(given.get("where")):
        given = {**given, "where": (given["where"],)}
    if given.get("timeout") is not None:
        given = {**given, "timeout": seconds(given["timeout"])}
    options = SubmitOptions(**given)
    options.check()
    return options


def _parameter_names(fn: Callable[..., Any]) -> frozenset[str]:
    try:
        return frozenset(inspect.signature(fn).parameters)
    except (TypeError, ValueError):
        return frozenset()
