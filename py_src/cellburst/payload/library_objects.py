"""Objects of libraries whose own pickling loses some of what they are, or makes a second one of what is there once."""

from __future__ import annotations

import copyreg
import functools
import gc
import sys
from collections.abc import Callable, Iterator
from typing import Any

_WITH_ATTRIBUTES = {
    "Bunch": "sklearn.utils",  # forgets its attributes
    "ABCPolyBase": "numpy.polynomial",  # gains one
    "_dok_base": "scipy.sparse",  # puts its items where a dict has them
}


def reducer_of(kind: Any) -> Callable[[Any, Any], Any] | None:
    """How instances of a library's class are pickled; None: as they say themselves."""
    if _is_of(kind, "RandomState", "numpy.random"):
        return _reduce_generator
    if is_ufunc(kind):
        return _reduce_ufunc
    if _is_of(kind, "rv_generic", "scipy.stats"):
        return _reduce_distribution
    return reduce_by_attributes if is_by_attributes(kind) else None


@functools.lru_cache(512)
def is_by_attributes(kind: Any) -> bool:
    """Whether all there is to an instance are its attributes and items."""
    return any(_is_of(kind, name, package) for name, package in _WITH_ATTRIBUTES.items())


def _is_of(kind: Any, name: str, package: str) -> bool:
    return any(cls.__name__ == name and str(cls.__module__).startswith(package) for cls in kind.__mro__)


def reduce_by_attributes(obj: Any, _: Any) -> Any:
    """As an object of its class with these attributes, whatever the class does when it gets some."""
    items: Iterator[Any] | None = iter(list(dict.items(obj))) if isinstance(obj, dict) else None
    return copyreg.__newobj__, (type(obj),), vars(obj), None, items, set_attributes  # type: ignore[attr-defined]


def set_attributes(obj: Any, attributes: dict[str, Any]) -> None:
    """Give an object what ``reduce_by_attributes`` took from one."""
    obj.__dict__.update(attributes)


def is_ufunc(kind: Any) -> bool:
    """Whether instances are numpy's functions of elements."""
    return kind is getattr(sys.modules.get("numpy"), "ufunc", None)


def _reduce_ufunc(ufunc: Any, _: Any) -> Any:
    """One that was made of a Python function, by `numpy.frompyfunc` or `numpy.vectorize`."""
    found = [one for one in gc.get_referents(ufunc) if callable(one)]
    return (make_ufunc, (found[0], ufunc.nin, ufunc.nout, ufunc.identity)) if found else NotImplemented


def make_ufunc(function: Any, inputs: int, outputs: int, identity: Any) -> Any:
    """Like the one that `numpy.frompyfunc` made of the function."""
    make = sys.modules["numpy"].frompyfunc
    return make(function, inputs, outputs) if identity is None else make(function, inputs, outputs, identity=identity)


def _reduce_generator(generator: Any, _: Any) -> Any:
    """The one behind `numpy.random.rand` and its like is that of whoever unpickles it; its state travels by itself."""
    return (usual_generator, ()) if generator is usual_generator() else NotImplemented


def usual_generator() -> Any:
    """numpy's own legacy generator."""
    from numpy.random import mtrand

    return vars(mtrand)["_rand"]


def _reduce_distribution(distribution: Any, _: Any) -> Any:
    """`scipy.stats.norm` and its like are there once."""
    stats: Any = sys.modules["scipy.stats"]
    name = getattr(distribution, "name", "")
    if vars(stats).get(name) is distribution and distribution._random_state is usual_generator():
        return find_distribution, (name,)
    reduced: tuple[Any, ...] = distribution.__reduce_ex__(5)
    return *reduced[:2], (reduced[2], list(vars(distribution))), None, None, set_distribution


def set_distribution(distribution: Any, state: tuple[Any, list[str]]) -> None:
    """Give a distribution its state, from which it makes some of its attributes, in the order in which it had them."""
    own, order = state
    distribution.__setstate__(own)
    found = vars(distribution)
    distribution.__dict__ = {**{name: found[name] for name in order if name in found}, **found}


def find_distribution(name: str) -> Any:
    """One of scipy's own."""
    from importlib import import_module

    return getattr(import_module("scipy.stats"), name)
