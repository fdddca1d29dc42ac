"""The values of one parameter, and what may be its name."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.ranges import Range

MOST = 10_000_000  # tasks; more is a mistake, or a stream without an end
_RESERVED = {"task": "it is the task itself", "get_ipython": "it is IPython's"}


def check_name(name: object, option: str) -> None:
    """Raise SweepError unless ``name`` can be a variable of the cell."""
    at = f"{option} {name}"
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        said = "no name for a variable, which a parameter is in the cell; choose another"
        raise SweepError(f"{option} {written(name)}: {said}", at=at)
    if name in _RESERVED:
        raise SweepError(f"{option} {name}: this name is taken, {_RESERVED[name]}; choose another", at=at)
    if name.startswith("__"):
        raise SweepError(f"{option} {name}: names that start with two underscores are Python's; choose another", at=at)


def shadowed(names: Iterable[str]) -> list[str]:
    """What to say of parameters that hide names of Python's."""
    return [
        f"the parameter {name} hides Python's own {name}() in the cell" for name in names if hasattr(builtins, name)
    ]


def written(name: object) -> str:
    """A name for a message of one line."""
    return name if isinstance(name, str) and name.isprintable() else repr(name)


def by_names(given: Mapping[Any, Any], option: str) -> dict[tuple[str, ...], Any]:
    """What is bound to each name, or to each group of names that go together: "a,b", or ("a", "b").

    Raises SweepError for what is no name, and for a name that is bound twice.
    """
    found: dict[tuple[str, ...], Any] = {}
    taken: set[str] = set()
    for key, value in given.items():
        names = tuple(name.strip() for name in key.split(",")) if isinstance(key, str) and "," in key else key
        names = names if isinstance(names, tuple) else (names,)
        for name in names:
            check_name(name, option)
            if name in taken:
                raise SweepError(f"{option} {name}: bound twice; leave one of them out", at=f"{option} {name}")
            taken.add(name)
        found[names] = value
    return found


def of_names(names: Sequence[str], value: object, option: str = "-p") -> Sequence[Any]:
    """The values of one name, or for several names the tuples of their values.

    Raises SweepError, with a hint, for what is one value, has no order or has no end, and for tuples of another length.
    """
    label = ",".join(names)
    found = of_axis(label, value, option)
    if len(names) > 1:
        for place in range(len(found)):
            row = found[place]
            if isinstance(row, (str, bytes)) or not hasattr(row, "__len__") or not hasattr(row, "__getitem__"):
                raise SweepError(f"{option} {label}: value {place} is no tuple: {_short(row)}", at=f"{option} {label}")
            if len(row) != len(names):
                said = f"value {place} has {len(row)} parts for {len(names)} names: {_short(row)}"
                raise SweepError(f"{option} {label}: {said}", at=f"{option} {label}")
    return found


def of_axis(name: str, value: object, option: str = "-p") -> Sequence[Any]:
    """The values that parameter ``name`` takes, in order.

    What has a length and places is taken as it is, without a copy. Raises SweepError, with a hint, for what is one
    value, has no order or has no end.
    """
    try:
        found = _of_axis(name, value, option)
        if not len(found):
            raise SweepError(f"{option} {name}: it has no values, so there is nothing to run")
    except SweepError as error:
        error.at = f"{option} {name}"
        raise
    return found


def _of_axis(name: str, value: object, option: str) -> Sequence[Any]:
    label = f"{option} {name}"
    if isinstance(value, Range):
        said = f"{value!r} is a range, not a list of values; add --sample N, or --search tpe --trials N"
        raise SweepError(f"{label}: {said}")
    if isinstance(value, (list, tuple, range)):
        return value
    _refuse_single(label, value)
    return _collected(label, value)


def _refuse_single(label: str, value: object) -> None:
    if isinstance(value, str):
        words = value.split()
        split = f" or {_short(value)}.split() for {len(words)} values" if len(words) > 1 else ""
        raise SweepError(f"{label}: a text would be taken letter by letter; write [{_short(value)}]{split}")
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise SweepError(f"{label}: bytes would be taken number by number; write [...] around them")
    if isinstance(value, bool) or value is None or isinstance(value, type):
        raise SweepError(f"{label}: {value!r} is one value, a sweep takes several; write [{value!r}]")
    if isinstance(value, int):
        hint = f"range({value})" if value > 1 else f"[{value}]"
        several = f" for 0 to {value - 1}, or [{value}]" if value > 1 else ""
        raise SweepError(f"{label}: {value} is one value, a sweep takes several; write {hint}{several}")
    if is_frame(value):
        way_out = "add --batch K" if label.startswith("--each") else "write --over for it"
        raise SweepError(f"{label}: a data frame has a row for each task; {way_out}")
    if isinstance(value, Mapping):
        raise SweepError(f"{label}: a dict is one value or a table; write list(...) for its keys, or use --over")
    if not isinstance(value, Iterable) and not is_indexed(value):
        raise SweepError(f"{label}: {_short(value)} is one value, a sweep takes several; write [...] around it")
    if getattr(value, "ndim", 1) == 0:
        raise SweepError(f"{label}: {_short(value)} is one value, a sweep takes several; write [...] around it")


def _collected(label: str, value: object) -> Sequence[Any]:
    if isinstance(value, (set, frozenset)):
        try:
            return sorted(value)
        except TypeError:
            raise SweepError(f"{label}: a set has no order, and these do not sort; write a list") from None
    if is_series(value):
        from cellburst.sweeps.frames import elements

        return elements(value)
    if is_indexed(value):
        return value  # type: ignore[return-value]
    if not isinstance(value, Iterable):
        raise SweepError(f"{label}: it cannot be taken value by value")
    found = list(islice(iter(value), MOST + 1))
    if len(found) > MOST:
        raise SweepError(f"{label}: it goes on after {MOST:,} values; cut it, for example with itertools.islice")
    return found


def is_indexed(value: object) -> bool:
    """Whether ``value[0]`` to ``value[len(value) - 1]`` are its values, as in a list or an array."""
    kind = type(value)
    if not hasattr(kind, "__len__") or not hasattr(kind, "__getitem__"):
        return False
    return not isinstance(value, (Mapping, str, bytes)) and not hasattr(kind, "keys") and not is_series(value)


def is_series(value: object) -> bool:
    """Whether it is a column of a data frame, or an index of pandas."""
    kind = type(value)
    return hasattr(kind, "to_list") or hasattr(kind, "to_pylist")


def is_frame(value: object) -> bool:
    """Whether it is a table of pandas, polars or arrow."""
    return all(hasattr(type(value), part) for part in ("columns", "shape")) and hasattr(value, "__getitem__")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
