"""Namespaces that differ in one thing: what the probe must tell apart, and what it must not."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import functools
import itertools
import random
import re
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Namespace = dict[str, Any]
Make = Callable[[], Namespace]


def _run(source: str) -> Make:
    """A namespace as code leaves it."""

    def make() -> Namespace:
        space: Namespace = {"__name__": "__main__", "np": np, "pd": pd}
        exec(compile(source, "<notebook>", "exec", dont_inherit=True), space)
        return {name: value for name, value in space.items() if not name.startswith("__")}

    return make


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def _half_consumed(count: int) -> Any:
    found = (i for i in range(5))
    for _ in range(count):
        next(found)
    return found


def _iterator(count: int) -> Any:
    found = iter([1, 2, 3])
    for _ in range(count):
        next(found)
    return found


def _generator(seed: int) -> Any:
    return np.random.default_rng(seed)


DIFFERENT: dict[str, tuple[Make, Make, str]] = {
    "a changed float": (lambda: {"x": 1.0}, lambda: {"x": 1.0000000000000002}, "x"),
    "the type of a number": (lambda: {"x": 1}, lambda: {"x": 1.0}, "x"),
    "true and one": (lambda: {"x": True}, lambda: {"x": 1}, "x"),
    "negative zero": (lambda: {"x": 0.0}, lambda: {"x": -0.0}, "x"),
    "another nan": (lambda: {"x": float("nan")}, lambda: {"x": -float("nan")}, "x"),
    "text and bytes": (lambda: {"x": "a"}, lambda: {"x": b"a"}, "x"),
    "the end of a long text": (lambda: {"x": "a" * 5000 + "b"}, lambda: {"x": "a" * 5000 + "c"}, "x"),
    "a missing name": (lambda: {"x": 1, "y": 2}, lambda: {"x": 1}, "y"),
    "an item": (lambda: {"x": [1, [2]]}, lambda: {"x": [1, [3]]}, "x[1]"),
    "a missing key": (lambda: {"x": {"a": 1, "b": 2}}, lambda: {"x": {"a": 1}}, "x"),
    "the order of a dict": (lambda: {"x": {"a": 1, "b": 2}}, lambda: {"x": {"b": 2, "a": 1}}, "x"),
    "the type of a container": (lambda: {"x": (1, 2)}, lambda: {"x": [1, 2]}, "x"),
    "a set": (lambda: {"x": {1, 2}}, lambda: {"x": {1, 3}}, "x"),
    "a default factory": (
        lambda: {"x": collections.defaultdict(list)},
        lambda: {"x": collections.defaultdict(set)},
        "x",
    ),
    "the length of a deque": (
        lambda: {"x": collections.deque([1], 3)},
        lambda: {"x": collections.deque([1], 4)},
        "x",
    ),
    "a lost alias": (_run("a = [1]\nb = a"), _run("a = [1]\nb = [1]"), "b"),
    "an alias too many": (_run("a = [1]\nb = [1]"), _run("a = [1]\nb = a"), "b"),
    "a lost alias inside": (_run("a = [1]\nx = {'k': [a]}"), _run("a = [1]\nx = {'k': [[1]]}"), "x['k']"),
    "a circle": (_run("a = []\na.append(a)"), _run("a = [[]]\na[0].append(a)"), "a"),
    "array values": (lambda: {"x": np.zeros(100)}, lambda: {"x": np.r_[np.zeros(99), 1]}, "x"),
    "array type": (lambda: {"x": np.zeros(3)}, lambda: {"x": np.zeros(3, "f4")}, "x"),
    "array shape": (lambda: {"x": np.zeros(4)}, lambda: {"x": np.zeros((2, 2))}, "x"),
    "a read-only array": (_run("x = np.zeros(3)"), _run("x = np.zeros(3); x.flags.writeable = False"), "x"),
    "a copied view": (
        _run("a = np.arange(6.); b = a[::2]"),
        _run("a = np.arange(6.); b = a[::2].copy()"),
        "b<memory>",
    ),
    "a shifted view": (
        _run("a = np.zeros(6); b = a[1:3]"),
        _run("a = np.zeros(6); b = a[2:4]"),
        "b<memory>",
    ),
    "object items": (
        lambda: {"x": np.array([1, "a"], object)},
        lambda: {"x": np.array([1, "b"], object)},
        "x",
    ),
    "a mask": (
        _run("x = np.ma.array([1, 2], mask=[0, 1])"),
        _run("x = np.ma.array([1, 2], mask=[1, 0])"),
        "x.mask",
    ),
    "a numpy scalar": (lambda: {"x": np.float64(1)}, lambda: {"x": 1.0}, "x"),
    "a random generator": (lambda: {"x": _generator(1)}, lambda: {"x": _generator(2)}, "x.bit_generator"),
    "a Random": (lambda: {"x": random.Random(1)}, lambda: {"x": random.Random(2)}, "x"),
    "a frame's value": (_run("x = pd.DataFrame({'a': [1, 2]})"), _run("x = pd.DataFrame({'a': [1, 3]})"), "x.iloc"),
    "a frame's type": (
        _run("x = pd.DataFrame({'a': [1, 2]})"),
        _run("x = pd.DataFrame({'a': [1, 2]}, dtype='int32')"),
        "x.iloc",
    ),
    "a frame's index": (
        _run("x = pd.DataFrame({'a': [1, 2]})"),
        _run("x = pd.DataFrame({'a': [1, 2]}, index=[0, 2])"),
        "x",
    ),
    "a frame's attrs": (
        _run("x = pd.DataFrame({'a': [1]})"),
        _run("x = pd.DataFrame({'a': [1]}); x.attrs['u'] = 'm'"),
        "x",
    ),
    "a column's memory": (
        _run("a = np.zeros(3); x = pd.Series(a, copy=False)"),
        _run("a = np.zeros(3); x = pd.Series(a.copy(), copy=False)"),
        "x.values<memory>",
    ),
    "categories": (
        _run("x = pd.Categorical(['a'], ['a', 'b'])"),
        _run("x = pd.Categorical(['a'], ['a', 'c'])"),
        "x",
    ),
    "an index's name": (_run("x = pd.Index([1], name='n')"), _run("x = pd.Index([1])"), "x"),
    "code": (_run("def f(a): return a + 1"), _run("def f(a): return a + 2"), "f"),
    "a default": (_run("def f(a=[1]): return a"), _run("def f(a=[2]): return a"), "f.__defaults__[0]"),
    "a shared default": (
        _run("d = []\ndef f(a=d): return a"),
        _run("d = []\ndef f(a=[]): return a"),
        "f",
    ),
    "a closed-over value": (
        _run("def make(n):\n    def f(): return n\n    return f\nf = make([1])"),
        _run("def make(n):\n    def f(): return n\n    return f\nf = make([2])"),
        "f.__closure__[0].cell_contents",
    ),
    "a shared cell": (
        _run("def make():\n    n = 0\n    return (lambda: n), (lambda: n)\nf, g = make()"),
        _run("def make():\n    n = 0\n    return (lambda: n), (lambda: n)\nf, g = make()[0], make()[1]"),
        "g",
    ),
    "a function's attribute": (_run("def f(): pass"), _run("def f(): pass\nf.calls = 1"), "f"),
    "a cached call": (
        _run("import functools\nf = functools.cache(lambda n: n)"),
        _run("import functools\nf = functools.cache(lambda n: n)\nf(1)"),
        "f",
    ),
    "a bound method's object": (
        _run("class A:\n    def m(self): pass\na = A(); b = A(); m = a.m"),
        _run("class A:\n    def m(self): pass\na = A(); b = A(); m = b.m"),
        "m",
    ),
    "a partial": (
        lambda: {"x": functools.partial(print, sep="a")},
        lambda: {"x": functools.partial(print, sep="b")},
        "x",
    ),
    "a class attribute": (_run("class A:\n    n = 1"), _run("class A:\n    n = 2"), "A"),
    "a base class": (_run("class B: pass\nclass A(B): pass"), _run("class B: pass\nclass A: pass"), "A"),
    "another class of one name": (
        _run("class A: pass\na = A()"),
        _run("class A: pass\na = A()\nclass A: pass"),
        "a",
    ),
    "the order of a class": (
        _run("class A:\n    x = 1\n    y = 2"),
        _run("class A:\n    y = 2\n    x = 1"),
        "A.__dict__<order>",
    ),
    "an attribute": (
        _run("class A: pass\na = A(); a.n = [1]"),
        _run("class A: pass\na = A(); a.n = [2]"),
        "a.n",
    ),
    "a slot": (
        _run("class A:\n    __slots__ = 'n'\na = A(); a.n = 1"),
        _run("class A:\n    __slots__ = 'n'\na = A(); a.n = 2"),
        "a",
    ),
    "a subclass's items": (
        _run("class L(list): pass\nx = L([1])"),
        _run("class L(list): pass\nx = L([2])"),
        "x",
    ),
    "a member": (lambda: {"x": Colour.RED}, lambda: {"x": Colour.BLUE}, "x"),
    "an exception's arguments": (lambda: {"x": ValueError("a")}, lambda: {"x": ValueError("b")}, "x"),
    "an exception's cause": (
        _run("x = ValueError(); x.__cause__ = KeyError(1)"),
        _run("x = ValueError(); x.__cause__ = KeyError(2)"),
        "x.__cause__",
    ),
    "how far a generator is": (lambda: {"x": _half_consumed(1)}, lambda: {"x": _half_consumed(2)}, "x"),
    "how far an iterator is": (lambda: {"x": _iterator(1)}, lambda: {"x": _iterator(2)}, "x"),
    "a counter": (lambda: {"x": itertools.count(1)}, lambda: {"x": itertools.count(2)}, "x"),
    "a pattern": (lambda: {"x": re.compile("a")}, lambda: {"x": re.compile("a", re.I)}, "x"),
    "a date": (
        lambda: {"x": datetime.datetime(2020, 1, 1, fold=0)},
        lambda: {"x": datetime.datetime(2020, 1, 1, fold=1)},
        "x",
    ),
    "a decimal": (lambda: {"x": decimal.Decimal("1.0")}, lambda: {"x": decimal.Decimal("1.00")}, "x"),
    "a module": (lambda: {"x": np}, lambda: {"x": pd}, "x"),
    "a module of the notebook's": (
        lambda: {"x": types.ModuleType("m", "one")},
        lambda: {"x": types.ModuleType("m", "two")},
        "x",
    ),
}  # fmt: skip

SAME: dict[str, Make] = {name: one for name, (one, _, _) in DIFFERENT.items() if name not in {"another nan"}}
