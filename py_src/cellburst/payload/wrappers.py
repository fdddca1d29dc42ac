"""Properties, methods that modules have, and the marks of dataclasses, as pickle should see them."""

from __future__ import annotations

import dataclasses
import sys
from types import FunctionType, MappingProxyType
from typing import Any


def reduce_property(found: property, _: Any = None) -> Any:
    """A property that has its text from its getter goes on taking it from there."""
    if type(found) is not property:
        return NotImplemented
    getter, doc = found.fget, found.__doc__
    from_getter = isinstance(getter, FunctionType) and doc is not None and getter.__doc__ == doc
    return make_property, (getter, found.fset, found.fdel, doc, from_getter, getattr(found, "__name__", None))


def make_property(getter: Any, setter: Any, deleter: Any, doc: Any, from_getter: bool, name: str | None) -> property:
    """The property that ``reduce_property`` took apart."""
    if from_getter:
        if getter.__doc__ is None:  # it is still being rebuilt
            getter.__doc__ = doc
        made = property(getter, setter, deleter)
    elif doc is None:
        made = property(getter, setter, deleter)
        made.__doc__ = None
    else:
        made = property(getter, setter, deleter, doc)
    if name is not None and hasattr(made, "__set_name__"):
        made.__set_name__(None, name)
    return made


def reduce_method(found: Any, _: Any = None) -> Any:
    """A class or static method that a module has by itself, as typing has for its protocols, goes by its name."""
    function = getattr(found, "__func__", None)
    module = sys.modules.get(str(getattr(function, "__module__", None)))
    name = getattr(function, "__name__", "")
    if module is None or module.__name__ == "__main__" or vars(module).get(name) is not found:
        return NotImplemented
    return getattr, (module, name)


_MARKS = {
    id(getattr(dataclasses, name)): name
    for name in ("MISSING", "KW_ONLY", "_HAS_DEFAULT_FACTORY", "_EMPTY_METADATA")
    if hasattr(dataclasses, name)
}
MARKS = frozenset(type(getattr(dataclasses, name)) for name in _MARKS.values()) - {MappingProxyType}


def reduce_mark(mark: Any, _: Any = None) -> Any:
    """There is one of each, and it is told by its identity."""
    name = _MARKS.get(id(mark))
    return NotImplemented if name is None else (getattr, (dataclasses, name))
