"""Places of modules around one task: as its inputs say, read back after it, and as before for the next."""

from __future__ import annotations

import string
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cellburst.cells import versions
from cellburst.cells.imports import Observer
from cellburst.cells.patches import LOOKS
from cellburst.payload import hand_made, originals
from cellburst.worker import places as module_places
from cellburst.worker import stale_modules
from cellburst.worker.places import ModulePlaces
from tests.unit.cells.projects import forgotten, write
from tests.unit.untouched import forget_changes, new_observer

Namespace = dict[str, Any]


class Task:
    """One cell in a namespace that has inputs."""

    def __init__(self, **inputs: Any) -> None:
        self.namespace: Namespace = {"__name__": "__main__", **inputs.pop("places", {}), **inputs}
        self.places = ModulePlaces()
        self.seen: set[str] = set()

    def run(self, source: str) -> Namespace:
        """Execute it; what is at places afterwards."""
        self.places.enter(self.namespace, source, single=True)
        self.places.hide(self.namespace)
        assert not [name for name in self.namespace if ":" in name]
        exec(source, self.namespace)
        self.states = self.places.show(self.namespace)
        return {name: value for name, value in self.namespace.items() if ":" in name}


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> Observer:
    """As in a worker, with nothing known from other tests."""
    observer = new_observer(monkeypatch)
    for module in (module_places, stale_modules):
        monkeypatch.setattr(module, "observer", observer)
    for function in (versions.before, versions.happened, versions.forget_with_dependents):
        monkeypatch.setattr(function, "__defaults__", (observer,))
    forget_changes(monkeypatch)
    monkeypatch.setattr(versions.role, "aligned", True)
    return observer


def test_a_patch_is_there_for_the_task_and_gone_after_it() -> None:
    original = string.capwords
    task = Task(places={"string:capwords": len, "string:extra": 3})
    after = task.run("import string\nfound = string.capwords('abc'), string.extra")
    assert task.namespace["found"] == (3, 3)
    assert after["string:capwords"] is len
    assert originals.reduce(original) == (originals.original, ("string:capwords",))
    task.places.restore()
    assert string.capwords is original
    assert not hasattr(string, "extra")
    assert not originals.active()


def test_what_the_cell_patches_is_seen_and_undone() -> None:
    original = textwrap.dedent
    task = Task()
    after = task.run("import textwrap\ndef mine(s): return 'x'\ntextwrap.dedent = mine\ntextwrap.new = [1]\n")
    assert after["textwrap:dedent"] is task.namespace["mine"]
    assert after["textwrap:new"] == [1]
    task.places.restore()
    assert textwrap.dedent is original
    assert not hasattr(textwrap, "new")


def test_what_is_deleted() -> None:
    original = textwrap.dedent
    task = Task(places={LOOKS: (("textwrap:fill",), ("textwrap:dedent",), (), {})})
    after = task.run("import textwrap\ngone = not hasattr(textwrap, 'fill')\ndel textwrap.dedent")
    assert task.namespace["gone"]
    assert "textwrap:dedent" not in after
    task.places.restore()
    assert textwrap.dedent is original
    assert callable(textwrap.fill)


def test_names_that_only_the_running_cell_knows() -> None:
    task = Task()
    after = task.run("import textwrap\ndef f(): pass\nfor n in ('one', 'two'): setattr(textwrap, n, f)")
    assert after == {"textwrap:one": task.namespace["f"], "textwrap:two": task.namespace["f"]}
    task.places.restore()
    assert not hasattr(textwrap, "one")


def test_a_container_of_a_library_is_changed_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ["own"]
    monkeypatch.setattr(textwrap, "found", own, raising=False)
    task = Task(places={"textwrap:found": ["own", "kernel's"]})
    after = task.run("import textwrap\ntextwrap.found.append('task')")
    assert after["textwrap:found"] is own
    assert own == ["own", "kernel's", "task"]
    task.places.restore()
    assert own == ["own"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with forgotten():
        monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
        yield tmp_path


def test_the_state_of_a_local_module(project: Path, own: Observer) -> None:
    write(project, mine="n = 0\nitems = []\nWHEN = 1\ndef bump():\n    global n\n    n += 1\n    items.append(n)")
    items = [1]
    task = Task(places={"mine:n": 1, "mine:items": items, LOOKS: ((), (), (), {"mine:WHEN": 5})}, alias=items)
    after = task.run("import mine\nmine.bump()\nfound = mine.WHEN, mine.items is alias")
    assert task.namespace["found"] == (5, True)
    assert after["mine:n"] == 2
    assert after["mine:items"] is items
    task.places.restore()
    mine: Any = sys.modules["mine"]
    assert (mine.n, mine.items, mine.WHEN) == (0, [], 1)
    assert not own.loaded()["mine"].is_dirty


def test_a_local_module_that_a_task_imports(project: Path, own: Observer) -> None:
    write(project, mine="n = 0\nfixed = [1]\ndef bump():\n    global n\n    n += 1")
    task = Task()
    after = task.run("import mine\nmine.bump()")
    assert after == {"mine:n": 1}
    assert [(step.what, step.version[0]) for step in task.states["modules"].steps] == [("import", "mine")]
    task.places.restore()
    assert own.loaded()["mine"].is_dirty


def test_another_kernels_module_is_forgotten(project: Path, own: Observer, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, mine="print('loads')")
    Task().run("import mine")
    assert "mine" in own.loaded()
    monkeypatch.setattr(versions.role, "aligned", False)  # the next kernel has no local modules
    Task().run("pass")
    assert "mine" not in sys.modules


def test_a_function_finds_what_is_on_disk(project: Path, own: Observer) -> None:
    write(project, mine="x = 1", kept="y = 1")
    Task().run("import mine, kept")
    write(project, mine="x = 22")
    stale_modules.LocalModules().before_run("function")
    assert "mine" not in sys.modules
    assert "kept" in sys.modules


def test_a_module_made_by_hand() -> None:
    task = Task()
    after = task.run("import sys, types\nm = sys.modules['by_hand'] = types.ModuleType('by_hand')\nm.x = [1]")
    assert after[":by_hand"] is task.namespace["m"]
    assert after["by_hand:x"] == [1]
    assert hand_made.travelling == {"by_hand"}
    task.places.restore()
    assert "by_hand" not in sys.modules
    assert not hand_made.travelling
