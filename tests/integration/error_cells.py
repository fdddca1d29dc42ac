"""Cells that fail, or tell of a failure, in every way that shows: to be run plain and with ``%%remote``."""

from __future__ import annotations

SETUP = "def g(n):\n    return n.missing\n"
MODULES = {
    "local_one.py": 'def fail(n):\n    """Doc."""\n    return helper(n)\n\n\ndef helper(n):\n    return n / 0\n',
}

CELLS = {
    "expression": "1/0",
    "function": "def f(x):\n    return 1/x\nf(0)",
    "function of another cell": "g(3)",
    "nested functions": (
        "def a():\n    def b(*args, k=1, **kw):\n        raise ValueError('deep')\n    return b(1)\na()"
    ),
    "cause": "try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('v') from e",
    "context": "try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('v')",
    "from None": "try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('v') from None",
    "three in a chain": (
        "def f():\n    try:\n        1/0\n    except Exception as e:\n        raise KeyError('two') from e\n"
        "try:\n    f()\nexcept KeyError as e:\n    raise RuntimeError('three')"
    ),
    "contexts of a recursion": (
        "def f(n):\n    try:\n        if n == 0: 1/0\n        f(n-1)\n    except Exception as e:\n"
        "        raise ValueError(n)\nf(3)"
    ),
    "a chain that bites its tail": (
        "a = ValueError('a')\nb = ValueError('b')\na.__cause__ = b\nb.__cause__ = a\nraise a"
    ),
    "library": "import json\njson.loads('{bad')",
    "pandas": "import pandas as pd\npd.DataFrame({'a': [1]})['b']",
    "numpy": "import numpy as np\nnp.ones(3) + np.ones(4)",
    "frames that hide": "import numpy as np\nnp.testing.assert_allclose([1, 2], [1, 3])",
    "own frame that hides": ("def f():\n    __tracebackhide__ = True\n    return inner()\ndef inner():\n    1/0\nf()"),
    "local module": "import local_one\nlocal_one.fail(3)",
    "missing module": "import no_such_module_anywhere",
    "compile": "compile('x = = 1', 'some.py', 'exec')",
    "exec of a mistake": "exec('def f(:\\n  pass')",
    "exec": "exec('1\\n1/0')",
    "eval": "eval('nope + 1')",
    "code without a file": "code = compile('def z():\\n    return 1/0\\n', 'virtual.py', 'exec')\nexec(code)\nz()",
    "comprehension": "[1/(i-1) for i in range(3)]",
    "dict comprehension": "{k: int(k) for k in 'a'}",
    "generator expression": "sum(1/(i-1) for i in range(3))",
    "lambda": "(lambda q: q.nope)(3)",
    "key": "sorted([1, 2], key=lambda v: v.nope)",
    "class body": "class A:\n    x = 1\n    y = x / 0",
    "method": "class A:\n    def m(self, v):\n        return v.missing\nA().m(2)",
    "property": "class P:\n    @property\n    def v(self):\n        return self._v\nP().v",
    "decorator": (
        "import functools\ndef deco(fn):\n    @functools.wraps(fn)\n    def inner(*a, **k):\n"
        "        return fn(*a, **k)\n    return inner\n@deco\ndef boom(x):\n    return x['no']\nboom({})"
    ),
    "own class": (
        "class MyError(Exception):\n    def __init__(self, a, *, b):\n        super().__init__(f'{a} {b}')\n"
        "        self.a = a\nraise MyError(1, b=2)"
    ),
    "no text": "class Odd(Exception):\n    def __str__(self):\n        raise RuntimeError('no str')\nraise Odd('x')",
    "generator": "def gen():\n    yield 1\n    raise ValueError('in gen')\nlist(gen())",
    "yield from": (
        "def inner():\n    yield 1\n    raise LookupError('inner')\ndef outer():\n    yield from inner()\nlist(outer())"
    ),
    "context manager": (
        "from contextlib import contextmanager\n@contextmanager\ndef cm():\n    try:\n        yield\n"
        "    except ValueError as e:\n        raise RuntimeError('wrapped') from e\n"
        "with cm():\n    raise ValueError('x')"
    ),
    "with": (
        "class C:\n    def __enter__(self): return self\n"
        "    def __exit__(self, *a):\n        print('exit', a[0].__name__)\n"
        "with C():\n    raise ValueError('in with')"
    ),
    "coroutine": ("import asyncio\nasync def co():\n    await asyncio.sleep(0)\n    raise KeyError('co')\nawait co()"),
    "gathered": (
        "import asyncio\nasync def co(n):\n    if n: return await co(n - 1)\n    raise KeyError('co')\n"
        "await asyncio.gather(co(1), co(2))"
    ),
    "exit": "import sys\nsys.exit(3)",
    "exit without a code": "raise SystemExit",
    "exit with a text": "import sys\nsys.exit('bye')",
    "interrupt": "raise KeyboardInterrupt",
    "interrupt with a text": "raise KeyboardInterrupt('stop')",
    "end of an iterator": "next(iter([]))",
    "end with a value": "raise StopIteration(3)",
    "cancelled": "import asyncio\nraise asyncio.CancelledError('c')",
    "end of a generator": "raise GeneratorExit",
    "assertion": "x = 3\nassert x == 4, f'x is {x}'",
    "bare assertion": "assert [1, 2] == [1, 3]",
    "unicode": "raise ValueError('üñí ☃ 漢字')",
    "several lines": "raise ValueError('one\\ntwo\\nthree')",
    "class only": "raise ValueError",
    "several arguments": "raise ValueError(1, 'two', [3])",
    "call over several lines": "def f(a, b):\n    return a / b\nf(\n  1,\n  0,\n)",
    "finally": "def f():\n    try:\n        return 1 / 0\n    finally:\n        print('cleaning')\nf()",
    "raised again": "try:\n    g(2)\nexcept Exception:\n    raise",
    "file": "open('/no/such/file')",
    "text": "b'\\xff'.decode()",
    "attribute": "import math\nmath.sqroot(2)",
    "arguments": "def f(a, b=1): pass\nf()",
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\nP()",
    "enum": "from enum import Enum\nclass E(Enum):\n    A = 1\nE(3)",
    "match": "match 3:\n    case 4: pass\n    case n: raise ValueError(n)",
    "warning": (
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('error')\n    warnings.warn('w')"
    ),
    "subprocess": "import subprocess\nsubprocess.run(['false'], check=True)",
    "line magic": "%time 1/0",
    "no such magic": "%nosuchmagic",
    "printed": "import traceback\ntry:\n    1/0\nexcept Exception:\n    traceback.print_exc()",
    "printed with a cause": (
        "import traceback\ntry:\n    try:\n        g(1)\n    except Exception as e:\n"
        "        raise KeyError('x') from e\nexcept Exception:\n    traceback.print_exc()"
    ),
    "as a text": "import traceback\ntry:\n    g(1)\nexcept Exception:\n    print(traceback.format_exc())",
    "source of a function": "import inspect\nprint(inspect.getsource(g))",
    "thread": (
        "import threading\ndef work():\n    1/0\n"
        "t = threading.Thread(target=work, name='worker')\nt.start(); t.join()\ndel t"
    ),
    "finaliser": "class D:\n    def __del__(self):\n        1/0\nd = D()\ndel d",
    "closing generator": (
        "def gen():\n    try:\n        yield\n    finally:\n        raise ValueError('closing')\n"
        "q = gen(); next(q); del q"
    ),
    "kept": (
        "try:\n    g(5)\nexcept Exception as e:\n    saved = e\nimport traceback\ntraceback.print_exception(saved)"
    ),
    "what is assigned before": "x1 = 1\nx2 = 2\nraise ValueError('after assigning')",
}
NEWER = {
    "note": "e = ValueError('v')\ne.add_note('a note')\ne.add_note('another')\nraise e",
    "group": "raise ExceptionGroup('g', [ValueError(1), TypeError('t'), ExceptionGroup('h', [KeyError('k')])])",
    "group of what was raised": (
        "es = []\nfor i in range(2):\n    try:\n        1/i if i == 0 else {}[i]\n    except Exception as e:\n"
        "        es.append(e)\nraise ExceptionGroup('many', es)"
    ),
    "group as a cause": (
        "try:\n    raise ExceptionGroup('g', [ValueError(1)])\n"
        "except* ValueError as e:\n    raise RuntimeError('r') from e"
    ),
}
