"""The kernel's versions of local modules in a worker, and what a cell did to them in the kernel."""

from __future__ import annotations

import importlib
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cellburst.cells import versions
from cellburst.cells.imports import Observer
from tests.unit.cells.projects import forgotten, write


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path`` whose modules are forgotten afterwards; this process does as both sides do."""
    with forgotten():
        monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
        monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
        monkeypatch.setattr(versions.role, "aligns", True)
        yield tmp_path


@pytest.fixture
def own(project: Path) -> Observer:
    observer = Observer()
    observer.install()
    return observer


def load(name: str) -> Any:
    importlib.invalidate_caches()
    return importlib.import_module(name)


def test_the_same_version_stays(project: Path, own: Observer) -> None:
    write(project, mine="x = 1")
    mine = load("mine")
    versions.align(versions.loaded_here(own)[0], own)
    assert sys.modules["mine"] is mine
    assert own.pins == {}


def test_another_version_goes_with_what_has_something_of_it(project: Path, own: Observer) -> None:
    write(project, base="def f(): return 1", uses="from base import f", apart="y = 1")
    for name in ("base", "uses", "apart"):
        load(name)
    kernels = versions.loaded_here(own)[0]
    write(project, base="def f(): return 22")
    importlib.reload(sys.modules["base"])
    assert sys.modules["base"].f() == 22
    edited = tuple((*version[:4], b"def f(): return 1") if version[0] == "base" else version for version in kernels)
    versions.align(edited, own)
    assert "base" not in sys.modules
    assert "uses" not in sys.modules
    assert "apart" in sys.modules
    assert load("uses").f() == 1
    assert (project / "base.py").read_text() == "def f(): return 22"


def test_what_the_kernel_does_not_have_is_forgotten(project: Path, own: Observer) -> None:
    write(project, mine="x = 1")
    load("mine")
    versions.align((), own)
    assert "mine" not in sys.modules


def test_what_a_task_has_changed_is_made_anew(project: Path, own: Observer) -> None:
    write(project, mine="x = 1")
    mine = load("mine")
    kernels = versions.loaded_here(own)[0]
    own.loaded()["mine"].is_dirty = True
    versions.align(kernels, own)
    assert load("mine") is not mine


def test_a_module_of_the_same_name_in_another_folder(project: Path, own: Observer) -> None:
    write(project / "a", tools="x = 'a'")
    write(project / "b", tools="x = 'b'")
    sys.path.insert(0, str(project / "a"))
    assert load("tools").x == "a"
    (of_a,) = versions.loaded_here(own)[0]
    of_b = (of_a[0], str(project / "b" / "tools.py"), False, "another", None)
    versions.align((of_b,), own)
    assert load("tools").x == "b"


def test_an_edited_file_travels_as_it_was_imported(project: Path, own: Observer) -> None:
    write(project, mine="x = 1")
    load("mine")
    write(project, mine="x = 22")
    (version,) = versions.loaded_here(own)[0]
    assert version[4] == b"x = 1"
    write(project, mine="x = 1")
    assert versions.loaded_here(own)[0][0][4] is None
    (project / "mine.py").unlink()
    assert versions.loaded_here(own)[0][0][4] == b"x = 1"


def test_what_happened(project: Path, own: Observer) -> None:
    write(project, kept="x = 1", again="x = 1", anew="x = 1", gone="x = 1", late="x = 1")
    for name in ("kept", "again", "anew", "gone"):
        load(name)
    then = versions.before(own)
    importlib.reload(sys.modules["again"])
    for name in ("anew", "gone"):
        del sys.modules[name]
    load("anew")
    load("late")
    assert {(step.what, step.version[0]) for step in versions.happened(then, own)} == {
        ("reload", "again"), ("renew", "anew"), ("forget", "gone"), ("import", "late"),
    }  # fmt: skip
    assert versions.happened(versions.before(own), own) == ()


def test_following(project: Path, own: Observer, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, again="print('again')\nx = 1", anew="x = 1", gone="x = 1", late="print('late')\nx = 1")
    again, anew, _ = map(load, ("again", "anew", "gone"))
    write(project, again="print('again')\nx = 22")
    capsys.readouterr()
    path = str(project / "again.py")
    steps = (
        ("reload", ("again", path, False, "d", None)),
        ("renew", ("anew", str(project / "anew.py"), False, "d", b"x = 'as there'")),
        ("forget", ("gone", "", False, "", None)),
        ("import", ("late", str(project / "late.py"), False, "d", None)),
        ("import", ("nowhere", str(project / "nowhere.py"), False, "d", None)),
    )
    versions.follow(steps, own)
    assert sys.modules["gone"]  # only a kernel that brings back a cell follows
    with versions.following() as problems:
        versions.follow(steps, own)
    assert (again.x, sys.modules["again"]) == (22, again)
    assert sys.modules["anew"] is not anew
    assert sys.modules["anew"].x == "as there"
    assert "gone" not in sys.modules
    assert sys.modules["late"].x == 1
    assert list(problems) == ["nowhere"]
    assert capsys.readouterr().out == ""
    assert own.pins == {}


def test_both_act_when_they_are_unpickled(project: Path, own: Observer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions.role, "aligned", False)
    for function in (versions.align, versions.follow, versions.forget_with_dependents):
        monkeypatch.setattr(function, "__defaults__", (own,))  # this process's observer may know all other tests
    assert pickle.loads(pickle.dumps(versions.Loaded(()))) is None
    assert versions.role.aligned
    step = versions.Step("forget", ("not there at all", "", False, "", None))
    assert pickle.loads(pickle.dumps(versions.Happened((step,)))) is None
