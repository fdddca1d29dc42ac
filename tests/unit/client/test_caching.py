"""What makes two tasks the same to the result cache, and what does not."""

from __future__ import annotations

import enum
import importlib
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from cellburst.client.caching import environment
from cellburst.client.caching.code import knows_its_place, source_digest
from cellburst.client.caching.modules import may_use_task, reached_from
from cellburst.client.caching.objects import Seen, object_digest
from cellburst.client.caching.params import ParamDigests, point_digests, task_keys
from cellburst.sweeps.build import build
from cellburst.sweeps.options import SweepOptions

Namespace = dict[str, Any]


def digest(value: object, namespace: Namespace | None = None) -> bytes:
    return object_digest(value, namespace, Seen())


def defined(source: str, filename: str = "<one>") -> Namespace:
    """What a notebook's cell leaves."""
    namespace: Namespace = {"__name__": "__main__"}
    exec(compile(textwrap.dedent(source), filename, "exec"), namespace)
    return namespace


def same_code(one: str, other: str) -> bool:
    return source_digest(textwrap.dedent(one)) == source_digest(textwrap.dedent(other))


def test_comments_blank_lines_and_quotes_make_no_difference() -> None:
    assert same_code("a = 'x'\nb = a", '# what\n\na = "x"  # now\n\n\nb = (a)')
    assert not same_code("a = 'x'", "a = 'y'")
    assert not same_code("a = 1", "a = 1.0")
    assert source_digest("a") != source_digest("a", 1)


@pytest.mark.parametrize(
    ("source", "placed"),
    [
        ("task.seed + C", False),
        ("task.log(a=1); task.progress(0.5); task.params['C']", False),
        ("task.index", True),
        ("f(task)", True),
        ("t = task; t.seed", True),
        ("C", False),
    ],
)
def test_a_cell_that_may_see_its_number_is_found(source: str, placed: bool) -> None:
    assert knows_its_place(source) is placed


FUNCTION = """
    def f(x, y=2):
        return [z + y for z in x if z in {"a", "b"}]
"""


def test_a_function_is_the_same_in_another_cell() -> None:
    one, other = defined(FUNCTION), defined("\n\n# moved\n" + textwrap.dedent(FUNCTION), "/tmp/ipykernel_7/8.py")
    assert digest(one["f"], one) == digest(other["f"], other)


@pytest.mark.parametrize(
    "change",
    [("y=2", "y=3"), ("z + y", "z - y"), ('"b"', '"c"'), ("(x, y", "(z, y"), ("def f", "def g")],
)
def test_a_function_that_does_something_else_is_another(change: tuple[str, str]) -> None:
    one, other = defined(FUNCTION), defined(FUNCTION.replace(*change))
    assert digest(one["f"], one) != digest(other.get("f", other.get("g")), other)


def test_a_closure_counts_by_what_it_holds() -> None:
    source = "def make(n):\n    def f():\n        return n\n    return f\nf = make({})"
    one, same, other = (defined(source.format(n)) for n in (1, 1, 2))
    assert digest(one["f"], one) == digest(same["f"], same) != digest(other["f"], other)


CLASS = """
    class Model:
        rate = 0.1

        def fit(self):
            return self.rate
    model = Model()
    model.n = 3
"""


def test_classes_and_instances_count_by_their_content() -> None:
    one, same = defined(CLASS), defined("\n\n" + textwrap.dedent(CLASS), "<two>")
    for change in (("rate = 0.1", "rate = 0.2"), ("self.rate", "-self.rate"), ("n = 3", "n = 4")):
        other = defined(CLASS.replace(*change))
        assert digest(one["model"], one) != digest(other["model"], other)
    assert digest(one["Model"], one) == digest(same["Model"], same)
    assert digest(one["model"], one) == digest(same["model"], same)


def test_enumerations_can_be_told_apart() -> None:
    source = "import enum\nclass Kind(enum.Enum):\n    A = 1\n    B = {}\nkind = Kind.B"
    one, same, other = (defined(source.format(n)) for n in (2, 2, 3))
    assert digest(one["kind"], one) == digest(same["kind"], same) != digest(other["kind"], other)


def test_large_arrays_count_by_their_bytes() -> None:
    array = np.arange(100_000.0)
    changed = array.copy()
    changed[77] += 1
    assert digest(array) == digest(array.copy()) != digest(changed)
    assert digest(array) != digest(array.reshape(10, -1))


def test_objects_that_share_a_part_are_not_those_that_have_equal_ones() -> None:
    shared: list[int] = []
    assert digest([shared, shared]) != digest([[], []])
    words = {"a"}
    assert digest([words, words]) != digest([{"a"}, {"a"}])


def test_sets_are_equal_in_every_process() -> None:
    script = (
        "from cellburst.client.caching.objects import Seen, object_digest\n"
        "words = {'alpha', 'beta', 'gamma', 'delta'}\n"
        "pairs = {('a', 1), ('b', (2, 'c'))}\n"
        "print(object_digest([words, frozenset(words), {1, 2.5, None}, pairs], None, Seen()).hex())\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1
    assert digest({"a", "b"}) != digest({"a", "c"}) != digest(frozenset({"a", "c"}))
    assert digest({1, 2}) != digest({"1", "2"})
    assert digest({(1, 2)}) != digest({("1", 2)})


def test_names_in_code_and_modules_that_are_referred_to_are_noticed() -> None:
    seen = Seen()
    namespace = defined("import textwrap\ndef f(x):\n    return (lambda: task.index)()")
    object_digest([namespace["f"], textwrap, textwrap.dedent, enum.Enum], namespace, seen)
    assert {"task", "index"} <= seen.names
    assert {"textwrap", "enum"} <= seen.modules


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user's modules: `own_top` imports `own_helper`, and there is the package `own_package`."""
    (tmp_path / "own_top.py").write_text("import os, own_helper as h\n")
    (tmp_path / "own_helper.py").write_text("def f():\n    from own_package.part import g\n    return g\n")
    (tmp_path / "own_package").mkdir()
    (tmp_path / "own_package" / "__init__.py").write_text("")
    (tmp_path / "own_package" / "part.py").write_text("g = 1\n")
    (tmp_path / "own_other.py").write_text("a = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("changed", ["own_top.py", "own_helper.py", "own_package/part.py"])
def test_an_own_module_counts_with_all_that_it_imports(own: Path, changed: str) -> None:
    before = reached_from(["own_top", "os", "numpy.linalg"])
    assert before == reached_from(["own_top"])
    (own / changed).write_text((own / changed).read_text() + "# another\n")
    assert reached_from(["own_top"]) != before


def test_modules_that_are_not_reached_do_not_count(own: Path) -> None:
    before = reached_from(["own_helper"])
    for name in ("own_top.py", "own_other.py"):
        (own / name).write_text("b = 2\n")
    assert reached_from(["own_helper"]) == before


def test_names_that_are_no_modules_are_nothing() -> None:
    assert reached_from(["no_such_module", "", "sys", "cellburst.client"]) == reached_from([])


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("import cellburst\nrun = cellburst.runs\n", False),
        ("import cellburst as c\ndef f():\n    return c.task.index\n", True),
        ("from cellburst import task\n", True),
        ("a = 1\n", False),
    ],
)
def test_an_own_module_with_the_task_at_hand_may_know_its_place(
    own: Path, monkeypatch: pytest.MonkeyPatch, source: str, uses: bool
) -> None:
    (own / "own_helper.py").write_text(source)
    importlib.invalidate_caches()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    try:
        importlib.import_module("own_helper")
        reached = reached_from(["own_top"])
        assert "own_helper" in reached.tops
        assert may_use_task(reached.tops) is uses
    finally:
        del sys.modules["own_helper"]


def test_the_environment_counts_by_what_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "_package_folders", lambda: [str(tmp_path)])
    empty = environment.environment_digest()
    (tmp_path / "pack-1.0.dist-info").mkdir()
    first = environment.environment_digest()
    (tmp_path / "pack-1.0.dist-info").rename(tmp_path / "pack-1.1.dist-info")
    second = environment.environment_digest()
    (tmp_path / "pack-1.1.dist-info" / "direct_url.json").write_text('{"commit": "1"}')
    os.utime(tmp_path)
    assert len({empty, first, second, environment.environment_digest()}) == 4


def keys(params: dict[str, Any], over: Any = None, *, numbered: bool = False, placed: bool = False) -> list[bytes]:
    sweep, view = build(SweepOptions(params=params, over=over))
    points = point_digests(sweep, view.count, ParamDigests(digest))
    made = task_keys(b"base", points, numbered=numbered, placed=placed)
    return [made[place : place + 16] for place in range(0, len(made), 16)]


def test_a_point_keeps_its_key_in_another_sweep() -> None:
    small = keys({"a": [1, 2], "b": ["x"]})
    large = keys({"b": ["y", "x"], "a": [3, 2, 1]})
    rows = keys({}, [{"b": "x", "a": 1}, {"a": 2, "b": "x"}])
    assert set(small) < set(large)
    assert rows == small


def test_where_the_place_counts_it_is_in_the_key() -> None:
    assert len(set(keys({"a": [1, 1, 1]}))) == 1
    assert len(set(keys({"a": [1, 1, 1]}, numbered=True))) == 3
    assert keys({"a": [1, 1]}, numbered=True)[0] == keys({"a": [1, 1, 1]}, numbered=True)[0]
    assert keys({"a": [1, 1]}, placed=True)[0] != keys({"a": [1, 1, 1]}, placed=True)[0]


def test_a_hundred_thousand_keys_take_far_less_than_five_seconds() -> None:
    sweep, view = build(SweepOptions(over=[{"a": n, "b": str(n), "c": n / 3} for n in range(100_000)]))
    start = time.process_time()
    found = task_keys(b"", point_digests(sweep, view.count, ParamDigests(digest)), numbered=False, placed=False)
    assert time.process_time() - start < 3
    assert len({found[place : place + 16] for place in range(0, len(found), 16)}) == 100_000


def test_code_of_functions_is_read_deeply() -> None:
    outer = defined("def f():\n    def g():\n        return secret_name\n    return g")["f"]
    assert isinstance(outer, FunctionType)
    seen = Seen()
    object_digest(outer, None, seen)
    assert "secret_name" in seen.names


def test_globals_of_exec_can_be_told_apart() -> None:
    one, same, other = ({"scope": defined(f"a = {n}")} for n in (1, 1, 2))
    assert digest(one, one) == digest(same, same) != digest(other, other)


def test_type_variables_count_by_what_they_are() -> None:
    source = "import typing\nT = typing.TypeVar('T', bound={})\nclass Box(typing.Generic[T]):\n    pass"
    one, same, other = (defined(source.format(kind)) for kind in ("int", "int", "str"))
    assert digest(one["Box"], one) == digest(same["Box"], same) != digest(other["Box"], other)
