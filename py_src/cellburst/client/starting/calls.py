"""A function's call, or many of them, on the way to a run."""

from __future__ import annotations

import functools
import inspect
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from cellburst.client.connecting.connection import Connection
from cellburst.client.options.searching import Wanted
from cellburst.client.options.submission import SubmitOptions
from cellburst.client.runs.run import Run
from cellburst.client.starting.machines import plan_for, settled
from cellburst.client.starting.sending import send
from cellburst.client.starting.sweeping import pack_sweep
from cellburst.client.surroundings.origin import describe_origin, new_key, surroundings
from cellburst.library_state.gathering import States, gather, held_name, pack_states
from cellburst.model import run as model
from cellburst.model.ids import new_run_id
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.model.payload import Payload
from cellburst.payload.pickling import pack
from cellburst.sweeps.view import is_untold

if TYPE_CHECKING:
    from cellburst.client.machines.agreeing import Show


@dataclass(frozen=True)
class Call:
    """What every task calls, beside its parameters; ``positional`` passes its only parameter without the name.

    ``code`` is what is shown of it (None: the function's source).
    """

    fn: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    positional: bool = False
    code: str | None = None


def send_call(
    call: Call, tasks: Wanted, options: SubmitOptions, connection: Connection, show: Show | None = None
) -> Run:
    """Submit it; ``show`` is given the plan of machines. Raises UnpicklableError, ControllerError, UsageError."""
    now = time.time()
    code = _code(call.fn) if call.code is None else call.code
    plan = plan_for(options, tasks, code, connection)
    payload, states = _payload(call, tasks, connection)
    run = model.Run(
        id=new_run_id(now),
        key=new_key(),
        name=options.name or name_of(call.fn),
        target=options.target,
        payload=payload,
        sweep=tasks.view,
        options=replace(options.for_run(), search=tasks.search),
        submitted=now,
        code=code,
        manifest=_manifest(call),
        origin=describe_origin(getattr(call.fn, "__globals__", {})),
        open=tasks.search is not None,
        plan=plan,
    )
    run = settled(run, options, connection, show)
    if not options.caching:
        return send(run, connection, follow=False)
    from cellburst.client.caching.lookup import hits_for
    from cellburst.client.caching.preparing import keyed_calls

    run, keys = keyed_calls(run, (call.fn, call.args, call.kwargs), tasks.sweep, states, connection)
    return send(run, connection, follow=False, hits=hits_for(run, keys, connection))


def _payload(call: Call, tasks: Wanted, connection: Connection) -> tuple[Payload, States]:
    """What travels, and the states of libraries in it."""
    # packed without our namespace: each function takes the globals along that it uses
    inputs = pack(
        (call.fn, call.args, call.kwargs), connection.blobs, connection.settings, name=f"the call of {name_of(call.fn)}"
    )
    connection.prestart()
    states = gather(seeded=False)
    packed_states = pack_states(states, connection.blobs, connection.settings)
    for state, why in states.problems.items():
        warnings.warn(f"{held_name(state)} does not travel: {why}", stacklevel=5)
    payload = Payload(
        kind="function",
        inputs=inputs,
        sweep=pack_sweep(tasks.sweep, connection),
        shows_params=is_untold(tasks.view),
        objective=tasks.objective,
        states=packed_states,
        positional=call.positional,
        **surroundings(connection.folders),
    )
    return payload, states.values


def _manifest(call: Call) -> Manifest:
    arguments = ((f"argument {place}", arg) for place, arg in enumerate(call.args, 1))
    named = [(name_of(call.fn), call.fn), *arguments, *call.kwargs.items()]
    return Manifest(tuple(InputEntry(name, type(value).__name__, None, "value") for name, value in named))


def name_of(fn: Callable[..., Any]) -> str:
    """What a function is called."""
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
