"""Exceptions with all that belongs to them: cause, context, notes, members of a group, and where they were raised.

Python's own way of pickling one leaves out its traceback and what it is linked to.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from cellburst.payload import traces
from cellburst.payload.placeholders import Placeholder, Reason
from cellburst.payload.traces import Trace

_OF_OURS = "_render_traceback_"


class Links(NamedTuple):
    """What an exception is linked to."""

    cause: BaseException | None
    context: BaseException | None
    suppress: bool
    trace: Trace | None


def reduce_exception(error: BaseException) -> tuple[Any, ...] | None:
    """How to rebuild an exception, for pickle; None for one that is pickled in a way that says more than that.

    Raises what its own ``__reduce__`` raises.
    """
    own = own_parts(error)
    if own is None:
        return None
    make, arguments, state = own
    return make, arguments, (state, links_of(error)), None, None, fill


def own_parts(error: BaseException) -> tuple[Any, tuple[Any, ...], Any] | None:
    """A function, its arguments and a state that make the exception without its links."""
    kind = type(error)
    reduced = error.__reduce_ex__(5)
    if not isinstance(reduced, tuple) or any(part is not None for part in reduced[3:]):
        return None
    make, arguments, state = reduced[0], reduced[1], reduced[2] if len(reduced) > 2 else None
    if isinstance(state, dict):
        state = {name: value for name, value in state.items() if name != _OF_OURS}
    if make is kind and is_plain(kind):
        make, arguments = make_exception, (kind, arguments)
        if isinstance(error, NameError | AttributeError):
            state = {**(state or {}), "name": error.name}  # not among the arguments; Python's suggestions need it
    return make, arguments, state


def is_plain(kind: type[BaseException]) -> bool:
    """Whether arguments and attributes are all there is to it.

    Then it is rebuilt without its own ``__init__``, which often wants other arguments than ``Exception`` got from it.
    """
    base = builtin_base(kind)
    return (
        kind.__reduce__ is base.__reduce__
        and kind.__reduce_ex__ is object.__reduce_ex__
        and kind.__setstate__ is BaseException.__setstate__
        and kind.__new__ is base.__new__
    )


def builtin_base(kind: type[BaseException]) -> type[BaseException]:
    """The nearest exception of Python's own that it is made from."""
    return next(base for base in kind.__mro__ if base.__module__ == "builtins")


def links_of(error: BaseException) -> Links:
    """What pickle leaves out."""
    return Links(error.__cause__, error.__context__, error.__suppress_context__, traces.take(error.__traceback__))


def make_exception(kind: type[BaseException], arguments: tuple[Any, ...]) -> BaseException:
    """Called by the unpickler."""
    error = kind.__new__(kind, *arguments)
    builtin_base(kind).__init__(error, *arguments)
    return error


def fill(error: BaseException, pickled: tuple[Any, Links]) -> None:
    """Give an exception its state and its links."""
    state, links = pickled
    if type(error).__setstate__ is not BaseException.__setstate__:
        if state is not None:
            error.__setstate__(state)
    else:
        for name, value in (state or {}).items():
            object.__setattr__(error, name, value)  # past what its class does with attributes
    object.__setattr__(error, "__cause__", links.cause)
    object.__setattr__(error, "__context__", links.context)
    object.__setattr__(error, "__suppress_context__", links.suppress)
    object.__setattr__(error, "__traceback__", traces.rebuild(links.trace, stand_in_for_argument))


def stand_in_for_argument(name: str) -> Placeholder:
    """What a frame that was rebuilt here has for a parameter."""
    return Placeholder(Reason(name, "is a variable of a frame elsewhere, and frames travel without theirs"))
