"""Names inside the strings of IPython's own syntax."""

from __future__ import annotations

import pytest

from cellburst.cells.names import analyse
from cellburst.cells.source import transform


@pytest.mark.parametrize(
    ("cell", "required", "maybe"),
    [
        ("%time y = f(a)\ny", "f a", ""),
        ("%timeit -n 10 -r3 f(a)", "", "f a"),
        ("%timeit y = f(a); y + b", "", "f a b"),
        ("%prun -l 7 f(a)", "f a", ""),
        ("y = %time f(a)", "f a", ""),
        ("%%time\nx = f(a)\nx + b", "f a b", ""),
        ("%%timeit s = f(a)\ns + b", "", "f a b"),
        ("%%capture out --no-stderr\nx = f(a)", "", "f a"),
        ("%%time\n%matplotlib inline\n!echo {a}\nf(b)", "f b", "a"),
        ("%%time\n%%capture\nf(a)", "", "f a"),
        ("!echo {x} $y.z $$w {{v}} '$HOME'", "", "x y HOME"),
        ("!awk '{print $1}' file", "", ""),
        ("files = !ls {folder}\nfiles", "", "folder"),
        ("!!ls {folder}", "", "folder"),
        ("%cd {folder}", "", "folder"),
        ("%env KEY=$value", "", "value"),
        ("%pip install {package}=={version}", "", "package version"),
        ("%%bash -s {a} --out text\necho $b {c}", "", "a"),
        ("%%writefile {path}\nx = y", "", "path"),
        ("%%html\n<b>{x}</b>", "", ""),
        ("model?", "", "model"),
        ("model.fit??", "", "model"),
        ("%config InlineBackend.figure_format = kind", "", "kind"),
        ("%xdel x", "", "x xdel"),
        ("%memit f(a)", "", "f a"),
        ("%unknown f(a)", "", "f a"),
        ("%%sql\nSELECT * FROM df WHERE x > {{limit}}", "", "df limit"),
        ("%load_ext autoreload\n%autoreload 2\n%matplotlib inline\n%cd data", "", ""),
        ("def f(x):\n    !echo {x} {y}", "", "y"),
        ("if a:\n    %time f(b)", "a", "f b"),
    ],
)
def test_what_is_read(cell: str, required: str, maybe: str) -> None:
    names = analyse(transform(cell))
    assert set(names.required) - {"get_ipython"} == set(required.split())
    assert names.maybe - {"get_ipython"} == set(maybe.split())
    assert names.calls_shell


def test_shell_text_is_a_guess_only() -> None:
    names = analyse(transform("!echo {x}\n%timeit f(a)"))
    assert names.guesses == {"x"}


@pytest.mark.parametrize(
    ("cell", "assigns"),
    [
        ("%time x = 1", "x"),
        ("%%time\nx = 1", "x"),
        ("%%capture out\nx = 1", "x out"),
        ("%%bash --out a --err b\nls", "a b"),
        ("%timeit x = 1", ""),
        ("x = !ls", "x"),
        ("%xdel x", ""),
    ],
)
def test_what_is_bound(cell: str, assigns: str) -> None:
    assert analyse(transform(cell)).assigns == set(assigns.split())


@pytest.mark.parametrize("cell", ["%pylab\nplot(x)", "%run script.py\nx", "%load_ext thing\nx", "%store -r x\nx"])
def test_after_magics_that_may_bind_anything_nothing_is_refused(cell: str) -> None:
    assert "x" not in analyse(transform(cell)).required


def test_places_in_the_body_of_a_cell_magic_are_those_of_the_cell() -> None:
    names = analyse(transform("%%time\na = 1\nb = missing\n"))
    assert names.required["missing"].line == 3


@pytest.mark.parametrize("cell", ["\n\n  \nx = missing\n", "x = 1\n\ny = missing", "\n%%time\nx\nmissing"])
def test_lines_stay_where_they_are(cell: str) -> None:
    wanted = [number for number, line in enumerate(cell.splitlines(), 1) if "missing" in line]
    assert analyse(transform(cell)).required["missing"].line == wanted[0]


def test_a_shells_own_transformer_is_used() -> None:
    assert transform("\nabc", str.upper) == "\n\nABC"
    assert transform("abc", lambda cell: cell + ";") == "abc;"


def test_plain_python_needs_no_shell() -> None:
    assert not analyse("x = 1").calls_shell
    assert analyse("display(x)").calls_shell
    assert analyse("from IPython.display import display").calls_shell
