"""Functions on many workers: ``submit``, ``map`` and the ``remote`` decorator."""

from __future__ import annotations

import functools
import inspect
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from cellburst.client.connection import Connection
from cellburst.client.discover import offline
from cellburst.client.options import OPTION_NAMES, SubmitOptions, seconds
from cellburst.client.origin import describe_origin, new_key, surroundings
from cellburst.client.run import Run
from cellburst.client.sending import send
from cellburst.errors import UsageError
from cellburst.library_state.gathering import gather, held_name, pack_states
from cellburst.model import run as model
from cellburst.model.ids import new_run_id
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.model.payload import Payload
from cellburst.model.sweep import SweepView
from cellburst.payload.pickling import pack
from cellburst.sweeps.build import build

Function = TypeVar("Function", bound=Callable[..., Any])
_ONLY_IN_CELLS = frozenset({"params", "over", "into", "out", "detach", "dry_run", "quiet"})
_OPTIONS = OPTION_NAMES - _ONLY_IN_CELLS


def submit(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Run:
    """Run ``fn(*args, **kwargs)`` on a worker; returns at once. ``submit(...).result()`` waits for the value.

    Keywords named as an option (target, parallel, retries, timeout, seed, name, on_interrupt, at_most_once) are
    options; if the function has such a parameter itself, use ``remote(...)(fn).submit(...)``. With ``parallel=N``
    N copies run. Raises UsageError, UnpicklableError, ControllerError.
    """
    options, kwargs = _split(fn, kwargs)
    return _submit(fn, args, kwargs, options)


def map(fn: Callable[..., Any], params: Any, /, **kwargs: Any) -> Run:  # noqa: A001 the field's name for it
    """Run ``fn`` once for each set of parameters; returns at once.

    ``params`` is a dict of lists (every combination), a list of dicts or a DataFrame (one call for each row), or
    other values (each is the first argument of a call). Other keywords go to every call; options as in ``submit``,
    ``parallel`` bounding how many run at once. Raises SweepError, UsageError, UnpicklableError, ControllerError.
    """
    options, kwargs = _split(fn, kwargs)
    return _map(fn, params, kwargs, options)


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

    def map(self, params: Any, **kwargs: Any) -> Run:
        """Run it for each set of parameters; keywords go to every call."""
        return _map(self._fn, params, kwargs, self._options)

    def __repr__(self) -> str:
        return f"<remote function {_name(self._fn)} on {self._options.target}>"


def remote(fn: Callable[..., Any] | str | None = None, /, **options: Any) -> Any:
    """Decorate a function: ``@remote``, ``@remote("gpu", retries=2)``. Raises UsageError for an unknown option."""
    if isinstance(fn, str):
        options = {"target": fn, **options}
    made = _options(options)
    if fn is None or isinstance(fn, str):
        return lambda function: RemoteFunction(function, made)
    return RemoteFunction(fn, made)


def _submit(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], options: SubmitOptions) -> Run:
    view = SweepView("single", 1) if options.parallel is None else SweepView("copies", options.parallel)
    payload, manifest, connection = _pack(fn, args, kwargs)
    return _send(fn, payload, view, manifest, options, connection)


def _map(fn: Callable[..., Any], params: Any, kwargs: dict[str, Any], options: SubmitOptions) -> Run:
    grid, table, positional = _sweep_arguments(fn, params)
    sweep, view = build(grid, table, options.parallel)
    both = [name for name in view.names if name in kwargs]
    if both:
        raise UsageError(f"{both[0]!r} is both a parameter of the sweep and an argument of every call")
    payload, manifest, connection = _pack(fn, (), kwargs, sweep, positional)
    return _send(fn, payload, view, manifest, options, connection)


def _sweep_arguments(fn: Callable[..., Any], params: Any) -> tuple[Mapping[str, Any], Any, bool]:
    """What ``build`` is given (a grid or a table), and whether a task's value is passed by position."""
    if isinstance(params, Mapping):
        return params, None, False
    if hasattr(params, "columns") and hasattr(params, "iloc"):  # a DataFrame
        return {}, params, False
    if isinstance(params, (str, bytes)) or not isinstance(params, Iterable):
        raise UsageError(f"map needs a dict of lists, a list of dicts or a list of values, not {type(params).__name__}")
    values = list(params)
    if values and all(isinstance(value, Mapping) for value in values):
        return {}, values, False
    name = _first_parameter(fn)
    return {}, [{name: value} for value in values], True


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


def _pack(
    fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], sweep: Any = None, positional: bool = False
) -> tuple[Payload, Manifest, Connection]:
    if not callable(fn):
        raise UsageError(f"a function is needed, not {type(fn).__name__}")
    if isinstance(fn, RemoteFunction):
        fn = fn._fn
    connection = offline()
    # packed without our namespace: each function takes the globals along that it uses
    inputs = pack((fn, args, kwargs), connection.blobs, connection.settings, name=f"the call of {_name(fn)}")
    connection.prestart()
    states = gather(seeded=False)
    packed_states = pack_states(states, connection.blobs, connection.settings)
    for state, why in states.problems.items():
        warnings.warn(f"{held_name(state)} does not travel: {why}", stacklevel=4)
    payload = Payload(
        kind="function",
        inputs=inputs,
        sweep=None if sweep is None else pack(sweep, connection.blobs, connection.settings),
        states=packed_states,
        positional=positional,
        **surroundings(connection.folders),
    )
    return payload, _manifest(fn, args, kwargs), connection


def _send(
    fn: Callable[..., Any],
    payload: Payload,
    view: SweepView,
    manifest: Manifest,
    options: SubmitOptions,
    connection: Connection,
) -> Run:
    now = time.time()
    run = model.Run(
        id=new_run_id(now),
        key=new_key(),
        name=options.name or _name(fn),
        target=options.target,
        payload=payload,
        sweep=view,
        options=options.for_run(),
        submitted=now,
        code=_code(fn),
        manifest=manifest,
        origin=describe_origin(getattr(fn, "__globals__", {})),
    )
    return send(run, connection, follow=False)


def _split(fn: Callable[..., Any], kwargs: dict[str, Any]) -> tuple[SubmitOptions, dict[str, Any]]:
    """Options and the function's own keywords. Raises UsageError for a name that could be either."""
    options = {name: value for name, value in kwargs.items() if name in _OPTIONS}
    own = _parameter_names(fn) if options else frozenset()
    for name in options:
        if name in own:
            raise UsageError(
                f"{_name(fn)}() has a parameter {name!r}, which is also an option here; "
                f"write remote(...)(fn).submit({name}=...) for the function's own"
            )
    return _options(options), {name: value for name, value in kwargs.items() if name not in options}


def _options(given: dict[str, Any]) -> SubmitOptions:
    for name in given:
        if name not in _OPTIONS:
            raise UsageError(f"there is no option {name!r}; there are: {', '.join(sorted(_OPTIONS))}")
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


def _manifest(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Manifest:
    named = [(_name(fn), fn), *((f"argument {place}", arg) for place, arg in enumerate(args, 1)), *kwargs.items()]
    return Manifest(tuple(InputEntry(name, type(value).__name__, None, "value") for name, value in named))


def _name(fn: Callable[..., Any]) -> str:
    while isinstance(fn, functools.partial):
        fn = fn.func
    return cast(str, getattr(fn, "__name__", type(fn).__name__))


def _code(fn: Callable[..., Any]) -> str:
    while isinstance(fn, functools.partial):
        fn = fn.func
    try:
        return inspect.getsource(fn)
    except (OSError, TypeError):
        return ""
