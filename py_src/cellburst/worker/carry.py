"""Exceptions as something that can travel: with causes, contexts and notes, and without what cannot."""

from __future__ import annotations

from typing import Any

from cellburst.worker.text import repr_of

_Parts = tuple[type[BaseException], tuple[Any, ...], dict[str, Any]]
_DEEPEST = 20


class Carried:
    """Pickles in the place of an exception and is unpickled as that exception.

    Attributes and arguments that ``can_travel`` says no to are left out.
    """

    def __init__(self, error: BaseException, can_travel: Any = None, depth: int = 0) -> None:
        self._error = error
        self._can_travel = can_travel
        self._depth = depth

    def __reduce__(self) -> tuple[Any, ...]:
        error = self._error
        own: BaseException | _Parts = _parts(error, self._can_travel) if _is_plain(type(error)) else error
        return _rebuild, (
            own,
            self._linked(error.__cause__),
            self._linked(None if error.__suppress_context__ else error.__context__),
            error.__suppress_context__,
        )

    def _linked(self, error: BaseException | None) -> Carried | None:
        if error is None or self._depth >= _DEEPEST:
            return None
        return Carried(error, self._can_travel, self._depth + 1)


def _is_plain(kind: type[BaseException]) -> bool:
    """Whether arguments and attributes are all there is to it.

    Then it is rebuilt without its own ``__init__``, which often wants other arguments than ``Exception`` got from it.
    """
    return (
        kind.__reduce__ is BaseException.__reduce__
        and kind.__reduce_ex__ is object.__reduce_ex__
        and kind.__setstate__ is BaseException.__setstate__
        and kind.__new__ is _builtin_base(kind).__new__
    )


def _builtin_base(kind: type[BaseException]) -> type[BaseException]:
    return next(base for base in kind.__mro__ if base.__module__ == "builtins")


def _parts(error: BaseException, can_travel: Any) -> _Parts:
    arguments, attributes = error.args, dict(error.__dict__)
    attributes.pop("_render_traceback_", None)
    if isinstance(error, NameError | AttributeError):
        attributes["name"] = error.name  # not among the arguments, and Python's suggestions need it
    if can_travel is not None:
        arguments = tuple(item if can_travel(item) else repr_of(item, 200) for item in arguments)
        attributes = {name: value for name, value in attributes.items() if can_travel(value)}
    return type(error), arguments, attributes


def _rebuild(
    own: BaseException | _Parts, cause: BaseException | None, context: BaseException | None, suppress: bool
) -> BaseException:
    """Called by the unpickler."""
    if isinstance(own, BaseException):
        error = own
    else:
        kind, arguments, attributes = own
        error = kind.__new__(kind, *arguments)
        _builtin_base(kind).__init__(error, *arguments)
        for name, value in attributes.items():
            object.__setattr__(error, name, value)
    error.__cause__ = cause
    error.__context__ = context
    error.__suppress_context__ = suppress
    return error
