"""Classes of the notebook come back as a plain kernel would have them."""

# ruff: noqa: E501 - cells are easier to compare on one line

from __future__ import annotations

import sys
from typing import Any

import pytest

from . import twice
from .conftest import Kernel

_TELL = """
def told(cls):
    names = [name for name in type.__dict__["__dict__"].__get__(cls) if name not in ("_abc_impl", "__slotnames__")]
    return names, cls.__qualname__, [base.__name__ for base in cls.__mro__], repr(cls.__dict__.get("__slots__"))
"""

CASES: dict[str, tuple[str, str]] = {
    "order": ("class A:\n    z = 1\n    y: int = 2\n    def x(self): ...\n    a = 0\n", "out = told(A)"),
    "order after changes": (
        "class A:\n    z = 1\n    y = 2\n    a = 0\n",
        "A.b = 1\ndel A.z\nA.z = 3\nA.y = 5\nout = told(A)",
    ),
    "slots": (
        "class A:\n    __slots__ = ('x', '__weakref__', '__hidden')\nclass B(A):\n    __slots__ = ['z']\na, b = A(), B()\n"
        "a.x = [1]\nb.z = a",
        "a.x.append(2)\nout = told(A), told(B), hasattr(b, '__dict__'), A.x.__get__(a), A.__slots__",
    ),
    "unhashable": (
        "class A:\n    def __eq__(self, other): return True\nclass B(A):\n    __hash__ = None\n    x = None\n"
        "class C:\n    x = None\nclass D(C):\n    x = None",
        "out = told(A), told(B), B.__hash__, told(D)",
    ),
    "hooks": (
        "log = []\nclass Meta(type):\n    def __new__(m, *a, **k):\n        log.append('new')\n        return super().__new__(m, *a, **k)\n"
        "    def __init__(c, *a, **k): log.append('init')\n"
        "class Field:\n    def __set_name__(self, owner, name): log.append(name)\n"
        "class Base(metaclass=Meta):\n    def __init_subclass__(cls, key, **k): log.append(key)\n"
        "class Sub(Base, key='sub'):\n    f = Field()\n",
        "class Other(Base, key='other'):\n    g = Field()\nout = list(log), told(Other), told(Sub)",
    ),
    "bases": (
        "class L: pass\nclass R: pass\nclass A(L): pass\na = A()",
        "A.__bases__ = (R,)\nout = isinstance(a, R), told(A)",
    ),
    "registered": (
        "import abc\nclass A(abc.ABC):\n    @abc.abstractmethod\n    def f(self): ...\nclass V: pass\nA.register(V)\nclass W: pass",
        "A.register(W)\nout = isinstance(V(), A), isinstance(W(), A), told(A), A.__abstractmethods__",
    ),
    "enum": (
        "import enum\nclass C(enum.Enum):\n    RED = 1\n    GREEN = 2\n    CRIMSON = 1\n"
        "    def __init__(self, code): self.hits = []\n    def f(self): ...\n"
        "class P(enum.Flag):\n    R = enum.auto()\n    W = enum.auto()\n    X = enum.auto()\n    ALL = R | W | X\n"
        "class W(enum.IntEnum):\n    L = 1\n    H = 10\nclass S(str, enum.Enum):\n    A = 'a'\n"
        "red = C.RED\nmine = P.R | P.X\nhits = red.hits",
        "red.hits.append(1)\nmine |= P.W\nout = (told(C), told(P), list(C.__members__), C(1) is red, C.CRIMSON is red, "
        "mine is P.ALL, W.H + 1, S('a') is S.A, repr(P.R), [c.name for c in C], ~mine == P(0), C.RED.hits is hits)",
    ),
    "a combination in passing": (
        "import enum\nclass F(enum.Flag):\n    R = 1\n    W = 2",
        "both = repr(F.R | F.W)\nout = sorted(F._value2member_map_)",
    ),
    "enum from there": (
        "import enum",
        "Dyn = enum.Enum('Dyn', 'A B C', module=__name__)\nclass T(tuple, enum.Enum):\n    A = (1, 2)\n"
        "class F(enum.Flag):\n    R = 1\n    W = 2\nb = Dyn.B\nrw = F.R | F.W\n",
    ),
    "dataclasses": (
        "import dataclasses\n@dataclasses.dataclass(order=True)\nclass Item:\n    price: float\n"
        "    notes: list = dataclasses.field(default_factory=list)\n"
        "@dataclasses.dataclass(frozen=True, slots=True)\nclass Fixed:\n    x: int\n    parts: list = dataclasses.field(default_factory=list)\n"
        "fixed = Fixed(1)\nfields = dataclasses.fields(Item)\nsentinel = dataclasses.MISSING",
        "object.__setattr__(fixed, 'x', 9)\nfixed.parts.append(1)\nitem = Item(1.0)\n"
        "out = told(Item), told(Fixed), fixed.x, [f.default is sentinel for f in fields], sentinel is dataclasses.MISSING",
    ),
    "named tuples": (
        "from collections import namedtuple\nfrom typing import NamedTuple\nOld = namedtuple('Old', ['a', 'b'], defaults=[2])\n"
        "class Row(NamedTuple):\n    name: str\n    tags: list = []\nr = Row('x')\no = Old(1)",
        "out = hasattr(o, '__dict__'), told(Old), told(Row), len(Old.__new__.__globals__), o, Old(b=1, a=3)",
    ),
    "generics": (
        "from typing import Generic, Protocol, TypedDict, TypeVar\nT = TypeVar('T')\nclass Box(Generic[T]):\n    def get(self) -> T: ...\n"
        "class Sized(Protocol):\n    def area(self) -> float: ...\nclass Film(TypedDict, total=False):\n    title: str\n",
        "class Small(Box[int]): ...\nout = told(Box), told(Sized), told(Film), told(Small), Box.__parameters__ == (T,), "
        "Film.__total__, str(Box[T]), Box.get.__annotations__['return'] is T",
    ),
    "a shared setter": (
        "class A:\n    @property\n    def x(self):\n        'The x.'\n        return 1\n    @x.setter\n    def x(self, v): ...\n",
        "class B(A):\n    @A.x.getter\n    def x(self): return 2\nout = B.x.fset is A.x.fset, B.x.__doc__, A.x.__doc__",
    ),
    "a __new__ of its own": (
        "calls = []\nclass P(tuple):\n    def __new__(cls, *parts):\n        calls.append(1)\n        return super().__new__(cls, parts)\n"
        "class One:\n    only = None\n    def __new__(cls, v):\n        calls.append(2)\n        return super().__new__(cls)\n"
        "p = P(1, [2])\none = One(1)\none.x = 3",
        "q = P(p, 3)\ntwo = One(2)\ntwo.x = p\nout = list(p), list(q)",
    ),
    "in a function": (
        "def make():\n    class Inner:\n        x = 1\n        def f(self): return __class__\n    return Inner\nInner = make()",
        "out = Inner.__qualname__, Inner.f.__qualname__, Inner().f() is Inner, told(Inner)",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_as_in_a_plain_kernel(kernel: Kernel, name: str) -> None:
    setup, cell = CASES[name]
    twice.same(kernel, _TELL + setup, cell)


@pytest.mark.parametrize("name", CASES)
def test_known_to_the_kernel_as_there(kernel: Kernel, name: str) -> None:
    setup, cell = CASES[name]
    kernel.here(_TELL)
    assert not kernel.there(setup).unreturned
    assert not kernel.there(cell).unreturned
    classes = [found for found in kernel.ns if isinstance(kernel.ns[found], type)]
    ask = f"[told(c) for c in ({' '.join(f'{found},' for found in classes)})]"
    expected: dict[str, Any] = {}
    exec(_TELL + setup + "\n" + cell, expected := {"__name__": "__main__"})
    assert kernel.here(ask) == eval(ask, expected)


FUNCTIONS = {
    "kwdefaults": ("def f(*, a=1, b=[2]): ...", "f.__kwdefaults__['a'] = 5\ndel f.__kwdefaults__['b']"),
    "annotations": ("def f(a: int): ...\ndef g(): ...", "f.__annotations__['a'] = str\ng.__annotations__['b'] = 1"),
    "names": ("def f(): 'x'", "f.__name__ = 'g'\nf.__qualname__ = 'h.g'\nf.__doc__ = 'changed'\nf.__module__ = 'm'"),
    "code": ("def f(): return 1\ndef g(): return 2", "f.__code__ = g.__code__\nf.__defaults__ = (1,)\nf.x = g"),
    "own globals": ("g = {}\nexec('def f(): return n\\nn = 3', g)\nf = g['f']", "g['n'] = 4"),
    "made there": ("", "g = {}\nexec('def f(): return n\\nn = 3', g)\nf = g['f']"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_changed_in_place(kernel: Kernel, name: str) -> None:
    setup, cell = FUNCTIONS[name]
    tell = (
        "\ndef told(f): return (f.__name__, f.__qualname__, f.__doc__, f.__module__, f.__kwdefaults__, f.__defaults__,"
        " f.__annotations__, f.__globals__ is globals(), f.__code__.co_argcount or f.__code__.co_kwonlyargcount or f())\n"
    )
    kernel.here(setup)
    kernel.there(cell)
    exec(setup + "\n" + cell + tell, expected := {"__name__": "__main__"})
    kernel.here(tell)
    for function in [name for name in ("f", "g") if callable(expected.get(name))]:
        assert kernel.here(f"told({function})") == eval(f"told({function})", expected)


def test_a_dict_that_is_a_functions_globals_stays_that(kernel: Kernel) -> None:
    kernel.here("g = {}\nexec('def f(): return n\\nn = 3', g)\nf = g['f']")
    kernel.there("g['n'] = 4\nh = f")
    assert kernel.here("f() == 4 and h is f and f.__globals__ is g")


def test_a_combination_made_in_passing_is_known_here_too(kernel: Kernel) -> None:
    kernel.here("import enum\nclass F(enum.Flag):\n    R = 1\n    W = 2")
    kernel.there("text = repr(F.R | F.W)")
    assert 3 in kernel.here("F._value2member_map_")


def test_no_getter_and_no_getattr_is_asked(kernel: Kernel) -> None:
    kernel.here(
        "asked = []\nclass A:\n    @property\n    def x(self): asked.append('x')\n"
        "    def __getattr__(self, name):\n        asked.append(name)\n        raise AttributeError(name)\n"
        "a = A()\nkept = [a]"
    )
    kernel.there("a.y = 1\nb = A()\nc = [b, a]")
    assert kernel.here("[name for name in asked if not name.startswith('__')]") == []


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters are of Python 3.12")
def test_type_parameters(kernel: Kernel) -> None:
    kernel.here(
        "class Box[T]:\n    def get[*Ts, **P](self, x: T) -> T: ...\ntype Pair[X] = tuple[X, X]\ndef first[A: int](x: A) -> A: ..."
    )
    kernel.there("class Sub(Box[int]): ...\nq = Pair\nt = Box.__type_params__\nf = first")
    assert kernel.here("t is Box.__type_params__ and Box.__parameters__[0] is t[0] and q is Pair and f is first")
    kernel.there("class New[T, *Ts, **P]:\n    x: T\ntype L[Q] = list[Q]\nn = New.__type_params__")
    assert kernel.here("n[0] is New.__parameters__[0] and L.__value__[int] == list[int]")
    kernel.there("type Late = list[NotYet]")
    kernel.there("class NotYet: ...\ny = Late")
    assert kernel.here("y is Late and Late.__value__ == list[NotYet] and Late.__module__ == New.__module__")
    kernel.there("type Later = list[Not]")
    kernel.there("class Not: ...\nz = Later.__value__ == list[Not]")
    assert kernel.here("z and Later.__value__ == list[Not]")
