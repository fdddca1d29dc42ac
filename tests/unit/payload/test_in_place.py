"""What a cell changes in place in another process is changed in the kernel's own object, for each kind of object."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest

from .conftest import Kernel

IN_PLACE = {
    "list": ("x = [1, 2]", "x.append(3)"),
    "nested list": ("x = {'a': [[1], (2, [3])]}", "x['a'][1][1].append(4)"),
    "list cut": ("x = [[1], [2], [3]]", "del x[0]; x.reverse()"),
    "dict": ("x = {'a': 1, 'b': 2}", "x['c'] = 3; del x['a']"),
    "dict order": ("x = {'a': 1, 'b': 2}", "x['a'] = x.pop('a')"),
    "set": ("x = {1, 2}", "x.add(3); x.discard(1)"),
    "set of tuples": ("x = {(1, 2)}", "x.add((3, 4))"),
    "deque": ("from collections import deque\nx = deque([1, 2], maxlen=3)", "x.extend([3, 4])"),
    "defaultdict": ("from collections import defaultdict\nx = defaultdict(list)", "x['a'].append(1)"),
    "Counter": ("from collections import Counter\nx = Counter('aab')", "x.update('bc')"),
    "OrderedDict": ("from collections import OrderedDict\nx = OrderedDict(a=1, b=2)", "x.move_to_end('a')"),
    "bytearray": ("x = bytearray(b'abc')", "x += b'def'"),
    "array.array": ("from array import array\nx = array('d', [1, 2])", "x.append(3)"),
    "instance": ("class C: pass\nx = C(); x.a = 1; x.b = 2", "x.a = 5; x.c = [1]; del x.b"),
    "slots": ("class C: __slots__ = ('a', 'b')\nx = C(); x.a = 1; x.b = 2", "x.a = 5; del x.b"),
    "frozen dataclass": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass D:\n    a: list\nx = D([1])",
        "x.a.append(2)",
    ),
    "list subclass": ("class L(list): pass\nx = L([1]); x.tag = 'a'", "x.append(2); x.tag = 'b'"),
    "dict subclass": ("class D(dict): pass\nx = D(a=1); x.tag = 'a'", "x['b'] = 2; x.tag = 'b'"),
    "namespace": ("from types import SimpleNamespace\nx = SimpleNamespace(a=1)", "x.a = 2; x.b = 3"),
    "array": ("import numpy as np\nx = np.arange(10)", "x[3] = 99"),
    "large array": ("import numpy as np\nx = np.zeros(1_000_000)", "x[3] = 99"),
    "array view shape": ("import numpy as np\nx = np.zeros((3, 4), order='F')", "x[1, 2] = 5"),
    "strided array": ("import numpy as np\nx = np.zeros(100_000)[::2]", "x[7] = 5"),
    "dates": ("import numpy as np\nx = np.arange(10).astype('M8[D]')", "x[2] = '2020-01-01'"),
    "object array": ("import numpy as np\nx = np.array([1, 'a', None], dtype=object)", "x[2] = [1]"),
    "structured": ("import numpy as np\nx = np.zeros(3, dtype='i4,f8')", "x['f1'][1] = 2.5"),
    "array in instance": ("import numpy as np\nclass C: pass\nx = C(); x.w = np.zeros(500_000)", "x.w += 1"),
    "frame column": ("import pandas as pd\nx = pd.DataFrame({'a': [1, 2]})", "x['z'] = x['a'] * 2"),
    "frame cell": ("import pandas as pd\nx = pd.DataFrame({'a': [1, 2], 's': ['u', 'v']})", "x.loc[0, 's'] = 'w'"),
    "frame dropped": ("import pandas as pd\nx = pd.DataFrame({'a': [3, 1, 2], 'b': 0})", "x.pop('b'); x.loc[3] = 9"),
    "series": ("import pandas as pd\nx = pd.Series([1., 2.], index=['a', 'b'], name='n')", "x['b'] = 7."),
    "numpy generator": ("import numpy as np\nx = np.random.default_rng(0)", "x.normal()"),
    "RandomState": ("import numpy as np\nx = np.random.RandomState(0)", "x.normal()"),
    "random.Random": ("import random\nx = random.Random(0)", "x.random()"),
    "StringIO": ("import io\nx = io.StringIO('a')", "x.seek(0, 2); x.write('b')"),
    "own state": (
        "class C:\n    def __init__(self): self.a = [1]; self.cache = {}\n"
        "    def __getstate__(self): return {'packed': tuple(self.a)}\n"
        "    def __setstate__(self, s): self.a = list(s['packed']); self.cache = {}\n"
        "    def __eq__(self, o): return self.a == o.a\n    __hash__ = None\nx = C()",
        "x.a = [1, 2]",
    ),
    "class attribute": (
        "class C:\n    n = 0\n    seen = []\nx = C",
        "x.n += 1; x.seen.append(1); x.f = lambda self: 1",
    ),
    "closure": (
        "def make():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n        return n\n"
        "    return step\nx = make()",
        "x()",
    ),
    "default argument": ("def x(v, seen=[]):\n    seen.append(v)\n    return seen", "x(1); x(2)"),
    "function attribute": ("def x(): pass\nx.calls = 0", "x.calls += 1"),
    "partial": (
        "from functools import partial\nx = partial(print, [1], sep={})",
        "x.args[0].append(2); x.keywords['sep']['a'] = 1",
    ),
    "bound method": ("class C:\n    n = 0\n    def m(self): self.n += 1\nx = C().m", "x()"),
    "in a key": ("class K: pass\nk = K(); k.v = 1; x = {k: 1}", "next(iter(x)).v = 2"),
    "changed class": ("class A: pass\nclass B: pass\nx = A()", "x.__class__ = B"),
}


def shape(obj: Any) -> Any:
    """Something that can be compared and says all that a cell of the table above can change."""
    if isinstance(obj, (np.ndarray, np.random.Generator, np.random.RandomState)):
        return obj.tolist() if isinstance(obj, np.ndarray) else str(getattr(obj, "bit_generator", obj).__getstate__())
    if isinstance(obj, (pd.DataFrame, pd.Series)):
        return obj.to_dict(), list(obj.index), str(obj.dtypes)
    if hasattr(obj, "getstate"):
        return obj.getstate()
    if hasattr(obj, "getvalue"):
        return obj.getvalue(), obj.tell()
    if isinstance(obj, type):
        return {k: shape(v) for k, v in vars(obj).items() if not k.startswith("__")}
    if hasattr(obj, "__self__"):
        return shape(obj.__self__)
    if hasattr(obj, "__code__"):
        cells = [shape(cell.cell_contents) for cell in obj.__closure__ or ()]
        return obj.__name__, cells, shape(obj.__defaults__), shape(vars(obj))
    if hasattr(obj, "keywords"):
        return copy.deepcopy((obj.args, obj.keywords))
    if isinstance(obj, dict):
        return type(obj).__name__, [(shape(k), shape(v)) for k, v in obj.items()], shape(getattr(obj, "__dict__", None))
    if isinstance(obj, (list, tuple)) or type(obj).__name__ == "deque":
        return type(obj).__name__, [shape(part) for part in obj], shape(getattr(obj, "__dict__", None))
    if type(obj).__module__ == "__main__" or type(obj).__name__ == "SimpleNamespace":
        names = sorted({*getattr(obj, "__dict__", ()), *getattr(type(obj), "__slots__", ())})
        return type(obj).__name__, {name: shape(getattr(obj, name, "unset")) for name in names if name != "cache"}
    return copy.copy(obj)


@pytest.mark.parametrize("name", IN_PLACE)
def test_a_change_in_place_is_made_to_the_kernels_own_object(kernel: Kernel, name: str) -> None:
    define, change = IN_PLACE[name]
    kernel.here(define)
    own = kernel.ns["x"]
    untouched = shape(own)
    delta = kernel.there(change + "\nNone")
    returned = shape(own)
    assert kernel.ns["x"] is own
    assert delta.unreturned == {}
    assert "x" in delta.changed
    assert returned != untouched
    kernel.here(define + "\n" + change)  # the same in a plain kernel
    assert returned == shape(kernel.ns["x"])


def test_private_slots_are_changed_in_place(kernel: Kernel) -> None:
    kernel.here(
        "class _C:\n    __slots__ = ('__a',)\n    def put(self, v): self.__a = v\n"
        "    def get(self): return self.__a\nx = _C()"
    )
    own = kernel.ns["x"]
    kernel.there("x.put([3])")
    assert own.get() == [3]
    kernel.there("x.get().append(4)")
    assert own.get() == [3, 4]
