"""One rule of Python's names after another."""

from __future__ import annotations

import sys

import pytest

from cellburst.cells.names import analyse

READ = [
    # source, names that must be there, names that are used if they are there
    ("x = x + 1", "x", ""),
    ("x += 1", "x", ""),
    ("x: int = x", "x int", ""),
    ("x = 1\nx", "", ""),
    ("x: int", "int", ""),
    ("for i in rows: i", "rows", ""),
    ("for i in rows: pass\ni", "rows", "i"),
    ("for i in [1, 2]: last = i\nlast", "", ""),
    ("for i in [*rows]: last = i\nlast", "rows", "last"),
    ("for i in rows:\n    pass\nelse:\n    done = 1\ndone", "rows", ""),
    ("for i in rows:\n    break\nelse:\n    done = 1\ndone", "rows", "done"),
    ("del x", "x", ""),
    ("x = 1\ndel x\nx", "", ""),
    ("if c: x = 1\nx", "c", "x"),
    ("if c: x = 1\nelse: x = 2\nx", "c", ""),
    ("if c: x = 1\nelif d: x = 2\nelse: raise ValueError\nx", "c", "d ValueError"),
    ("if True: x = 1\nx", "", ""),
    ("while c: x = 1\nx", "c", "x"),
    ("while True:\n    x = f()\n    if x: break\nx", "", "f"),
    ("while (x := f()): pass\nx", "f", ""),
    ("a and b", "a", "b"),
    ("a or b or c", "a", "b c"),
    ("a if b else c", "b", "a c"),
    ("a < b < c", "a b", "c"),
    ("assert a, b", "a", "b"),
    ("x = y = z", "z", ""),
    ("(a, *b), c = d\na, b, c", "d", ""),
    ("x[i].attribute = v", "x i v", ""),
    ("x[i] += v", "x i v", ""),
    ("f(*a, k=b, **c)", "f a b c", ""),
    ("{**a, b: c}", "a b c", ""),
    ("a[b:c:d]", "a b c d", ""),
    ("f'{a!r:>{b}} {c=}'", "a b c", ""),
    ("(x := 1) + x", "", ""),
    ("x + (x := 1)", "x", ""),
    ("f(x := 1)\nx", "f", ""),
    # comprehensions
    ("[a for a in b if c]", "b", "c"),
    ("{a: c for a in b for c in a}", "b", ""),
    ("(a + c for a in b)", "b", "c"),
    ("[a for a in b]\na", "a b", ""),
    ("[x := a for a in b]\nx", "b", "x"),
    ("[y for x in a if (y := x)]", "a", ""),
    ("[[c for c in a] for a in b]", "b", ""),
    ("[a for a in a]", "a", ""),
    ("async def f():\n    return [a async for a in b]", "", "b"),
    # functions
    ("def f(): return x", "", "x"),
    ("x = 1\ndef f(): return x", "", ""),
    ("def f(): return x\nx = 1\nf()", "", "x"),
    ("def f(a=d, *b, c=e, **k): return a, b, c, k", "d e", ""),
    ("def f(a: b) -> c: pass", "b c", ""),
    ("@d\ndef f(): pass", "d", ""),
    ("def f(): f()", "", ""),
    ("def f():\n    x = x + 1", "", ""),
    ("def f():\n    global x\n    x = 1\nf()\nx", "", "x"),
    ("def f():\n    global x\n    return x", "", "x"),
    ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x += y\n    return g", "", "y"),
    ("def f():\n    def g(): return x\n    x = 1\n    return g", "", ""),
    ("def f():\n    global x\n    def g(): return x\n    return g", "", "x"),
    ("def f():\n    x: unknown = 1", "", ""),
    ("def f():\n    for i in a: pass\n    with b as c: pass\n    import d\n    try: pass\n    except E as e: e\n"
     "    return i, c, d", "", "a b E"),
    ("lambda a, b=c: a + b + d", "c", "d"),
    ("lambda: (x := 1) + x", "", ""),
    ("def f(x=(y := 1)): pass\ny", "", ""),
    ("async def f():\n    async with a as b:\n        await b\n    async for c in d: c", "", "a d"),
    ("await a\nasync for b in c: b\nasync with d: e", "a c d", "e"),
    ("def f():\n    yield a\n    yield from b", "", "a b"),
    # classes
    ("class A(B, metaclass=C): pass", "B C", ""),
    ("class A:\n    x = x", "x", ""),
    ("class A:\n    x = 1\n    y = x", "", ""),
    ("class A:\n    x = 1\n    def m(self): return x", "", "x"),
    ("class A:\n    x = 1\n    y = [x for _ in z]", "z", "x"),
    ("class A:\n    x = 1\n    y = [_ for _ in x]", "", ""),
    ("class A:\n    if c: x = 1\n    y = x", "c", "x"),
    ("class A:\n    def m(self): return super().m(), __class__", "", "super"),
    ("class A:\n    global x\n    x = 1\nx", "", ""),
    ("class A:\n    def m(self): return A", "", "A"),
    ("class A:\n    me = A", "A", ""),
    ("class A:\n    name = __qualname__, __module__", "", ""),
    ("class A:\n    def m(self): return __b", "", "_A__b"),
    ("def f():\n    x = 1\n    class A:\n        y = x", "", ""),
    ("def f():\n    x = 1\n    class A:\n        x = x\n", "", "x"),
    ("class A:\n    x: T = 1", "T", ""),
    # exceptions
    ("try: x\nexcept NameError: x = 1\nx", "", "x NameError"),
    ("try: x = f()\nexcept E: pass\nx", "", "x f E"),
    ("try: x = f()\nexcept E: raise\nx", "", "f E"),
    ("try: x = f()\nfinally: y = 1\nx, y", "f", ""),
    ("try: pass\nexcept E as e: pass\ne", "", "E e"),
    ("try: a\nexcept E: b\nelse: c\nfinally: d", "d", "a E b c"),
    ("raise a from b", "a b", ""),
    # with
    ("with a as b: b", "a", ""),
    ("with open(p) as f: x = f.read()\nx", "open p", ""),
    ("with suppress(E): x = 1\nx", "suppress E", "x"),
    ("with a, b as c: c", "a", "b"),
    ("with lock: x = 1\nx", "lock", "x"),
    ("with torch.no_grad(): y = m(x)\ny", "torch m x", ""),
    # match
    ("match a:\n    case b.c: pass\n    case D(e=f): f\n    case {'k': g, **h}: g, h\n    case [i, *j]: i, j\n"
     "    case (1 | 2) as k if l: k", "a", "b D l"),
    ("match a:\n    case 1: x = 1\n    case _: x = 2\nx", "a", ""),
    ("match a:\n    case 1: x = 1\nx", "a", "x"),
    # imports
    ("import a.b\na", "", ""),
    ("import a.b as c\nc, a", "a", ""),
    ("from a import b as c\nc, b", "b", ""),
    ("from a import *\nb", "", "b"),
    ("from __future__ import annotations\ndef f(a: b): pass\nx: c = 1", "", "b c"),
    # leaving
    ("exit()\nx", "exit", "x"),
    ("import sys\nsys.exit(1)\nx", "", "x"),
    ("if a:\n    raise ValueError\nx", "a x", "ValueError"),
    # looked up by text
    ("eval('a + b')", "eval", "a b"),
    ("exec('x = 1')\nx", "exec", ""),
    ("globals()['x']", "globals", "x"),
    ("for n in ['a', 'b']: print(globals()[n])", "", "globals print a b"),
    ("'{x} {y.z}'.format(**globals())", "globals", "x y"),
    ("vars(args)['x']\nx", "vars args x", ""),
    ("exec(code)\nx", "exec", "code x"),
    ("get_ipython().user_ns['x']", "get_ipython", "x"),
    ("import __main__\n__main__.x", "", "x"),
    ("df.query('a > @limit')", "df", "limit"),
    ("pd.eval('a + b')", "pd", "a b"),
    ("duckdb.sql('SELECT * FROM df JOIN other USING (id)')", "duckdb", "df other"),
    ("def f(a: 'Model', b: Literal['red']) -> 'list[Other]': pass", "Literal", "Model Other list"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "required", "maybe"), READ)
def test_what_is_read(source: str, required: str, maybe: str) -> None:
    names = analyse(source)
    if "exec(code)" in source:
        assert {"code", "exec"} <= set(names.reads)
        assert names.unknown
        return
    assert set(names.required) == set(required.split())
    assert names.maybe - {"__annotations__"} == set(maybe.split())


def test_annotations_of_the_notebook_go_on() -> None:
    assert "__annotations__" in analyse("x: int = 1").guesses
    assert "__annotations__" not in analyse("def f():\n    x: int = 1").reads


@pytest.mark.parametrize(
    ("source", "any_name", "listed"),
    [
        ("globals()['x']", False, False),
        ("'x' in globals()", False, False),
        ("globals().get('x', 1)", False, False),
        ("globals()[name]", True, False),
        ("for n in locals(): pass", True, False),
        ("def f(a): return locals(), vars(), dir()", False, False),
        ("vars(x), dir(x)", False, False),
        ("vars(__main__)", True, False),
        ("dir()", False, True),
        ("'x' in dir()", False, False),
        ("eval(text)", True, False),
        ("eval('x + 1')", False, False),
        ("exec(text, {})", False, False),
        ("get_ipython().user_ns['x']", False, False),
        ("get_ipython().user_ns.update(more)", True, False),
        ("sys._getframe().f_globals", True, False),
    ],
)
def test_which_names_may_be_looked_up(source: str, any_name: bool, listed: bool) -> None:
    names = analyse(source)
    assert (names.any_name, names.lists_names) == (any_name, listed)


def test_names_of_the_shell_are_followed() -> None:
    names = analyse("ip = get_ipython()\nip.run_cell('a = b')\na")
    assert "b" in names.reads
    assert "a" not in names.required
    assert "b" in analyse("shell.ex('a = b')", shells=frozenset({"shell"})).reads


@pytest.mark.parametrize("source", ["Out[1] = 2", "del Out[1]", "_oh.clear()", "Out.pop(1)"])
def test_changes_of_the_outputs_are_told(source: str) -> None:
    assert "is the kernel's own list of outputs" in analyse(source).refusals[0]
    assert analyse("Out[1].append(2), Out.get(3)").refusals == []


def test_attributes_of_main_are_names() -> None:
    names = analyse("import __main__\n__main__.x = 1\nx\n__main__.y")
    assert "x" in names.assigns
    assert "x" not in names.required
    assert "y" in names.guesses


@pytest.mark.skipif(sys.version_info < (3, 11), reason="except* came with 3.11")
def test_groups_of_exceptions() -> None:
    names = analyse("try: x = f()\nexcept* E as e: g(e)\nx")
    assert list(names.reads) == ["f", "E", "g", "x"]
    assert not names.required


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with 3.12")
@pytest.mark.parametrize(
    ("source", "required", "maybe"),
    [
        ("type X[T: B] = list[T] | Y\nX", "", "B list Y"),
        ("def f[T: B, *Ts, **P](x: T, y: C = d) -> T: return T, z", "C d", "B z"),
        ("class A[T](B[T], k=v):\n    x: T\n    def m(self, y: T): return T, w", "B v", "w"),
        ("@d\nclass A[d]: pass", "d", ""),
        ("class A:\n    x = 1\n    type Y = x\n    def m[T: x](self): return x", "", "x"),
    ],
)
def test_type_parameters(source: str, required: str, maybe: str) -> None:
    names = analyse(source)
    assert (set(names.required), names.maybe) == (set(required.split()), set(maybe.split()))


@pytest.mark.skipif(sys.version_info < (3, 13), reason="defaults of type parameters came with 3.13")
def test_defaults_of_type_parameters() -> None:
    assert analyse("def f[T = d](x: T): pass").maybe == {"d"}


@pytest.mark.parametrize(
    ("source", "assigns", "deletes"),
    [
        ("a = b = 1\n(c, [d]) = e\nf.g = 1\nh[0] = 1", "a b c d", ""),
        ("for a in b: pass\nwith c as d: pass\nimport e.f, g as h\nfrom i import j\nclass k: l = 1", "a d e h j k", ""),
        ("def f():\n    global a\n    a = 1\n    b = 2", "f a", ""),
        ("[a := b for b in c]\n(lambda: (d := 1))()", "a", ""),
        ("try: pass\nexcept E as a: pass\ndel b, c.d, (e, [f])", "a", "a b e f"),
        ("match a:\n    case [b, *c]: pass\n    case {**d}: pass\n    case e: pass", "b c d e", ""),
        ("x: int\ny: int = 1\nz += 1", "y z", ""),
    ],
)
def test_what_is_bound(source: str, assigns: str, deletes: str) -> None:
    names = analyse(source)
    assert (names.assigns, names.deletes) == (set(assigns.split()), set(deletes.split()))


def test_imports() -> None:
    names = analyse("import a.b, c as d\nfrom e.f import g\nfrom .h import i\nfrom math import *")
    assert names.imports == {"a.b", "c", "e.f", ".h", "math"}
    assert names.star_imports == ["math"]


def test_a_name_that_is_only_deleted_needs_no_value() -> None:
    assert analyse("del a, b").discards == {"a", "b"}
    assert analyse("b.c\ndel a, b").discards == {"a"}
    assert analyse("def f(): return a\ndel a").discards == set()


def test_what_was_bound_before_a_function_is_used_is_known() -> None:
    names = analyse("df = load()\nresult = f()\nlast = 1\ng()")
    assert names.settled["load"] == frozenset()
    assert names.settled["f"] == {"df"}
    assert names.settled["g"] == {"df", "result", "last"}
    assert analyse("f()\ndf = 1\nf()").settled["f"] == frozenset()


def test_outputs_that_are_used() -> None:
    assert analyse("Out[3] + _oh[4]").outputs == {3, 4}
    assert analyse("Out[3], Out").outputs is None
    assert analyse("Out[n]").outputs is None
    assert analyse("_ + __").outputs == set()


def test_places() -> None:
    names = analyse("print(1)\n\nvalue = f(\n    missing)\n")
    assert (names.required["missing"].line, names.required["missing"].column) == (4, 4)
    names = analyse("def f(): return x\ny = x")
    assert (names.reads["x"].line, names.required["x"].line) == (1, 2)


def test_order_is_that_of_the_text() -> None:
    assert list(analyse("b(a)\nc = d\ne").reads) == ["b", "a", "d", "e"]


@pytest.mark.parametrize("source", ["x = ", "return 1", "break", "nonlocal x", "def f(a, a): pass", "f(**k, *a)"])
def test_the_compilers_own_errors(source: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        analyse(source, filename="<here>")
    assert caught.value.filename == "<here>"


def test_warnings_of_the_compiler_are_left_to_where_it_runs() -> None:
    assert analyse("x = '\\d'\nx is 1").assigns == {"x"}


def test_flags_of_earlier_cells_count() -> None:
    import __future__

    assert analyse("def f(a: b): pass", flags=__future__.annotations.compiler_flag).maybe == {"b"}


@pytest.mark.parametrize(
    "source",
    [
        "+".join(f"a{n}" for n in range(900)),
        "if a0: pass\n" + "".join(f"elif a{n}: pass\n" for n in range(1, 900)),
        "x" + ".f(y)" * 700,
        "x = " + "[" * 180 + "y" + "]" * 180,
    ],
)
def test_deep_and_long(source: str) -> None:
    names = analyse(source)
    assert len(names.reads) in (1, 2, 900)


def test_a_small_stack_is_enough() -> None:
    limit = sys.getrecursionlimit()

    def deeper(left: int) -> int:
        return deeper(left - 1) if left else len(analyse("x" + ".f(y)" * 150).reads)

    assert deeper(limit - 200) == 2
    assert sys.getrecursionlimit() == limit
