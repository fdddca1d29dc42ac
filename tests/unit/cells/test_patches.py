"""What a notebook has changed of modules, as it is found for the next cell."""

from __future__ import annotations

import importlib
import string
import sys
import textwrap
from collections import abc
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cellburst.cells import patches
from cellburst.cells.capture import capture
from cellburst.cells.imports import Observer
from cellburst.cells.patches import LOADED, LOOKS, Book, Patched
from cellburst.errors import CaptureError, UnpicklableError
from tests.unit.cells.projects import forgotten, write
from tests.unit.untouched import forget_changes, new_observer

_MISSING = object()


class Notebook:
    """Plain cells, and what is found after them."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.inputs: list[str] = [""]
        self.book = Book()

    def run(self, cell: str) -> None:
        self.inputs.append(cell)
        exec(cell, self.namespace)

    def look(self) -> Patched:
        return self.book.look(self.inputs, self.namespace)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Observer:
    """An observer that knows the modules of this test only."""
    observer = new_observer(monkeypatch)
    monkeypatch.setattr(patches, "observer", observer)
    monkeypatch.setattr(patches.versions.loaded_here, "__defaults__", (observer,))
    return observer


@pytest.fixture
def notebook(own: Observer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """With a few places of the standard library put back at the end."""
    forget_changes(monkeypatch)
    kept = {(owner, name): vars(owner).get(name, _MISSING) for owner in (string, textwrap) for name in _NAMES}
    yield Notebook()
    for (owner, name), value in kept.items():
        if value is not _MISSING:
            setattr(owner, name, value)
        elif name in vars(owner):
            delattr(owner, name)


_NAMES = ("capwords", "dedent", "extra", "Formatter", "a", "b")


def test_a_patched_function(notebook: Notebook) -> None:
    notebook.run("import string")
    assert not notebook.look().values
    notebook.run("def mine(s): return orig(s)\norig = string.capwords\nstring.capwords = mine\nstring.extra = 3")
    assert notebook.look().values == {"string:capwords": notebook.namespace["mine"], "string:extra": 3}


def test_what_it_reads_is_needed(notebook: Notebook) -> None:
    notebook.run("import string as st\nfactor = 2\ndef mine(s): return orig(s) * factor\norig = st.capwords")
    notebook.run("st.capwords = mine\nunused = 5")
    captured = capture("1 + 1", notebook.namespace, patched=notebook.look())
    assert set(captured.inputs) == {"string:capwords", "orig", "factor"}
    (entry,) = (entry for entry in captured.manifest.entries if ":" in entry.name or "." in entry.name)
    assert (entry.name, entry.why) == ("string.capwords", "changed in its module")


def test_a_restored_one_does_not_travel(notebook: Notebook) -> None:
    notebook.run("import string\norig = string.capwords\nstring.capwords = len\nstring.capwords = orig")
    found = notebook.look()
    assert not found.values
    assert found.unchanged == {"string:capwords"}


def test_a_deleted_one(notebook: Notebook) -> None:
    notebook.run("import string\ndel string.capwords")
    assert notebook.look().deleted == {"string:capwords"}


def test_a_function_that_will_patch_is_known_before_it_is_called(notebook: Notebook) -> None:
    notebook.run("def install():\n    string.capwords = len")
    assert not notebook.look().unchanged
    notebook.run("import string")
    assert notebook.look().unchanged == {"string:capwords"}


@pytest.mark.parametrize(
    "cell",
    [
        "for name in ('a', 'b'): setattr(string, name, mine)",
        "def patch(module):\n    module.a = mine\n    module.b = mine\npatch(string)",
        "vars(string).update(a=mine, b=mine)",
    ],
)
def test_names_that_only_the_running_cell_knew(notebook: Notebook, cell: str) -> None:
    notebook.run(f"import string\ndef mine(): pass\n{cell}")
    assert set(notebook.look().values) >= {"string:a", "string:b"}


def test_a_method_and_a_class(notebook: Notebook) -> None:
    notebook.run("from string import Formatter\nFormatter.total = classmethod(lambda cls: 1)")
    try:
        assert set(notebook.look().values) == {"string:Formatter.total"}
    finally:
        del string.Formatter.total  # type: ignore[attr-defined]


def test_classes_of_the_notebook_are_no_places(notebook: Notebook) -> None:
    notebook.run("class A: pass\nA.x = 1\na = A()\na.y = 2\nitems = []\nitems.append(1)")
    assert notebook.look() == Patched()


def test_what_others_add_to_pandas(notebook: Notebook) -> None:
    pd = pytest.importorskip("pandas")
    notebook.run(
        "import pandas as pd\n@pd.api.extensions.register_dataframe_accessor('geo')\n"
        "class Geo:\n    def __init__(self, df): self.df = df"
    )
    try:
        assert set(notebook.look().values) == {"pandas:DataFrame.geo"}
    finally:
        del pd.DataFrame.geo


def test_containers_of_libraries(notebook: Notebook) -> None:
    notebook.run("import textwrap\ntextwrap.extra = []")
    notebook.run("textwrap.extra.append(3)")
    assert notebook.look().values["textwrap:extra"] == [3]


def test_a_registered_class(notebook: Notebook) -> None:
    notebook.run("from collections import abc\nclass Row: pass\nabc.Sequence.register(Row)")
    row = notebook.namespace["Row"]
    assert issubclass(row, abc.Sequence)
    assert notebook.look().values == {"collections.abc:Sequence@register": {row: row}}


def test_a_module_made_by_hand(notebook: Notebook) -> None:
    notebook.run(
        "import sys, types\nsys.modules['by_hand'] = types.ModuleType('by_hand')\nsys.modules['by_hand'].x = 3"
    )
    try:
        found = notebook.look().values
        assert isinstance(found[":by_hand"], ModuleType)
        assert found["by_hand:x"] == 3
    finally:
        del sys.modules["by_hand"]


def test_states_have_no_places(notebook: Notebook) -> None:
    notebook.run("import sys, os, warnings\nsys.ps1 = 'x'\nos.environ['A_TEST'] = '1'\nsys.path.append('x')")
    sys.path.remove("x")
    assert notebook.look() == Patched()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path``."""
    with forgotten():
        monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
        yield tmp_path


def test_the_state_of_a_local_module(notebook: Notebook, project: Path) -> None:
    write(project, mine="n = 0\nitems = []\ndef bump():\n    global n\n    n += 1\n    items.append(n)")
    notebook.run("import mine")
    found = notebook.look()
    assert not found.values
    assert found.fresh == {"mine:n": 0, "mine:items": []}
    assert [version[0] for version in found.loaded] == ["mine"]
    assert set(found.inputs()) == {LOADED, LOOKS}
    notebook.run("mine.bump()")
    found = notebook.look()
    assert found.values == {"mine:n": 1, "mine:items": [1]}
    assert found.values["mine:items"] is notebook.namespace["mine"].items


def test_what_a_module_holds_and_the_cell_reads_is_one_object(notebook: Notebook, project: Path) -> None:
    write(project, mine="CONFIG = {'a': [1]}\nOTHER = [2]")
    notebook.run("from mine import CONFIG")
    captured = capture("CONFIG", notebook.namespace, patched=notebook.look())
    assert captured.inputs["mine:CONFIG"] is captured.inputs["CONFIG"]
    assert "mine:OTHER" not in captured.inputs


def test_a_module_that_patches_another(notebook: Notebook, project: Path) -> None:
    write(project, mine="import string\ndef install():\n    string.capwords = len")
    notebook.run("import mine")
    assert notebook.look().unchanged == {"string:capwords"}
    notebook.run("mine.install()")
    assert notebook.look().values["string:capwords"] is len


def test_a_module_whose_version_is_lost_is_refused(
    notebook: Notebook, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, mine="def f(): return 1")
    with monkeypatch.context() as unseen:
        others = [finder for finder in sys.meta_path if not isinstance(finder, Observer)]
        unseen.setattr(sys, "meta_path", others)
        mine = importlib.import_module("mine")
    write(project, mine="def f(): return 22")
    monkeypatch.setattr(patches.observer, "_earlier", {"mine": mine})
    notebook.namespace["mine"] = mine
    with pytest.raises(CaptureError, match=r"importlib\.reload\(mine\)"):
        capture("mine.f()", notebook.namespace, patched=notebook.look())
    assert capture("1", notebook.namespace, patched=notebook.look()).problems == ()


def test_what_cannot_travel_is_refused_where_the_cell_uses_it_and_said_elsewhere(notebook: Notebook) -> None:
    notebook.run("import string, threading\nstring.extra = threading.Lock()")
    with pytest.raises(UnpicklableError, match=r"string:extra|string\.extra"):
        capture("string.extra", notebook.namespace, patched=notebook.look())
    captured = capture("1 + 1", notebook.namespace, patched=notebook.look())
    assert "string:extra" not in captured.inputs
    (entry,) = captured.manifest.entries
    assert "string.extra" in entry.warning
    assert "lock" in entry.warning


def test_each_cell_is_read_once(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    of_source = patches.stores.of_source
    monkeypatch.setattr(patches.stores, "of_source", lambda source: read.append(source) or of_source(source))
    notebook.run("x = 1")
    notebook.look()
    notebook.run("y = 2")
    notebook.look()
    notebook.look()
    assert read == ["", "x = 1", "y = 2"]
