"""pandas: columns, indexes, types, values, and which columns lie on the same memory; caches are left cold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from .arrays import content, note_memory
from .atoms import is_a, module_of, type_name
from .containers import attributes, pairs

if TYPE_CHECKING:
    from .walk import Walk

_INTERNAL = frozenset(
    {"_mgr", "_item_cache", "_attrs", "_flags", "_name", "_is_copy", "_cacher", "_hidden_attrs", "_typ"}
)


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    pandas: Any = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return None
    if is_a(obj, pandas.DataFrame, pandas.Series):
        return _frame(walk, path, obj)
    if is_a(obj, pandas.Index):
        return _index(walk, path, obj, pandas)
    if is_a(obj, pandas.api.extensions.ExtensionArray):
        return f"{type_name(type(obj))} {_column(walk, path, obj)}"
    if is_a(obj, pandas.api.extensions.ExtensionDtype):
        return f"{type_name(type(obj))} {obj!r}"
    if obj is pandas.NA or obj is pandas.NaT:
        return repr(obj)
    if is_a(obj, pandas.Interval, pandas.Period):
        return f"{type_name(type(obj))} {obj!r}"
    return None


def _frame(walk: Walk, path: str, obj: Any) -> str:
    manager = obj._mgr
    for name, axis in zip(("index", "columns"), reversed(manager.axes), strict=False):
        where = f"{path}.{name}"
        walk.note(where, _index(walk, where, axis, sys.modules["pandas"]))
    own = object.__getattribute__(obj, "__dict__")
    parts = [type_name(type(obj)), f"shape={obj.shape}"]
    if obj.ndim == 1:
        parts.append(f"name={walk.child(f'{path}.name', obj._name, flat=True)}")
    parts += [f"attrs={pairs(walk, f'{path}.attrs', own.get('_attrs') or {})}"]
    parts.append(f"duplicates={own['_flags'].allows_duplicate_labels if '_flags' in own else True}")
    extra = {name: value for name, value in own.items() if name not in _INTERNAL and not _is_accessor(obj, name, value)}
    if extra:
        parts.append(attributes(walk, path, extra))
    for block in manager.blocks:
        if obj.ndim == 1:  # its rows are what the block has as places
            walk.note(f"{path}.values", _column(walk, f"{path}.values", block.values))
            continue
        for number, place in enumerate(block.mgr_locs.as_array.tolist()):
            values = block.values if block.values.ndim == 1 else block.values[number]
            where = f"{path}.iloc[:, {place}]"
            walk.note(where, _column(walk, where, walk.fresh(values)))
    return " ".join(parts)


def _is_accessor(obj: Any, name: str, value: Any) -> bool:
    """Whether pandas 2 has only left its own accessor (`.cat`, `.sparse`) in a frame: it has no state."""
    return name in type(obj)._accessors and module_of(type(value)).startswith("pandas.")


def _index(walk: Walk, path: str, obj: Any, pandas: Any, *, inside: bool = False) -> str:
    """``inside`` a MultiIndex the names of the levels are not looked at: only its own count."""
    names = [walk.child(f"{path}.names[{number}]", name, flat=True) for number, name in enumerate(obj.names)]
    text = type_name(type(obj)) + ("" if inside else f" names=({', '.join(names)})")
    if is_a(obj, pandas.MultiIndex):
        levels = [_index(walk, f"{path}.levels[{n}]", at, pandas, inside=True) for n, at in enumerate(obj._levels)]
        codes = [content(walk, path, walk.fresh(found)) for found in obj._codes]
        return f"{text} levels=({'; '.join(levels)}) codes=({'; '.join(codes)})"
    if is_a(obj, pandas.RangeIndex):
        return f"{text} {obj._range!r}"
    return f"{text} {_column(walk, path, obj._data, memory=False)}"


def _column(walk: Walk, path: str, values: Any, *, memory: bool = True) -> str:
    numpy: Any = sys.modules["numpy"]
    if isinstance(values, numpy.ndarray):
        if memory:
            note_memory(walk, path, values)
        return f"{values.dtype!r} writeable={values.flags.writeable} {content(walk, path, values)}"
    text = f"{type_name(type(values))} {values.dtype!r}"
    categories = getattr(values, "categories", None)
    if categories is not None:
        codes = content(walk, path, values._codes)
        inside = _index(walk, f"{path}.categories", categories, sys.modules["pandas"])
        return f"{text} ordered={values.ordered} {inside} {codes}"
    if getattr(values, "freq", None) is not None:
        text += f" freq={values.freq!r}"
    under = getattr(values, "_ndarray", None)
    if isinstance(under, numpy.ndarray):
        return f"{text} {_column(walk, path, walk.fresh(under), memory=memory)}"
    if isinstance(getattr(values, "_mask", None), numpy.ndarray):
        return f"{text} {_masked(walk, path, values, memory=memory)}"
    return f"{text} {content(walk, path, walk.fresh(numpy.asarray(values, dtype=object)))}"


def _masked(walk: Walk, path: str, values: Any, *, memory: bool) -> str:
    mask = _column(walk, f"{path}._mask", values._mask, memory=memory)
    return f"{_column(walk, path, values._data, memory=memory)} {mask}"
