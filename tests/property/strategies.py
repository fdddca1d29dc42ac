"""Reusable generators of values that a notebook may hold."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "c", "model", "data_1"])


class Box:
    """A plain instance; equal to another with equal attributes."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({vars(self)})"


class Slots:
    """An instance with slots only."""

    __slots__ = ("left", "right")

    def __init__(self, left: Any, right: Any) -> None:
        self.left = left
        self.right = right

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slots) and (self.left, self.right) == (other.left, other.right)

    __hash__ = None  # type: ignore[assignment]


def scalars() -> st.SearchStrategy[Any]:
    """Immutable values that are equal to themselves and can be keys."""
    return st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.complex_numbers(allow_nan=False),
        st.text(max_size=20),
        st.binary(max_size=20),
        st.dates(date(1900, 1, 1)),
        st.datetimes(datetime(1900, 1, 1)),
        st.timedeltas(timedelta(-99), timedelta(99)),
        st.decimals(allow_nan=False, places=3, min_value=-1000, max_value=1000).map(Decimal),
        st.builds(range, st.integers(-9, 9), st.integers(-9, 9)),
    )


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Containers and instances of ``inner``."""
    few = st.lists(inner, max_size=4)
    pairs = st.dictionaries(scalars(), inner, max_size=4)
    return st.one_of(
        few,
        few.map(tuple),
        few.map(deque),
        pairs,
        pairs.map(OrderedDict),
        st.sets(scalars(), max_size=4),
        st.frozensets(scalars(), max_size=4),
        st.binary(max_size=20).map(bytearray),
        st.dictionaries(NAMES, inner, max_size=3).map(lambda attributes: Box(**attributes)),
        st.builds(Slots, inner, inner),
    )


def plain_objects(max_leaves: int = 20) -> st.SearchStrategy[Any]:
    """Nested values of Python's own types and of two plain classes; every one equals an exact copy of itself."""
    return st.recursive(scalars(), containers, max_leaves=max_leaves)


def arrays() -> st.SearchStrategy[Any]:
    """Small numpy arrays of many types and layouts, without NaN."""
    kinds = st.sampled_from(["?", "u1", "i8", "f2", "f8", "c16", "M8[s]", "m8[D]", "U3", "S2", "i4,f8", "O"])
    shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)
    return st.builds(_array, kinds, shapes, st.sampled_from(["C", "F", "reversed", "gaps"]), st.integers(0, 100))


def _array(kind: str, shape: tuple[int, ...], layout: str, start: int) -> Any:
    numbers = np.arange(start, start + int(np.prod(shape))).reshape(shape)
    array = np.zeros(shape, kind) if kind == "i4,f8" else numbers.astype("i8").astype(kind)
    if kind == "i4,f8":
        array["f0"] = numbers
    if layout == "F":
        return np.asfortranarray(array)
    if layout == "reversed" and shape:
        return array[::-1]
    if layout == "gaps" and shape:
        return np.repeat(array, 2, axis=0)[::2]
    return array


def namespaces(max_leaves: int = 12) -> st.SearchStrategy[dict[str, Any]]:
    """Variables, some of which share objects: a name may hold another's value or contain it."""
    return st.dictionaries(NAMES, plain_objects(max_leaves), max_size=4).flatmap(_sharing)


def _sharing(namespace: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = sorted(namespace)
    if not names:
        return st.just(namespace)
    links = st.lists(st.tuples(st.sampled_from(names), st.sampled_from(["list", "dict", "same"])), max_size=3)
    return links.map(lambda chosen: {**namespace, **_links(namespace, chosen)})


def _links(namespace: dict[str, Any], chosen: list[tuple[str, str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for number, (name, how) in enumerate(chosen):
        value = namespace[name]
        made[f"link{number}"] = {"list": [value, 1, value], "dict": {"of": value}, "same": value}[how]
    return made
