"""Modules of the user's own: which they are, and when they must be read again."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cellburst.cells import local_modules
from cellburst.cells.local_modules import Watch

Write = Callable[..., None]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path`` whose modules are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder: Path, **modules: str) -> None:
    for name, text in modules.items():
        path = folder / (name.replace("__in__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def age(path: Path, seconds: float = 100.0) -> None:
    """Make a file look as if it had been written before."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def watched(project: Path, **modules: str) -> Watch:
    """A watch that has seen ``modules`` imported."""
    write(project, **modules)
    for path in project.rglob("*.py"):
        age(path)
    watch = Watch()
    watch.note(time.time())
    since = time.time()
    for name in modules:
        importlib.import_module(name.replace("__in__", ".").removesuffix(".__init__"))
    watch.note(since)
    return watch


def test_what_is_local(project: Path) -> None:
    write(project, mine="x = 1", pack__in__sub="x = 1")
    mine, sub = importlib.import_module("mine"), importlib.import_module("pack.sub")
    assert local_modules.is_local(mine)
    assert local_modules.is_local(sub)
    assert local_modules.is_local(sys.modules["pack"])
    assert {"mine", "pack", "pack.sub"} <= set(local_modules.loaded())


@pytest.mark.parametrize("module", [json, np, np.linalg, sys, os, pytest, time, sys.modules["__main__"], local_modules])
def test_what_is_not(module: ModuleType) -> None:
    assert not local_modules.is_local(module)


def test_modules_without_files_are_not() -> None:
    assert not local_modules.is_local(ModuleType("made_up"))
    assert not local_modules.is_local(3)


def test_the_folders_that_they_were_found_in(project: Path) -> None:
    below = project / "below"
    write(below, pack__in____init__="x = 1", mine="x = 1", named_otherwise="x = 1")
    sys.path.append(str(below))
    importlib.import_module("pack")
    assert str(below) in local_modules.folders()
    assert os.path.dirname(os.path.dirname(np.__file__)) not in local_modules.folders()
    del sys.modules["pack"]
    spec = importlib.util.spec_from_file_location("alias", below / "named_otherwise.py")
    assert spec is not None
    sys.modules["alias"] = importlib.util.module_from_spec(spec)
    sys.modules["more"] = ModuleType("more")
    assert str(below) not in local_modules.folders()


def test_extra_path(tmp_path: Path) -> None:
    installed = os.path.dirname(os.path.dirname(np.__file__))
    path = ["", str(tmp_path), os.path.dirname(os.__file__), installed, str(tmp_path)]
    assert local_modules.extra_path(path) == (os.getcwd(), str(tmp_path))


def test_nothing_is_stale_at_first_nor_without_edits(project: Path) -> None:
    watch = watched(project, mine="x = 1")
    assert watch.stale() == []
    assert watch.purge() == []
    assert "mine" in sys.modules


def test_an_edited_module_is_read_again(project: Path) -> None:
    watch = watched(project, mine="x = 1")
    write(project, mine="x = 22")
    assert watch.purge() == ["mine"]
    assert importlib.import_module("mine").x == 22


def test_an_edit_of_the_same_length_within_a_second_is_seen(project: Path) -> None:
    watch = watched(project, mine="x = 1")
    facts = (project / "mine.py").stat()
    (project / "mine.py").write_text("x = 2")
    os.utime(project / "mine.py", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert watch.purge() == ["mine"]
    assert importlib.import_module("mine").x == 2


def test_a_touched_module_stays(project: Path) -> None:
    watch = watched(project, mine="x = 1")
    age(project / "mine.py", 50)
    assert watch.stale() == []


def test_a_module_that_was_edited_while_the_task_ran_counts_as_edited(project: Path) -> None:
    write(project, mine="x = 1")
    age(project / "mine.py")
    watch = Watch()
    watch.note(time.time())
    since = time.time() - 10
    importlib.import_module("mine")
    write(project, mine="x = 2")
    watch.note(since)
    assert watch.purge() == ["mine"]


def test_what_has_something_of_an_edited_module_goes_with_it(project: Path) -> None:
    watch = watched(
        project,
        base="class B: pass\ndef f(): return 1\nlimit = 1",
        uses_function="from base import f",
        uses_module="import base as b",
        has_instance="import base\nthing = base.B()\ndel base",
        further="import uses_function",
        apart="x = 1",
    )
    write(project, base="class B: pass\ndef f(): return 2\nlimit = 1")
    assert watch.purge() == ["base", "further", "has_instance", "uses_function", "uses_module"]
    assert importlib.import_module("uses_function").f() == 2
    assert "apart" in sys.modules


def test_a_package_goes_as_a_whole(project: Path) -> None:
    watch = watched(project, pack__in____init__="from pack.one import x", pack__in__one="x = 1", pack__in__two="y = 1")
    write(project, pack__in__one="x = 22")
    assert watch.purge() == ["pack", "pack.one", "pack.two"]
    assert importlib.import_module("pack").x == 22
    assert importlib.import_module("pack.two").y == 1


def test_a_module_that_is_gone_is_forgotten(project: Path) -> None:
    watch = watched(project, mine="x = 1")
    (project / "mine.py").unlink()
    assert watch.purge() == ["mine"]


def test_another_notebooks_module_of_the_same_name(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = watched(project, tools="x = 1")
    other = project / "other"
    write(other, tools="x = 2")
    monkeypatch.setattr(sys, "path", [str(other), *sys.path])
    assert watch.purge() == ["tools"]
    assert importlib.import_module("tools").x == 2


def test_noting_again_is_cheap(project: Path) -> None:
    watch = watched(project, mine="x = 1")
    start = time.perf_counter()
    for _ in range(1000):
        watch.note(0.0)
    assert time.perf_counter() - start < 0.5
