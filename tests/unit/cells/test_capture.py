"""What is sent with a cell, what is refused, and what is said."""

from __future__ import annotations

import pickle
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.core.getipython import get_ipython

from cellburst.cells.capture import Captured, capture
from cellburst.cells.source import transform
from cellburst.errors import CaptureError, UnpicklableError
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.payload.placeholders import Sent
from cellburst.settings import Settings
from tests.shells import a_shell


def notebook(*cells: str, **variables: Any) -> dict[str, Any]:
    """The namespace after running some cells."""
    namespace: dict[str, Any] = {"__name__": "__main__", **variables}
    for cell in cells:
        exec(cell, namespace)
    return namespace


def sent(source: str, namespace: dict[str, Any], **options: Any) -> set[str]:
    return set(capture(source, namespace, **options).inputs)


def entry(captured: Captured, name: str) -> Any:
    return next(entry for entry in captured.manifest.entries if entry.name == name)


# what is sent


def test_only_what_is_read_is_sent() -> None:
    namespace = notebook("a = 1; b = 2; c = [3]; d = 4")
    captured = capture("x = a + len(c)\nb = 1\nb", namespace)
    assert captured.inputs == {"a": 1, "c": [3]}
    assert captured.inputs["c"] is namespace["c"]


def test_what_functions_read_that_a_library_may_call_is_sent_if_it_can_be() -> None:
    namespace = notebook("import threading; mark = '>'; lock = threading.Lock()", "def show(text): print(mark, lock)")
    captured = capture("1", namespace, hooks={"the state logging": {"handlers": [namespace["show"]]}})
    assert captured.inputs == {"mark": ">"}
    assert entry(captured, "mark").why == "read by the state logging"
    assert entry(captured, "lock").how == "skipped"


def test_a_name_of_python_that_the_notebook_replaced_is_sent() -> None:
    assert sent("print(list)", notebook("list = [1]")) == {"list"}


def test_given_names_are_not_sent_nor_missed() -> None:
    assert sent("lr + task.seed + a", notebook("lr = 1; a = 2"), given={"lr", "task"}) == {"a"}


@pytest.mark.parametrize(
    ("setup", "cell", "needed"),
    [
        ("a = 1\ndef f(): return a", "f()", "f a"),
        ("a = 1\ndef f(): return g()\ndef g(): return a", "f()", "f g a"),
        ("def f(n): return n and f(n - 1)", "f(3)", "f"),
        ("a = 1\nf = lambda: a", "f()", "f a"),
        ("a = 1\ndef f():\n    def g(): return [a for _ in 'x']\n    return g()", "f()", "f a"),
        ("a = 1\nclass C:\n    def m(self): return a", "C().m()", "C a"),
        ("a = 1\nclass C:\n    def m(self): return a\nc = C()", "c.m()", "c a"),
        ("a = 1\nclass B:\n    def m(self): return a\nclass C(B): pass\nc = C()", "c.m()", "c a"),
        ("a = 1\nclass C:\n    @staticmethod\n    def s(): return a\n    @property\n    def p(self): return b\nb = 2",
         "C.s()", "C a b"),
        ("a = 1\nclass C:\n    def m(self): return a\nm = C().m", "m()", "m a"),
        ("from functools import partial\na = 1\ndef g(x): return a\nf = partial(g, 2)", "f()", "f a"),
        ("from functools import lru_cache\na = 1\n@lru_cache\ndef f(): return a", "f()", "f a"),
        ("from functools import wraps\na = 1\ndef d(f):\n    @wraps(f)\n    def w(): return f() + a\n    return w\n"
         "@d\ndef g(): return b\nb = 2", "g()", "g a b"),
        ("a = 1\ndef g(): return a\nsteps = {'one': [g]}", "steps['one'][0]()", "steps a"),
        ("a = 1\ndef g(): return a\nclass C: pass\nc = C(); c.inner = C(); c.inner.f = g", "c.inner.f()", "c a"),
        ("a = 1\ndef f(x=None):\n    return x\nf.extra = lambda: a", "f()", "f a"),
        ("a = 1\ndef outer():\n    def inner(): return a\n    return inner\nf = outer()", "f()", "f a"),
        ("import math\na = 1\ndef f(): return math.pi * a", "f()", "f math a"),
        ("a = 1\nb = 2\ndef f():\n    global a\n    a = 1\n    return b", "f()", "f b"),
        ("a = 1\ndef f(df): return df.query('x > @a')", "f(0)", "f a"),
        ("a = 1\ndef f(): return eval('a')", "f()", "f a"),
        ("a = 1\ndef f(): return globals()['a']", "f()", "f a"),
        ("from dataclasses import dataclass\na = 1\n@dataclass\nclass D:\n    x: int\n    def m(self): return a\n"
         "d = D(1)", "d.m()", "d a"),
    ],
)  # fmt: skip
def test_what_the_code_behind_a_name_reads_is_sent_too(setup: str, cell: str, needed: str, tmp_path: Path) -> None:
    namespace = notebook(setup)
    captured = capture(cell, namespace)
    assert set(captured.inputs) == set(needed.split())
    blobs = BlobFolder(tmp_path)
    packed = pack(captured.inputs, blobs, Settings(), namespace=namespace)
    there: dict[str, Any] = {"__name__": "__main__"}
    there.update(unpack(packed, blobs, namespace=there))
    if "query" not in setup:
        assert eval(cell, there) == eval(cell, namespace)


def test_what_a_function_reads_is_not_sent_if_the_cell_has_set_it_by_then() -> None:
    namespace = notebook("df = 1\ndef f(): return g()\ndef g(): return df, other\nother = 2")
    assert sent("df = 2\nf()", namespace) == {"f", "g", "other"}
    assert sent("f()\ndf = 2\nf()", namespace) == {"f", "g", "other", "df"}
    assert sent("g()\ndf = 2\nf()", namespace) == {"f", "g", "other", "df"}


def test_why_a_name_is_sent_is_told() -> None:
    captured = capture("f()", notebook("a = 1\ndef f(): return a"))
    assert entry(captured, "a").why == "read by f"
    assert [entry.name for entry in captured.manifest.entries] == ["f", "a"]


# modules


def test_modules_and_what_they_have_travel_as_imports() -> None:
    namespace = notebook("import numpy as np\nfrom collections import OrderedDict\nimport math")
    captured = capture("np.zeros(3), OrderedDict, math.pi", namespace)
    assert {entry.how for entry in captured.manifest.entries} == {"import"}
    assert "numpy" in entry(captured, "np").why
    assert captured.local_modules == ()


def test_submodules_that_another_cell_imported_come_along(tmp_path: Path) -> None:
    namespace = notebook("import xml.dom.minidom\nimport xml")
    captured = capture("xml.dom.minidom.parseString('<a/>')", namespace)
    blobs = BlobFolder(tmp_path)
    packed = pack(captured.inputs, blobs, Settings(), namespace=namespace)
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith("xml.dom")}
    try:
        there = unpack(packed, blobs, namespace={})
        assert there["xml"] is sys.modules["xml"]
        assert "xml.dom.minidom" in sys.modules
    finally:
        sys.modules.update(hidden)


def test_local_modules_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_helpers.py").write_text("def f(): return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    captured = capture("h.f(), g()", notebook("import my_helpers as h\nfrom my_helpers import f as g"))
    assert captured.local_modules == ("my_helpers",)
    assert "local source" in entry(captured, "h").why
    assert entry(captured, "g").how == "import"
    sys.modules.pop("my_helpers")


# IPython's names


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    with a_shell() as shell:
        yield shell


def test_what_ipython_provides_stays_at_home(shell: Any) -> None:
    captured = capture("get_ipython(), display(1), open, exit, __name__, __builtins__", shell.user_ns)
    assert captured.inputs == {}
    assert captured.needs_shell
    assert entry(captured, "get_ipython").how == "skipped"


def test_a_replaced_display_is_sent(shell: Any) -> None:
    namespace = {**shell.user_ns, "display": len}
    assert sent("display([1])", namespace) == {"display"}


def test_outputs_are_sent_as_far_as_they_are_used(shell: Any) -> None:
    lock = threading.Lock()
    namespace = {**shell.user_ns, "Out": {1: "one", 2: lock, 3: "three"}, "_": 5, "__": 6, "_3": "three"}
    captured = capture("Out[1] + _3, _ + __", namespace)
    assert captured.inputs == {"Out": {1: "one"}, "_3": "three", "_": 5, "__": 6}


def test_the_shell_is_needed_when_a_function_calls_it() -> None:
    namespace = notebook("def f():\n    get_ipython().system('echo {a}')\na = 1")
    captured = capture("f()", namespace)
    assert captured.needs_shell
    assert set(captured.inputs) == {"f", "a"}
    assert not capture("a", namespace).needs_shell


def test_the_shell_itself_is_that_of_the_other_side(shell: Any) -> None:
    captured = capture("ip.system('ls {word}')", {"ip": shell, "word": "x"})
    assert set(captured.inputs) == {"ip", "word"}
    assert captured.needs_shell
    assert pickle.loads(pickle.dumps(captured.inputs["ip"])) is get_ipython()  # type: ignore[no-untyped-call]


def test_what_may_be_looked_up_by_any_name_is_sent_or_explains_itself() -> None:
    namespace = notebook("a = 1; b = [2]; lock = __import__('threading').Lock()")
    captured = capture("globals()[name]", {**namespace, "name": "a"})
    assert {"a", "b", "name", "lock"} <= set(captured.inputs)
    assert isinstance(captured.inputs["lock"], Sent)
    assert entry(captured, "lock").how == "skipped"
    listed = capture("dir()", namespace)
    assert listed.inputs["b"] is None
    assert {"a", "b", "lock"} <= set(listed.inputs)


def test_what_a_magic_of_the_notebook_reads_is_sent() -> None:
    namespace = notebook("base = 10\ndef add(line): return base + int(line)")
    captured = capture(transform("%add 5"), namespace, magics=lambda _: {"%add": namespace["add"]})
    assert set(captured.inputs) == {"base"}


def test_magics_that_belong_to_the_kernel_are_refused() -> None:
    with pytest.raises(CaptureError, match=r"%reset clears .*: put it in a cell of its own, without %%remote"):
        capture(transform("%reset -f"), {})


def test_magics_and_shell_lines() -> None:
    namespace = notebook("a = 1; b = 2; c = 3; lock = __import__('threading').Lock()")
    source = transform("%time a\n!echo {b} {lock}\n")
    captured = capture(source, namespace)
    assert set(captured.inputs) == {"a", "b"}
    assert entry(captured, "lock").how == "skipped"


# refusals


def test_a_missing_name_is_refused_with_its_line() -> None:
    with pytest.raises(NameError, match=r"name 'missing' is not defined \(cell line 4: y = missing \+ 1\)") as caught:
        capture("x = 1\n\ny = missing + 1", notebook(), first_line=2)
    error: Any = caught.value
    assert (type(error), error.name, error.lineno, error.text) == (NameError, "missing", 4, "y = missing + 1")


@pytest.mark.parametrize(
    "cell",
    [
        "try: missing\nexcept NameError: pass",
        "if False: missing",
        "def f(): return missing",
        "[missing for _ in ()]",
        "setup()\nmodel",
        "from math import *\nsin(1)",
        "exec('missing = 1')\nmissing",
        "inject()\nmissing",
    ],
)
def test_what_may_run_is_not_refused(cell: str) -> None:
    namespace = notebook("def setup():\n    global model\n    model = 1", "def inject(): globals()['missing'] = 1")
    assert capture(cell, namespace).problems == ()


def test_several_missing_names_give_the_first_of_the_text() -> None:
    with pytest.raises(NameError, match="'b'"):
        capture("b\na", notebook())


@pytest.mark.parametrize("name", ["__name__", "print", "get_ipython", "display", "exit"])
def test_names_that_every_worker_has(name: str) -> None:
    assert sent(name, notebook()) == set()


def test_what_cannot_travel_is_refused_with_its_path(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as file:
        namespace = notebook("class Log: pass\nmodel = Log(); model.log = Log()")
        namespace["model"].log.handlers = [file]
        with pytest.raises(UnpicklableError, match=r"model\.log\.handlers\[0\].* is an open file") as caught:
            capture("model.fit()", namespace)
        assert "'model'" in str(caught.value)
        assert sent("other = 1", namespace) == set()


def test_what_cannot_travel_behind_a_function_is_refused_too() -> None:
    namespace = notebook("import threading\nlock = threading.Lock()\ndef f():\n    with lock: pass")
    with pytest.raises(UnpicklableError, match="'lock', which f reads,"):
        capture("f()", namespace)


def test_all_that_cannot_travel_is_told_at_once() -> None:
    namespace = notebook("import threading\na = threading.Lock(); b = (x for x in 'x')")
    with pytest.raises(UnpicklableError, match=r"a is a lock(.|\n)*b is a generator"):
        capture("a, b", namespace)


def test_what_is_only_deleted_may_be_anything() -> None:
    captured = capture("del lock", notebook(lock=threading.Lock()))
    assert captured.inputs == {"lock": None}
    assert entry(captured, "lock").how == "skipped"


def test_a_value_that_a_function_reads_is_sent_although_the_cell_only_deletes_it() -> None:
    assert capture("f()\ndel a", notebook("a = [1]\ndef f(): return a")).inputs["a"] == [1]


def test_a_left_over_that_the_cell_sets_itself_is_no_reason_to_refuse() -> None:
    captured = capture("try: f = open(p)\nfinally: f.close()", notebook(f=threading.Lock(), p="x"))
    assert set(captured.inputs) == {"p"}
    assert entry(captured, "f").how == "skipped"


def test_the_whole_namespace_is_refused() -> None:
    namespace = notebook()
    namespace["everything"] = namespace
    with pytest.raises(UnpicklableError, match="whole namespace"):
        capture("everything['a']", namespace)


def test_a_dry_run_collects_what_it_would_refuse() -> None:
    captured = capture("lock, missing, fine", notebook(lock=threading.Lock(), fine=1), refuse=False)
    assert {type(problem) for problem in captured.problems} == {NameError, UnpicklableError}
    assert entry(captured, "lock").how == "refused"
    assert entry(captured, "missing").why == "not defined"
    assert captured.inputs == {"fine": 1}


def test_tensors_on_devices_that_the_worker_lacks() -> None:
    code = "class Tensor:\n    def __init__(self, device): self.device = device\n"
    namespace: dict[str, Any] = {"__name__": "torch.fake"}
    exec(code, namespace)
    tensor = namespace["Tensor"]("cuda:0")
    cell = notebook(weights=[tensor])
    with pytest.raises(UnpicklableError, match=r"weights\[0\] is a tensor on cuda:0"):
        capture("weights", cell, devices=["cpu"])
    assert sent("weights", cell, devices=["cpu", "cuda"]) == {"weights"}
    assert sent("weights", cell) == {"weights"}


# --out


def test_names_wanted_back() -> None:
    namespace = notebook("a = 1; b = 2")
    assert sent("c = a", namespace, out=["c"]) == {"a"}
    assert sent("c = 1", namespace, out=["b"]) == {"b"}
    assert sent("if a: b = 3", namespace, out=["b"]) == {"a", "b"}
    assert sent("c = 1", namespace, out=["lr"], given=["lr"]) == set()
    with pytest.raises(CaptureError, match="--out missing"):
        capture("c = a", namespace, out=["missing"])
    assert sent("exec('missing = 1')", namespace, out=["missing"]) == set()


# the manifest


def test_sizes_and_types_are_told_without_a_copy() -> None:
    array = np.zeros((1000, 100))
    captured = capture("a, t, n", notebook(a=array, t="x" * 50, n=1))
    found = entry(captured, "a")
    assert array.nbytes <= found.size < array.nbytes + 1000
    assert found.type == "ndarray 1000\N{MULTIPLICATION SIGN}100 float64"
    assert captured.inputs["a"] is array
    assert 50 <= entry(captured, "t").size < 80
    assert captured.manifest.size > array.nbytes


def test_secrets_are_warned_about() -> None:
    captured = capture("call(key)", notebook("def call(k): pass", key="AKIAIOSFODNN7EXAMPLE"))
    warning = entry(captured, "key").warning
    assert "AWS" in warning
    assert "AKIA" not in warning


def test_hostile_values_are_refused_and_do_not_get_out() -> None:
    namespace = notebook(
        "class Bad:\n    def __reduce__(self): raise RuntimeError('no')\n    def __repr__(self): raise ValueError",
        "bad = Bad()",
    )
    with pytest.raises(UnpicklableError, match=r"bad.*no"):
        capture("bad", namespace)
