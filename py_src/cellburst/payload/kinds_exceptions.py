"""Exceptions as objects that change: they get notes, attributes and causes, and a longer traceback with each raise."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from types import GetSetDescriptorType, MemberDescriptorType, TracebackType
from typing import Any, NamedTuple

from cellburst.payload import exceptions, traces
from cellburst.payload.kinds import (
    AttributeChanges,
    Judge,
    Kind,
    Part,
    attribute_changes,
    same_attributes,
    set_attributes,
)
from cellburst.payload.kinds_objects import ATOMS, attribute_parts
from cellburst.payload.steps import own_attributes
from cellburst.payload.traces import Trace

_LINKS = ("__cause__", "__context__")


class _Frozen(NamedTuple):
    arguments: tuple[Any, ...]
    attributes: dict[str, Any]
    fields: dict[str, Any]
    cause: BaseException | None
    context: BaseException | None
    suppress: bool
    trace: TracebackType | None


class Content(NamedTuple):
    """What an exception has become; ``goes_on`` says that its traceback now leads to the one that it had."""

    arguments: tuple[Any, ...]
    attributes: AttributeChanges
    fields: dict[str, Any]
    cause: BaseException | None
    context: BaseException | None
    suppress: bool
    trace: Trace | None
    goes_on: bool


@functools.lru_cache(256)
def _names_of_fields(base: Any) -> tuple[str, ...]:
    """What an exception of Python's own keeps beside its arguments, such as the number of an error."""
    own = [cls for cls in base.__mro__ if cls not in (BaseException, object)]
    found = [(name, what) for cls in own for name, what in vars(cls).items() if not name.startswith("__")]
    return tuple(name for name, what in found if isinstance(what, MemberDescriptorType | GetSetDescriptorType))


def _fields(error: BaseException) -> dict[str, Any]:
    found: dict[str, Any] = {}
    base: Any = exceptions.builtin_base(type(error))
    for name in _names_of_fields(base):
        try:
            found[name] = object.__getattribute__(error, name)
        except Exception:
            continue
    return found


def _parts(error: BaseException) -> Iterable[Part]:
    yield from attribute_parts(error)
    yield from ((("get", "args", i), part) for i, part in enumerate(error.args) if type(part) not in ATOMS)
    yield from ((("get", name), part) for name, part in _fields(error).items() if type(part) not in ATOMS)
    yield from ((("get", name), linked) for name in _LINKS if (linked := getattr(error, name)) is not None)


def _freeze(error: BaseException, _: Judge) -> _Frozen:
    return _Frozen(
        error.args,
        own_attributes(error),
        _fields(error),
        error.__cause__,
        error.__context__,
        error.__suppress_context__,
        error.__traceback__,
    )


def _same(frozen: _Frozen, error: BaseException, judge: Judge) -> bool:
    now = _freeze(error, judge)
    linked = all(before is after for before, after in zip(frozen[3:], now[3:], strict=True))
    return (
        linked
        and now.arguments is frozen.arguments
        and same_attributes(frozen.attributes, now.attributes)
        and same_attributes(frozen.fields, now.fields)
    )


def _content(error: BaseException, frozen: _Frozen | None) -> Content:
    had = frozen.trace if frozen else None
    goes_on = had is not None and any(entry is had for entry in traces.walk(error.__traceback__))
    return Content(
        error.args,
        attribute_changes(frozen and frozen.attributes, own_attributes(error)),
        attribute_changes(frozen and frozen.fields, _fields(error))[0],
        error.__cause__,
        error.__context__,
        error.__suppress_context__,
        traces.take(error.__traceback__, until=had if goes_on else None),
        goes_on,
    )


def _replace(error: BaseException, content: Content) -> None:
    rest = error.__traceback__ if content.goes_on else None
    trace = traces.rebuild(content.trace, exceptions.stand_in_for_argument, rest)
    object.__setattr__(error, "args", content.arguments)
    set_attributes(error, content.attributes)
    for name, value in content.fields.items():
        try:
            object.__setattr__(error, name, value)
        except (AttributeError, TypeError):  # one that cannot be set, and so has not changed
            continue
    object.__setattr__(error, "__cause__", content.cause)
    object.__setattr__(error, "__context__", content.context)
    object.__setattr__(error, "__suppress_context__", content.suppress)
    object.__setattr__(error, "__traceback__", trace)


EXCEPTION = Kind("exception", _freeze, _same, _content, _replace, _parts)


def is_plain(kind: Any) -> bool:
    """Whether instances are exceptions that are rebuilt from their arguments, attributes and fields."""
    return issubclass(kind, BaseException) and exceptions.is_plain(kind)


def exception_kind(obj: Any) -> Kind | None:
    """The kind of such an exception; None for anything else."""
    return EXCEPTION if is_plain(type(obj)) else None
