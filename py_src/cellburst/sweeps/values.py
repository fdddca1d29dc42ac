"""The values of one parameter, and what may be its name."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from cellburst.errors import SweepError

MOST = 10_000_000  # tasks; more is a mistake, or a stream without an end
_RESERVED = {"task": "it is the task itself", "get_ipython": "it is IPython's"}


def check_name(name: object, option: str) -> None:
    """Raise SweepError unless ``name`` can be a variable of the cell."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise SweepError(f"{option} {written(name)}: a parameter is a variable in the cell; this is no name for one")
    if name in _RESERVED:
        raise SweepError(f"{option} {name}: this name is taken, {_RESERVED[name]}; choose another")
    if name.startswith("__"):
        raise SweepError(f"{option} {name}: names that start with two underscores are Python's; choose another")


def written(name: object) -> str:
    """A name for a message of one line."""
    return name if isinstance(name, str) and name.isprintable() else repr(name)


def of_axis(name: str, value: object) -> Sequence[Any]:
    """The values that parameter ``name`` takes, in order.

    Raises SweepError, with a hint, for what is one value, has no order or has no end.
    """
    if isinstance(value, range):
        found: Sequence[Any] = value
    else:
        _refuse_single(name, value)
        found = _collected(name, value)
    if not found:
        raise SweepError(f"-p {name}: it has no values, so there is nothing to run")
    return found


def _refuse_single(name: str, value: object) -> None:
    if isinstance(value, str):
        words = value.split()
        split = f" or {_short(value)}.split() for {len(words)} values" if len(words) > 1 else ""
        raise SweepError(f"-p {name}: a text would be taken letter by letter; write [{_short(value)}]{split}")
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise SweepError(f"-p {name}: bytes would be taken number by number; write [...] around them")
    if isinstance(value, bool) or value is None or isinstance(value, type):
        raise SweepError(f"-p {name}: {value!r} is one value, a sweep takes several; write [{value!r}]")
    if isinstance(value, int):
        hint = f"range({value})" if value > 1 else f"[{value}]"
        several = f" for 0 to {value - 1}, or [{value}]" if value > 1 else ""
        raise SweepError(f"-p {name}: {value} is one value, a sweep takes several; write {hint}{several}")
    if _is_frame(value):
        raise SweepError(f"-p {name}: a data frame has a row for each task; write --over for it")
    if isinstance(value, Mapping):
        raise SweepError(f"-p {name}: a dict is one value or a table; write list(...) for its keys, or use --over")
    if not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
        raise SweepError(f"-p {name}: {_short(value)} is one value, a sweep takes several; write [...] around it")


def _collected(name: str, value: object) -> Sequence[Any]:
    if isinstance(value, (set, frozenset)):
        try:
            return sorted(value)
        except TypeError:
            raise SweepError(f"-p {name}: a set has no order, and these do not sort; write a list") from None
    if not isinstance(value, Iterable):
        raise SweepError(f"-p {name}: it cannot be taken value by value")
    found = list(islice(iter(value), MOST + 1))
    if len(found) > MOST:
        raise SweepError(f"-p {name}: it goes on after {MOST:,} values; cut it, for example with itertools.islice")
    return found


def _is_frame(value: object) -> bool:
    return all(hasattr(type(value), part) for part in ("columns", "shape")) and hasattr(value, "__getitem__")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
