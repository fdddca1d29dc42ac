"""What stands in the place of an object that could not come along: named, and explaining itself when it is used.

Any use raises PlaceholderError, which is no AttributeError, so that code which tries what an object can do does not
take it for one that can do nothing. Asking what it is (repr, type, isinstance, copy, pickle) is no use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, NoReturn

from cellburst.errors import PlaceholderError

_ATTRIBUTE = "_placeholder"
# What Python, IPython and other front ends look for to find out how to treat an object, and can do without.
_OPTIONAL = re.compile(r"__\w+__|_ipython_\w+_|_repr_\w+_|_mime_|_display_")


class Reason(NamedTuple):
    """Why an object is not here.

    ``name`` is the path to its place (`model.log.handlers[0].stream`), ``words`` what there is to say of it
    (`is an open file, which stays on the worker`), ``way_out`` what to do, ``kind`` the name of its type, ``run``
    the run that left it (empty: none).
    """

    name: str
    words: str
    way_out: str = ""
    kind: str = ""
    run: str = ""

    def sentence(self) -> str:
        """All of it in a line."""
        run = f" (run {self.run})" if self.run else ""
        return f"{self.name or 'an object'} {self.words}{run}{'; ' if self.way_out else ''}{self.way_out}"


class Placeholder:
    """Stands for an object that is not here."""

    def __init__(self, reason: Reason) -> None:
        object.__setattr__(self, _ATTRIBUTE, reason)

    def __repr__(self) -> str:
        return f"<placeholder: {reason_of(self).sentence()}>"

    def __getattr__(self, name: str) -> Any:
        if _OPTIONAL.fullmatch(name):
            raise AttributeError(f"a placeholder has no {name}")
        __tracebackhide__ = True
        _refuse(self, f"its attribute {name}")

    def __setattr__(self, name: str, value: object) -> None:
        __tracebackhide__ = True
        _refuse(self, f"setting its attribute {name}")

    def __delattr__(self, name: str) -> None:
        __tracebackhide__ = True
        _refuse(self, f"deleting its attribute {name}")

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if other is not self:
            _refuse(self, "comparing it")
        return True

    def __ne__(self, other: object) -> bool:
        __tracebackhide__ = True
        if other is not self:
            _refuse(self, "comparing it")
        return False

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __copy__(self) -> Placeholder:
        return self

    def __deepcopy__(self, _: object) -> Placeholder:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Placeholder, (Reason(*reason_of(self)),)


class Sent:
    """Arrives on the other side as a placeholder; what has become one already is not sent at all."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return Placeholder, (self.reason,)


def reason_of(placeholder: Placeholder) -> Reason:
    """Why it is one."""
    found: Reason = object.__getattribute__(placeholder, _ATTRIBUTE)
    return found


def become(other: Any, reason: Reason) -> None:
    """Turn an instance of a plain class into a placeholder: whatever refers to it, refers to that."""
    vars(other).clear()
    other.__class__ = Placeholder
    object.__setattr__(other, _ATTRIBUTE, reason)


def explain(placeholder: Placeholder, **changes: str) -> None:
    """Add what has become known: the path to it, or the run."""
    object.__setattr__(placeholder, _ATTRIBUTE, reason_of(placeholder)._replace(**changes))


def _refuse(placeholder: Placeholder, use: str) -> NoReturn:
    __tracebackhide__ = True
    raise PlaceholderError(f"{use} needs the object itself, but {reason_of(placeholder).sentence()}")


def _refusing(use: str) -> Callable[..., NoReturn]:
    def refuse(self: Placeholder, *_: object, **__: object) -> NoReturn:
        __tracebackhide__ = True
        _refuse(self, use)

    return refuse


_USES: tuple[tuple[str, str], ...] = (
    ("calling it", "call"),
    ("its length", "len length_hint"),
    ("going through it", "iter next reversed aiter anext"),
    ("looking into it", "getitem contains missing"),
    ("changing it", "setitem delitem"),
    ("its truth", "bool"),
    ("comparing it", "lt le gt ge"),
    ("entering it", "enter aenter"),
    ("leaving it", "exit aexit"),
    ("awaiting it", "await"),
    ("converting it", "int float complex index bytes fspath array buffer"),
    ("rounding it", "round trunc floor ceil"),
    ("formatting it", "format"),
    ("using it as a class", "instancecheck subclasscheck mro_entries"),
    ("calculating with it", "neg pos abs invert"),
)
_OPERATORS = "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or"


def _define(uses: Iterable[tuple[str, str]]) -> None:
    for use, names in uses:
        for name in names.split():
            setattr(Placeholder, f"__{name}__", _refusing(use))


_define(_USES)
_define(("calculating with it", f"{name} r{name} i{name}".removesuffix(" idivmod")) for name in _OPERATORS.split())
