"""Objects of every kind: what is one thing in the kernel stays one, and a change reaches all that refer to it."""

from __future__ import annotations

import pytest

from .conftest import Kernel
from .twice import same

K = "class K:\n    def __init__(self, name=''): self.name = name; self.items = []\n"
CASES = {
    # names
    "names change places": ("a = [1]; b = [2]", "a, b = b, a"),
    "one becomes the other": ("a = [1]; b = [2]", "b = a; b.append(3)"),
    "moved": ("a = [[1], [2]]; b = []", "b.append(a.pop()); b[0].append(3)"),
    "old in new": ("a = [1]", "n = {'a': a, 'l': [a, (a,)]}"),
    "new in old": ("a = []; d = {}", "x = [1]; a.append(x); d['x'] = x"),
    "a copy is another": ("a = [[1]]", "b = list(a); c = a[:]"),
    "rebound and kept": ("a = [1]; b = a", "a = a + [2]"),
    "deleted, kept in another": ("a = [1]; b = [a]", "del a; b[0].append(2)"),
    # shared parts
    "shared by two variables": (K + "k = K(); a = {'k': k}; b = [k]", "a['k'].items.append(1); b.append(a)"),
    "in a key": (K + "k = K('x'); d = {k: 1}", "next(iter(d)).items.append(1); d[k] = [k]"),
    "member of a set": (K + "k, l = K('k'), K('l'); s = {k, l}", "k.items.append(1); s.discard(l)"),
    "member of a set, found there": (
        K + "k, l = K('k'), K('l'); s = {k, l}",
        "for m in s: m.items.append(m.name)\ndel m; first = sorted(s, key=lambda m: m.name)[0]",
    ),
    "member of a set, set alone": (
        K + "k, l = K('k'), K('l'); s = {k, l}",
        "for m in s: m.items.append(m.name)\nt = set(s); n = [m for m in s if m.name == 'l']; del m",
        "s",
    ),
    "member of a frozen set": (
        K + "k = K('k'); f = frozenset([k, 1])",
        "got = [m for m in f if m != 1]; k.items.append(1); g = f",
    ),
    "frozen set in a set": (K + "k = K('k'); s = {frozenset([k]), 3}", "k.items.append(1); s.add(4)"),
    "in a tuple": (K + "k = K(); t = (k, [k])", "t[1].append(k); u = t; k.items.append(t)"),
    "tuple with a mutable": ("t = ([1], 2); u = [t]", "t[0].append(2); u.append(t)"),
    "named tuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\np = P([1], 2); l = [p]",
        "p.x.append(3); q = l[0]; r = p._replace(y=5)",
    ),
    "closures share": (
        "def make():\n    n = [0]\n    def up(): n[0] += 1\n    def get(): return n\n    return up, get\n"
        "up, get = make()",
        "up(); box = get()",
    ),
    "closure sets": (
        "def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n    return up, lambda: n\n"
        "up, get = make()",
        "up(); up(); seen = get()",
    ),
    "default argument": ("l = []\ndef f(x, seen=l): seen.append(x)", "f(1); f(2)"),
    "keyword default": ("d = {}\ndef f(*, seen=d): seen['x'] = 1", "f()"),
    "default replaced": ("def f(x=1): return x", "f.__defaults__ = (5,); f.__kwdefaults__ = None; v = f()"),
    "function attribute": ("def f(): pass\nf.log = []", "f.log.append(1); f.calls = 1; del f.log[:]"),
    "class attribute": (K + "K.count = 0; K.log = []", "K.count += 1; K.log.append(K('x').name); K.new = {}"),
    "class method changed": (K + "k = K()", "K.shout = lambda self: self.name.upper()\nv = k.shout()"),
    "bound method": (K + "K.add = lambda self, x: self.items.append(x)\nk = K(); m = k.add", "m(1); n = m"),
    "builtin method": ("l = [3, 1]; m = l.append; s = l.sort", "m(2); s()"),
    "partial": (
        "from functools import partial\nl = []; p = partial(l.append, 1); q = partial(p.func)",
        "p(); q(2); r = p",
    ),
    "partial of a function": (
        "from functools import partial\ndef f(a, b): a.append(b)\nl = []; p = partial(f, l, b=1)",
        "p(); p.keywords['b'] = 2; p()",
    ),
    # containers
    "OrderedDict order": (
        "from collections import OrderedDict\nd = OrderedDict(a=1, b=2); e = d",
        "d.move_to_end('a')",
    ),
    "dict order": ("d = {'a': 1, 'b': 2}", "d['a'] = d.pop('a')"),
    "defaultdict": ("from collections import defaultdict\nd = defaultdict(list)", "d['x'].append(1); x = d['x']"),
    "defaultdict of something else": (
        "from collections import defaultdict\nd = defaultdict(list); e = d",
        "d.default_factory = int; n = d['x']",
    ),
    "dict that shows other items": (
        "class D(dict):\n    def __init__(self): self.own = {'a': [1]}\n    def items(self): return self.own.items()\n"
        "    def __setitem__(self, k, v): self.own[k] = v\nd = D(); e = D()",
        "d['b'] = 2; d.own['a'].append(3); raw = len(d), len(e); f = D(); f['x'] = d",
    ),
    "list that tells its owners": (
        "class L(list):\n    def __init__(self, *a): self.owners = []; super().__init__(*a)\n"
        "    def append(self, x): self.owners.append(x); super().append(x)\n"
        "    def extend(self, x): self.owners += x; super().extend(x)\nl = L([[1], [2]]); m = L(); m.append(m)",
        "l.append(l[0]); l[0].append(3); n = L([l]); n.append(n.owners); k = len(m), m[0] is m, m.owners[0] is m",
    ),
    "dict that counts what is set": (
        "class D(dict):\n    __slots__ = ('more', '__dict__')\n    def __init__(self): self.n = 0; self.more = [self]\n"
        "    def __setitem__(self, k, v): self.n += 1; super().__setitem__(k, v)\n"
        "d = D(); d['a'] = [1]; e = D(); e['d'] = d",
        "d['b'] = d['a']; d['a'].append(2); f = D(); f['x'] = d; n = d.n, e.n, f.n, d.more[0] is d",
    ),
    "dict that is its own attributes": (
        "class A(dict):\n    def __init__(self, **k): super().__init__(**k); self.__dict__ = self\n"
        "    def __setitem__(self, k, v): super().__setitem__(k, v)\na = A(x=[1]); b = a.x",
        "a.y = 2; a.x.append(3); c = A(z=a); v = c.z.y, a['y']",
    ),
    "Counter": ("from collections import Counter\nc = Counter('aab')", "c.update('bcc'); del c['a']"),
    "ChainMap": (
        "from collections import ChainMap\na = {}; b = {'x': 1}; c = ChainMap(a, b)",
        "c['y'] = 2; b['z'] = 3",
    ),
    "UserDict": ("from collections import UserDict\nu = UserDict(a=[1])", "u['a'].append(2); u['b'] = u['a']"),
    "deque": (
        "from collections import deque\nd = deque([[1]], maxlen=2)",
        "d.append([2]); d.append(d[0]); d[0].append(5)",
    ),
    "heap": (
        "import heapq\nh = [(3, 'c'), (1, 'a')]; heapq.heapify(h)",
        "heapq.heappush(h, (0, 'z')); t = heapq.heappop(h)",
    ),
    "bytearray": ("b = bytearray(b'abc'); l = [b]", "b += b'd'; b[0] = 65"),
    "memoryview": ("b = bytearray(b'abcdef'); m = memoryview(b)[2:4]", "m[0] = 90; n = m[1:]"),
    "memoryview of bytes": ("m = memoryview(b'abcdef')", "n = bytes(m[1:3])"),
    "memoryview of an array": ("from array import array\na = array('i', [1, 2, 3]); m = memoryview(a)", "m[1] = 20"),
    "array.array": ("from array import array\na = array('d', [1.0]); l = [a]", "a.append(2.0); a[0] = 9"),
    "StringIO": ("import io\ns = io.StringIO('ab'); t = [s]", "s.read(1); s.write('X'); v = s.getvalue()"),
    "BytesIO": ("import io\ns = io.BytesIO(b'ab')", "s.seek(0, 2); s.write(b'cd')"),
    "recursive": ("l = []; l.append(l); d = {}; d['d'] = d", "l.append(1); d['l'] = l; x = l[0]"),
    "cycle of instances": (
        K + "a, b = K('a'), K('b'); a.o = b; b.o = a",
        "a.o.o.items.append(1); b.new = K('c'); b.new.o = a",
    ),
    # instances
    "slots": (
        "class S:\n    __slots__ = ('a', 'b')\ns = S(); s.a = [1]; t = [s]",
        "s.a.append(2); s.b = s; del s.a",
    ),
    "slots and a dict": (
        "class B:\n    __slots__ = ('x',)\nclass C(B): pass\nc = C(); c.x = [1]; c.y = c.x",
        "c.y.append(2); c.z = c.x; del c.y",
    ),
    "dataclass": (
        "from dataclasses import dataclass, field\n@dataclass\nclass D:\n    n: int = 0\n"
        "    l: list = field(default_factory=list)\n"
        "d = D(); e = [d]",
        "d.l.append(1); d.n += 1; f = D(5, d.l)",
    ),
    "frozen dataclass": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass D:\n    l: list\nd = D([])",
        "d.l.append(1); e = D(d.l)",
    ),
    "dataclass with slots": (
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass D:\n    l: list\nd = D([]); x = d.l",
        "d.l.append(1); d.l = [d.l]",
    ),
    "hash by value": (
        "from dataclasses import dataclass\n@dataclass(unsafe_hash=True)\nclass P:\n    x: int\n"
        "p = P(1); s = {p}; d = {p: [p]}",
        "s.add(P(2)); d[p].append(3); q = [m for m in s if m.x == 1][0]",
    ),
    "attributes as items": (
        "class A(dict):\n    def __init__(self, **k): super().__init__(**k); self.__dict__ = self\na = A(x=1)",
        "a.y = 2; a['z'] = 3; v = a.x, a.z",
    ),
    "one state for all": (
        "class Borg:\n    shared = {}\n    def __init__(self): self.__dict__ = self.shared\na = Borg(); b = Borg()",
        "a.x = [1]; seen = b.x; c = Borg()",
    ),
    "its dict is a variable": (K + "k = K(); d = k.__dict__", "d['more'] = [1]; k.name = 'new'"),
    "its dict becomes a variable": (K + "k = K()", "d = vars(k); d['more'] = [1]"),
    "list subclass": (
        "class L(list): pass\nl = L([[1]]); l.tag = l[0]",
        "l[0].append(2); l.append(l.tag); l.tag = 'x'",
    ),
    "dict subclass": ("class D(dict): pass\nd = D(a=[1]); d.tag = d['a']", "d['a'].append(2); d['b'] = d.tag"),
    "set subclass": (K + "class S(set): pass\ns = S([1]); s.tag = K('t')", "s.add(2); s.tag.items.append(1)"),
    "tuple subclass": (
        K + "class T(tuple): pass\nt = T(([1], 2)); t.tag = K('t')",
        "t[0].append(3); t.tag.items.append(1)",
    ),
    "own state": (
        "class G:\n    def __init__(self): self.a = [1]\n    def __getstate__(self): return {'a': self.a}\n"
        "    def __setstate__(self, s): self.a = s['a']\ng = G(); l = g.a",
        "g.a.append(2)",
    ),
    "own reduce": (
        "class R:\n    def __init__(self, a): self.a = a\n    def __reduce__(self): return R, (self.a,)\n"
        "r = R([1]); l = r.a",
        "l.append(2)",
    ),
    "class changed": ("class A: pass\nclass B: pass\nx = A(); x.v = [1]; l = [x]", "x.__class__ = B; x.v.append(2)"),
    "property": (
        "class P:\n    def __init__(self): self._x = []\n    @property\n    def x(self): return self._x\np = P()",
        "p.x.append(1); y = p.x",
    ),
    "cached property": (
        "from functools import cached_property\nclass C:\n    @cached_property\n    def big(self): return [1]\nc = C()",
        "c.big.append(2); b = c.big",
    ),
    "enum": (
        "from enum import Enum, Flag\nclass E(Enum):\n    A = 1\n    B = [2]\nclass F(Flag):\n    X = 1\n"
        "    Y = 2\ne = E.A; l = [E.B]",
        "ok = e is E.A, l[0] is E.B; d = {E.A: E.B}; xy = F.X | F.Y; e = E.B",
    ),
    "SimpleNamespace": (
        "from types import SimpleNamespace as N\nn = N(a=[1]); m = n.a",
        "n.a.append(2); n.b = n.a; del n.a",
    ),
    "exception": ("e = ValueError('x', [1]); l = e.args[1]", "l.append(2); e.note = l"),
    "singledispatch": (
        "from functools import singledispatch\n@singledispatch\ndef f(x): return 'any'\n"
        "@f.register(int)\ndef _(x): return 'int'",
        "f.register(str, lambda x: 'str'); v = f('a'), f(1), f(2.5)",
    ),
    "mapping proxy": (
        "from types import MappingProxyType as M\nd = {'a': [1]}; m = M(d)",
        "d['b'] = 2; m['a'].append(2); v = dict(m)",
    ),
    "lru_cache": (
        "from functools import lru_cache\nn = []\n@lru_cache(maxsize=3)\ndef f(x): n.append(x); return [x]\n"
        "a = f(1); b = f(1)",
        "c = f(1); d = f(2); f(x=3); f(4); g = f",
    ),
    "cache": (
        "from functools import cache\n@cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(5)",
        "v = fib(20)",
    ),
    "cache cleared": ("from functools import cache\n@cache\ndef f(n): return n\nf(5)", "f.cache_clear(); f(1)"),
    "method cache": (
        "from functools import lru_cache\nclass C:\n    @lru_cache\n    def f(self, x): return [x]\n"
        "c = C(); a = c.f(1)",
        "b = c.f(1); d = c.f(2)",
    ),
    # iterators
    "list iterator": ("l = [[1], [2], [3]]; i = iter(l); a = next(i); j = i", "b = next(i)"),
    "list iterator, list grows": ("l = [1, 2]; i = iter(l); a = next(i)", "l.append(3); b = next(i), next(i)"),
    "list iterator at its end": (
        "l = [1, 2]; i = iter(l); a = next(i); k = [i]",
        "b = list(i); l.append(5); c = list(i)",
    ),
    "tuple iterator": ("i = iter(([1], [2])); k = [i]", "a = next(i)"),
    "range iterator": ("i = iter(range(5)); k = [i]", "a = next(i), next(i)"),
    "text iterator": ("i = iter('abc'); k = [i]", "a = next(i)"),
    "dict iterator": ("d = {'a': 1, 'b': 2, 'c': 3}; i = iter(d); a = next(i); k = [i]", "b = next(i)"),
    "dict items iterator": ("d = {'a': 1, 'b': 2}; i = iter(d.items()); k = [i]", "b = next(i)"),
    "set iterator": ("s = {1, 2, 3}; i = iter(s); a = next(i); k = [i]", "b = next(i)"),
    "reversed": ("l = [1, 2, 3]; i = reversed(l); k = [i]", "a = next(i)"),
    "zip": ("l = [1, 2, 3]; z = zip(l, 'abc'); k = [z]; a = next(z)", "b = next(z)"),
    "enumerate": ("l = ['a', 'b', 'c']; e = enumerate(l); k = [e]; a = next(e)", "b = next(e)"),
    "map": ("l = [1, 2, 3]; m = map(str, l); k = [m]; a = next(m)", "b = next(m)"),
    "filter": ("l = [1, 0, 2, 3]; m = filter(None, l); k = [m]; a = next(m)", "b = next(m)"),
    "iterators share": ("i = iter([1, 2, 3, 4]); z = zip(i, i); k = [i, z]", "a = next(z); b = next(i)"),
    "count": ("from itertools import count\nc = count(5, 2); k = [c]; a = next(c)", "b = next(c), next(c)"),
    "chain": ("from itertools import chain\nc = chain([1, 2], [3]); k = [c]; a = next(c)", "b = next(c)"),
    "islice": ("from itertools import islice\nc = islice([1, 2, 3, 4], 3); k = [c]; a = next(c)", "b = next(c)"),
    "repeat": ("from itertools import repeat\nc = repeat([1], 3); k = [c]", "b = next(c)"),
    "product": ("from itertools import product\nc = product('ab', [1, 2]); a = next(c)", "b = next(c)"),
    "combinations": ("from itertools import combinations\nc = combinations([1, 2, 3], 2); a = next(c)", "b = next(c)"),
    "accumulate": ("from itertools import accumulate\nc = accumulate([1, 2, 3]); a = next(c)", "b = next(c)"),
    "new dict iterators": (
        "d = {'a': 1, 'b': 2, 'c': 3}",
        "k, v, i, r = iter(d), iter(d.values()), iter(d.items()), reversed(d); next(k); next(i); next(r)\n"
        "e = {1: 2}; x = iter(e)",
    ),
    "islice of a count that is a variable": (
        "from itertools import count, islice\nc = count(); w = islice(c, 3, 60, 4); e = enumerate(w); a = next(e)",
        "b = next(e), next(w), next(c)",
    ),
    "islice over a count": (
        "from itertools import count, islice\nc = count(); w = islice(c, 3, 20, 4); a = next(w)",
        "b = next(w), next(c)",
    ),
    "islice goes on": (
        "from itertools import islice\nw = islice(range(50), 3, 40, 4); a = next(w)",
        "b = [next(w), next(w)]",
    ),
    "accumulate goes on": (
        "from itertools import accumulate\ni = iter([1, 2, 3, 4]); w = accumulate(i); a = next(w)",
        "b = [next(w), next(w)]",
    ),
    # randomness
    "random.Random": ("import random\nr = random.Random(1); l = [r]", "x = r.random()"),
    "numpy generator": (
        "import numpy as np\nr = np.random.default_rng(1); l = [r]; b = r.bit_generator",
        "x = float(r.normal())",
    ),
    "RandomState": ("import numpy as np\nr = np.random.RandomState(1); l = [r]", "x = float(r.normal())"),
    # weak references
    "weakref": (
        "import weakref\n" + K + "k = K('x'); r = weakref.ref(k)",
        "r().items.append(1); same = r() is k; q = weakref.ref(k)",
    ),
    "weak values": (
        "import weakref\n" + K + "k = K('x'); w = weakref.WeakValueDictionary(a=k)",
        "l = K('l'); w['l'] = l; w['a'].items.append(1)",
    ),
    "weak keys": ("import weakref\n" + K + "k = K('x'); w = weakref.WeakKeyDictionary({k: [1]})", "w[k].append(2)"),
    "weak set": ("import weakref\n" + K + "k = K('x'); w = weakref.WeakSet([k])", "l = K('l'); w.add(l)"),
    "tree with parents": (
        "import weakref\nclass N:\n    def __init__(self, p=None): self.p = p and weakref.ref(p); self.c = []\n"
        "root = N(); child = N(root); root.c.append(child)",
        "grand = N(child); child.c.append(grand); up = child.p() is root",
    ),
    # views of dictionaries, records, exceptions, the order of a class's attributes
    "dict views": (
        "d = {'a': [1]}; k, v, i = d.keys(), d.values(), d.items()",
        "d['b'] = 2; d['a'].append(5); n = list(k), list(v), list(i); m = d.keys()",
    ),
    "dict views alone": ("d = {'a': [1]}; k = d.values()", "for v in k: v.append(5)\ndel v", "k"),
    "ordered dict views": (
        "from collections import OrderedDict\nd = OrderedDict(a=1, b=2); k = d.keys()",
        "d.move_to_end('a'); n = list(k)",
    ),
    "exception changed": (
        "l = []; e = ValueError('x', l); f = KeyError('y'); e.payload = l",
        "e.args += ('more',); e.__cause__ = f; l.append(e); e.new = 1; f.args = (l,)",
    ),
    "exception of its own": (
        "class Odd(Exception):\n    def __init__(self, a, *, b): super().__init__(a); self.b = b\n"
        "e = Odd([1], b=[2]); k = [e]",
        "e.b.append(3); e.args[0].append(4); e.c = e.b",
    ),
    "error with a number": ("e = OSError(2, 'no'); k = [e]", "e.errno = 5; e.note = [1]"),
    "no other attributes than slots": (
        "class S:\n    __slots__ = ('a', '__p')\n    def put(self, v): self.__p = v\n"
        "    def get(self): return self.__p\n"
        "class E(S):\n    __slots__ = ()\nclass F(S): pass\ns, e = S(), E(); s.put([1]); e.a = s.get()",
        "kinds = [hasattr(x, '__dict__') for x in (s, e, F())]; e.put(s.get()); out = [list(vars(x)) for x in (S, E)]",
    ),
    "order of attributes": (
        "class C:\n    z = 1\n    def b(self): pass\n    a = 2\nclass D(C): pass\nd = D",
        "names = [list(vars(cls)) for cls in (C, D)]",
    ),
    "order of attributes of a new class": (
        "n = 1",
        "class C:\n    z = 1\n    def b(self): pass\n    a = 2\nnames = list(vars(C))",
    ),
    "new class": ("n = 1", "class C:\n    'text'\n    z = 1\n    a = 2\nc = C()"),
    # functions and classes
    "decorated with state": (
        "def counted(f):\n    def inner(*a):\n        inner.calls += 1\n        return f(*a)\n"
        "    inner.calls = 0\n    return inner\n"
        "@counted\ndef g(x): return x",
        "g(1); g(2)",
    ),
    "mutual recursion": (
        "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)\nlog = [even]",
        "log.append(odd); v = even(4)",
    ),
    "large texts are the same": ("t = 'x' * 10_000; b = b'y' * 10_000; l = [t]", "u = t; c = b; l.append(t)"),
}


@pytest.mark.parametrize("name", CASES)
def test_objects_are_as_if_the_cell_had_run_here(kernel: Kernel, name: str) -> None:
    setup, cell, *sent = CASES[name]
    same(kernel, setup, cell, *sent)
